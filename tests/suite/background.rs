//! Declared background work is ended and awaited before the check looks, and its panic is the test's.

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, tasks},
};

const SAID: &str = "leakcheck: what the test has in the background panicked, and that fails it";

#[test]
fn a_panic_of_a_task_is_the_tests() {
    for subject in ["task_panics", "task_panics_when_aborted", "within_panics"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        let text = run.text();
        assert!(text.contains("out of order"), "{text}");
        assert!(text.contains(SAID), "{text}");
        assert_eq!(run.report().body, "panicked");
        assert_left(&run.report().leaks, &[]);
    }
}

#[test]
fn a_panic_of_a_thread_or_of_what_stops_it_is_the_tests() {
    for subject in ["thread_panics", "stop_panics"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        assert!(run.text().contains(SAID), "{}", run.text());
        assert_left(&run.report().leaks, &[]);
    }
}

#[test]
fn the_bodys_own_failure_goes_first() {
    let run = run!(both_fail);
    assert_fails(&run);
    assert_eq!(run.report().body, "failed");
    assert!(!run.text().contains(SAID), "{}", run.text());
}

#[test]
fn it_is_a_panic_of_the_test_to_should_panic_as_well() {
    let run = run!(should_panic);
    assert_passes(&run);
    assert!(!run.text().contains(SAID), "{}", run.text());
}

#[test]
fn it_ends_on_a_runtime_of_somebody_elses_too() {
    let run = run!(within);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn what_does_not_end_is_left_behind() {
    let run = run!(is_stuck);
    assert_fails(&run);
    let line = "let task = tokio::spawn(async move {";
    assert_left(&run.report().leaks, &[tasks(1, line)]);
}

#[test]
fn where_nothing_is_checked_it_is_detached() {
    assert_passes(&run!(within, "LEAKCHECK" = "off"));
    assert_passes(&run!(task_panics, "LEAKCHECK" = "off"));
    assert_passes(&run!(without_an_attribute));
}

mod subject {
    use std::{future::pending, io, thread};

    use leakcheck::{LeakGuard, Options, background, background_thread, leak_checked};

    /// A name under which nobody can know tokio's attribute.
    mod framework {
        pub(super) use tokio::test;
    }

    struct PanicsOnDrop;

    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            panic!("out of order");
        }
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn task_panics() {
        background(tokio::spawn(async { panic!("out of order") }));
        tokio::task::yield_now().await;
    }

    #[leak_checked]
    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "fails on purpose"]
    async fn task_panics_when_aborted() {
        let held = PanicsOnDrop;
        background(tokio::spawn(async {
            pending::<()>().await;
            drop(held);
        }));
    }

    #[leak_checked]
    #[framework::test]
    #[ignore = "fails on purpose"]
    async fn within_panics() {
        background(tokio::spawn(async { panic!("out of order") }));
        tokio::task::yield_now().await;
    }

    #[leak_checked]
    #[test]
    #[ignore = "fails on purpose"]
    fn thread_panics() {
        background_thread(thread::spawn(|| panic!("out of order")), || ());
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn stop_panics() {
        background_thread(thread::spawn(|| ()), || panic!("out of order"));
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn both_fail() -> io::Result<()> {
        background(tokio::spawn(async { panic!("out of order") }));
        tokio::task::yield_now().await;
        Err(io::Error::other("no"))
    }

    #[leak_checked]
    #[tokio::test]
    #[should_panic(expected = "out of order")]
    #[ignore = "looked at from outside"]
    async fn should_panic() {
        background(tokio::spawn(async { panic!("out of order") }));
        tokio::task::yield_now().await;
    }

    #[leak_checked]
    #[framework::test]
    #[ignore = "looked at from outside"]
    async fn within() {
        background(tokio::spawn(pending::<()>()));
        tokio::task::yield_now().await;
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "leaks on purpose"]
    async fn is_stuck() {
        let (sender, parks) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(async move {
            sender.send(()).unwrap();
            loop {
                thread::park();
            }
        });
        background(task);
        parks.await.unwrap();
    }

    #[test]
    #[ignore = "looked at from outside"]
    fn without_an_attribute() {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let thread = thread::spawn(move || receiver.recv());
        background_thread(thread, || panic!("nobody stops it"));
        let _guard = LeakGuard::new(Options::new());
        background_thread(thread::spawn(|| ()), || panic!("nobody stops it"));
        drop(sender);
    }
}
