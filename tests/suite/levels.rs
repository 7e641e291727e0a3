//! A kind may have a level of its own: what is left of it is a warning beside what fails the test, or not looked at.

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, tasks, threads},
};

const TASK: &str = "tokio::spawn(pending::<()>());";
const THREAD: &str = "thread::spawn(thread::park);";

/// Kind and level of each entry.
fn levels(run: &leakcheck_tests::Run) -> Vec<(&str, &str)> {
    let leaks = run.report().leaks.iter();
    leaks
        .map(|leak| (leak.kind.as_str(), leak.level.name()))
        .collect()
}

#[test]
fn a_warning_beside_what_fails_the_test() {
    let run = run!(threads_warn);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(1, TASK), threads(1, THREAD)]);
    assert_eq!(levels(&run), [("task", "deny"), ("thread", "warn")]);
    assert!(run.text().contains("\nwarning: thread:"), "{}", run.text());
    assert!(run.text().contains("\ntask:"), "{}", run.text());
}

#[test]
fn warnings_alone_fail_nothing() {
    let run = run!(all_warn);
    assert_passes(&run);
    assert_eq!(run.report().verdict, "leaked");
    assert_eq!(levels(&run), [("task", "warn"), ("thread", "warn")]);
    let run = run!(threads_warn, "LEAKCHECK" = "warn");
    assert_passes(&run);
    assert_eq!(run.report().leaks.len(), 2);
}

#[test]
fn a_kind_that_is_off_is_not_looked_at() {
    let run = run!(threads_off);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(1, TASK)]);
    assert!(!run.report().coverage.contains_key("thread"));

    let run = run!(tasks_only);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(1, TASK)]);
    assert_eq!(run.report().coverage.keys().collect::<Vec<_>>(), ["task"]);
}

#[test]
fn the_environment_wins_over_the_attribute() {
    let run = run!(threads_warn, "LEAKCHECK_LEVELS" = "tasks=off,threads=deny");
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, THREAD)]);
    let run = run!(threads_warn, "LEAKCHECK_LEVELS" = "tasks=warn");
    assert_passes(&run);
    assert_eq!(run.report().leaks.len(), 2);
}

#[test]
fn a_guard_and_a_look_know_levels() {
    let run = run!(guards);
    assert_passes(&run);
    assert_eq!(levels(&run), [("thread", "warn")]);
}

mod subject {
    use std::{future::pending, thread, time::Duration};

    use leakcheck::{Kind, LeakGuard, Level, Options, leak_checked, verify_none};

    #[leak_checked(settle = "50ms", levels(threads = "warn"))]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn threads_warn() {
        tokio::spawn(pending::<()>());
        thread::spawn(thread::park);
    }

    #[leak_checked(settle = "50ms", levels(threads = "warn", tasks = "warn"))]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn all_warn() {
        tokio::spawn(pending::<()>());
        thread::spawn(thread::park);
    }

    #[leak_checked(settle = "50ms", levels(threads = "off"))]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn threads_off() {
        tokio::spawn(pending::<()>());
        thread::spawn(thread::park);
    }

    #[leak_checked(settle = "50ms", level = "off", levels(tasks = "deny"))]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn tasks_only() {
        tokio::spawn(pending::<()>());
        thread::spawn(thread::park);
    }

    #[test]
    #[ignore = "leaks on purpose"]
    fn guards() {
        let options = Options::new()
            .settle(Duration::from_millis(50))
            .level_of(Kind::Thread, Level::Warn);
        let guard = LeakGuard::new(options.clone());
        thread::spawn(thread::park);
        let report = guard.finish();
        assert!(!report.is_clean() && !report.fails());
        assert_eq!(report.leaks()[0].level(), Level::Warn);
        thread::spawn(thread::park);
        verify_none(options);
    }
}
