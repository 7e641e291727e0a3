//! `#[leak_checked] mod`: every test inside is checked, and nothing else is touched.

use leakcheck::leak_checked;

use crate::ran;

fn quiet() -> leakcheck::Options {
    leakcheck::Options::new()
}

#[leak_checked(settle = "200ms", ignore_thread_name = "metrics-*", options = crate::modules::quiet)]
mod checked {
    #![allow(
        unused_imports,
        reason = "inner attributes of a module stay where they are"
    )]

    use std::collections::HashMap;

    use super::{leak_checked, quiet, ran};

    const LIMIT: usize = if cfg!(test) { 3 } else { 4 };

    struct Helper<const N: usize>([u8; N]);

    impl Helper<LIMIT> {
        fn len(&self) -> usize {
            self.0.len()
        }
    }

    fn helper() -> usize {
        drop(quiet());
        Helper([0; LIMIT]).len()
    }

    async fn async_helper() -> usize {
        ::tokio::task::yield_now().await;
        helper()
    }

    macro_rules! generated {
        ($name:ident) => {
            #[test]
            fn $name() {
                ran::sync();
            }
        };
    }

    generated!(by_a_macro);

    #[test]
    fn sync() {
        ran::sync();
        assert_eq!(helper(), LIMIT);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn tokio() {
        ran::on(tokio::runtime::RuntimeFlavor::MultiThread);
        assert_eq!(async_helper().await, LIMIT);
    }

    #[leak_checked(level = "off")]
    #[tokio::test]
    async fn own_level() {
        ran::on_default();
    }

    #[leakcheck::test(flavor = "multi_thread", settle = "1s", ignore_thread_name = ["other"])]
    async fn full() {
        ran::on(tokio::runtime::RuntimeFlavor::MultiThread);
    }

    #[rstest::rstest]
    #[case(1)]
    #[case(2)]
    fn cases(#[case] number: u32) {
        ran::sync();
        assert!(number > 0);
    }

    #[test]
    #[should_panic(expected = "seven")]
    fn panics() {
        ran::sync();
        panic!("it was seven");
    }

    mod nested {
        use crate::ran;

        #[tokio::test]
        async fn deep() {
            ran::on_default();
        }
    }

    #[leak_checked(level = "warn")]
    pub(crate) mod with_its_own {
        use crate::ran;

        #[test]
        fn attribute() {
            ran::sync();
        }
    }
}
