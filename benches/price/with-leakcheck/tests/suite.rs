//! Tests that leave nothing behind.

use leakcheck::leak_checked;
use with_leakcheck::next;

macro_rules! clean {
    ($($name:ident $number:literal)*) => {
        $(
            #[leak_checked]
            #[tokio::test]
            async fn $name() {
                assert_eq!(next($number).await, $number + 1);
            }
        )*
    };
}

clean! {
    clean_1 1 clean_2 2 clean_3 3 clean_4 4 clean_5 5 clean_6 6 clean_7 7 clean_8 8 clean_9 9 clean_10 10
    clean_11 11 clean_12 12 clean_13 13 clean_14 14 clean_15 15
}
