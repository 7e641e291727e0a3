// Tests of all forms. Those that fail are ignored, so that a plain run passes under either harness.

leakcheck::main!(options = accepted);

/// Accepts one thread in every test.
fn accepted() -> leakcheck::Options {
    leakcheck::Options::new().ignore_thread_name("accepted")
}

/// Never ends, however often it is woken.
fn park() {
    loop {
        std::thread::park();
    }
}

#[leakcheck::leak_checked]
#[test]
fn at_the_root() {}

mod plain {
    use std::{io, thread};

    use leakcheck::leak_checked;

    use super::park;

    #[leak_checked]
    #[test]
    fn passes() {
        thread::spawn(|| ()).join().unwrap();
    }

    #[leakcheck::test]
    fn returns() -> Result<(), io::Error> {
        Ok(())
    }

    #[leakcheck::test]
    #[ignore = "fails on purpose"]
    fn returns_an_error() -> Result<(), io::Error> {
        Err(io::Error::other("on purpose"))
    }

    #[leakcheck::test]
    #[ignore = "fails on purpose"]
    fn panics() {
        panic!("on purpose");
    }

    #[leakcheck::test]
    #[should_panic]
    fn should_panic() {
        panic!("on purpose");
    }

    #[leakcheck::test]
    #[should_panic(expected = "purpose")]
    fn should_panic_so() {
        panic!("on purpose");
    }

    #[leakcheck::test]
    #[should_panic(expected = "another")]
    #[ignore = "fails on purpose"]
    fn should_panic_otherwise() {
        panic!("on purpose");
    }

    #[leakcheck::test]
    #[should_panic]
    #[ignore = "fails on purpose"]
    fn does_not_panic() {}

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn leaves_a_thread() {
        thread::spawn(park).thread().unpark();
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    fn leaves_an_accepted_thread() {
        let thread = thread::Builder::new().name("accepted".to_owned());
        thread.spawn(park).unwrap().thread().unpark();
    }

    #[leakcheck::test]
    #[cfg_attr(all(), ignore)]
    fn is_ignored_on_a_condition() {}

    #[leakcheck::test]
    #[cfg_attr(any(), ignore = "never")]
    fn is_not_ignored_on_a_condition() {}

    #[leakcheck::test]
    #[cfg(any())]
    fn is_not_there() {
        no_such_function();
    }

    #[leakcheck::test]
    fn r#match() {}
}

mod never {
    // The harness's own code behind it is unreachable.
    #![allow(unreachable_code)]

    #[leakcheck::test]
    #[ignore = "fails on purpose"]
    fn returns() -> ! {
        panic!("on purpose")
    }
}

mod in_tokio {
    use std::future::pending;

    use leakcheck::leak_checked;

    #[leak_checked]
    #[tokio::test]
    async fn passes() {
        tokio::spawn(async {}).await.unwrap();
    }

    #[leak_checked]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn passes_on_two_threads() -> Result<(), tokio::task::JoinError> {
        tokio::spawn(async {}).await
    }

    #[leakcheck::test(settle = "50ms")]
    #[ignore = "leaks on purpose"]
    async fn leaves_a_task() {
        tokio::spawn(pending::<()>());
    }
}

#[leakcheck::leak_checked]
mod whole_module {
    #[test]
    fn first() {}

    mod inner {
        #[tokio::test]
        async fn second() {}
    }
}

mod generated {
    use leakcheck::leak_checked;
    use rstest::rstest;
    use serial_test::serial;

    #[leak_checked]
    #[rstest]
    #[case(1)]
    #[case(2)]
    fn cases(#[case] number: u8) {
        assert!(number > 0);
    }

    #[leak_checked]
    #[rstest]
    #[case::one(1)]
    #[case::two(2)]
    #[tokio::test]
    async fn async_cases(#[case] number: u8) {
        assert!(number > 0);
    }

    #[leak_checked]
    #[serial]
    #[test]
    fn one_at_a_time() {}

    macro_rules! many {
        ($($name:ident)*) => {$(
            #[leak_checked]
            #[test]
            fn $name() {}
        )*};
    }

    many! { by_a_macro and_another }
}
