//! Waiting costs a clean test nothing, lasts as long as was asked for, and has one deadline that nothing moves.

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, tasks},
};

const STAYS: &str = "tokio::spawn(sleep(LONGER_THAN_ANY_TEST));";
const ENDS: &str = "tokio::spawn(sleep(LONGER_THAN_A_LOOK));";

#[test]
fn a_clean_test_does_not_wait() {
    for subject in ["clean_sync", "clean_current_thread"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_passes(&run);
        assert_eq!(run.report().verdict, "clean");
    }
}

#[test]
fn a_leak_is_waited_for() {
    let run = run!(stays);
    assert_fails(&run);
    assert!(run.report().waited_ms >= 20, "{:?}", run.report());
    assert_left(&run.report().leaks, &[tasks(1, STAYS)]);
}

#[test]
fn the_attribute_gives_the_limit() {
    let run = run!(ends, "LEAKCHECK_TRACE" = "full");
    assert_passes(&run);
    assert_eq!(run.report().verdict, "lingering");
    assert_left(&run.report().lingered, &[tasks(1, ENDS)]);
}

#[test]
fn the_environment_gives_it_before_the_attribute() {
    let run = run!(ends_too_late, "LEAKCHECK_SETTLE" = "1h");
    assert_passes(&run);
    assert_eq!(run.report().verdict, "lingering");

    let run = run!(stays_for_less, "LEAKCHECK_SETTLE" = "20ms");
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(1, STAYS)]);
}

#[test]
fn without_a_limit_nothing_is_waited_for() {
    let run = run!(stays_for_less, "LEAKCHECK_SETTLE" = "0s");
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(1, STAYS)]);
}

/// Each ending is news that wakes the check; if news moved the deadline, it would see the end of the chain.
#[test]
fn the_deadline_is_absolute() {
    for subject in ["chain_of_tasks", "chain_of_threads"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        assert_eq!(run.report().verdict, "leaked");
    }
}

mod subject {
    use std::{thread, time::Duration};

    use leakcheck::leak_checked;
    use tokio::time::sleep;

    /// It is there when the check looks first, however late that is.
    const LONGER_THAN_A_LOOK: Duration = Duration::from_secs(2);
    const LONGER_THAN_ANY_TEST: Duration = Duration::from_secs(3600);

    /// A hundred times the limit of the checks below.
    const LINKS: u32 = 1000;
    const LINK: Duration = Duration::from_millis(10);

    #[leak_checked]
    #[test]
    #[ignore = "looked at from outside"]
    fn clean_sync() {
        thread::spawn(|| ()).join().unwrap();
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn clean_current_thread() {
        tokio::spawn(tokio::task::yield_now()).await.unwrap();
    }

    #[leak_checked(settle = "20ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn stays() {
        tokio::spawn(sleep(LONGER_THAN_ANY_TEST));
    }

    /// Beyond the limit of the attribute.
    #[leak_checked(settle = "1ms")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn ends_too_late() {
        tokio::spawn(sleep(LONGER_THAN_A_LOOK));
    }

    #[leak_checked(settle = "1h")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn ends() {
        tokio::spawn(sleep(LONGER_THAN_A_LOOK));
    }

    /// Within the limit of the attribute.
    #[leak_checked(settle = "2h")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn stays_for_less() {
        tokio::spawn(sleep(LONGER_THAN_ANY_TEST));
    }

    fn next_task(left: u32) {
        if left > 0 {
            tokio::spawn(async move {
                sleep(LINK).await;
                next_task(left - 1);
            });
        }
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn chain_of_tasks() {
        next_task(LINKS);
    }

    fn next_thread(left: u32) {
        if left > 0 {
            thread::spawn(move || {
                thread::sleep(LINK);
                next_thread(left - 1);
            });
        }
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn chain_of_threads() {
        next_thread(LINKS);
    }
}
