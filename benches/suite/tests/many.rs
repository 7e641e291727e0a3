//! Five hundred checked tests, each with a task that waits.

/// A module for each name, with what is behind them in each.
macro_rules! modules {
    ([$($name:ident)*] $inner:tt) => { $(modules! { @ $name $inner })* };
    (@ $name:ident { $($inner:tt)* }) => { mod $name { $($inner)* } };
}

/// Tests of these names.
macro_rules! tests {
    ($($name:ident)*) => {
        $(
            #[leakcheck::leak_checked]
            #[tokio::test]
            async fn $name() {
                tokio::spawn(suite::wait()).await.unwrap();
            }
        )*
    };
}

modules! { [a b c d e] {
    modules! { [a b c d e f g h i j] { tests! { a b c d e f g h i j } } }
} }
