//! Tests that leave nothing behind.

use with_insta::next;

macro_rules! clean {
    ($($name:ident $number:literal)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                insta::assert_debug_snapshot!(next($number).await > 0, @"true");
            }
        )*
    };
}

clean! {
    clean_1 1 clean_2 2 clean_3 3 clean_4 4 clean_5 5 clean_6 6 clean_7 7 clean_8 8 clean_9 9 clean_10 10
    clean_11 11 clean_12 12 clean_13 13 clean_14 14 clean_15 15
}
