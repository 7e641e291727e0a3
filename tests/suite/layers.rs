//! The environment wins over the attribute, the attribute over its `options` function, and that over the defaults.

use crate::{
    child::{assert_fails, assert_passes, said},
    expect_leaks::{assert_left, tasks, threads},
};

const TASK: &str = "tokio::spawn(pending::<()>());";
const THREAD: &str = "thread::spawn(thread::park);";

#[test]
fn the_default_is_to_fail() {
    let run = run!(plain);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(1, TASK), threads(1, THREAD)]);
}

#[test]
fn warn_prints_and_passes() {
    for run in [run!(warns), run!(warns_by_function)] {
        assert_passes(&run);
        assert_eq!(run.report().verdict, "leaked");
        assert_left(&run.report().leaks, &[threads(1, THREAD)]);
    }
    let shown = crate::child::harness(
        &[
            "--ignored",
            "--exact",
            "layers::subject::warns",
            "--nocapture",
        ],
        &[],
    );
    let text = String::from_utf8_lossy(&shown.stderr);
    assert!(text.contains("left 1 thread behind"), "{text}");
}

#[test]
fn off_runs_the_body_and_looks_at_nothing() {
    let run = run!(is_off);
    assert_passes(&run);
    assert_eq!(run.reports.len(), 0);
    assert_eq!(said(&run, "body:"), ["ran"]);
}

#[test]
fn the_attribute_wins_over_its_function() {
    assert_fails(&run!(denies_over_function));
}

#[test]
fn the_environment_wins_over_the_attribute() {
    let run = run!(plain, "LEAKCHECK" = "warn");
    assert_passes(&run);
    assert_eq!(run.report().verdict, "leaked");

    assert_fails(&run!(warns, "LEAKCHECK" = "deny"));
    assert_fails(&run!(is_off, "LEAKCHECK" = "deny"));

    let run = run!(says_that_it_ran, "LEAKCHECK" = "off");
    assert_passes(&run);
    assert_eq!(run.reports.len(), 0);
    assert_eq!(said(&run, "body:"), ["ran"]);
}

#[test]
fn kinds_are_chosen() {
    let run = run!(tasks_only);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(1, TASK)]);
    assert_eq!(run.report().coverage.keys().collect::<Vec<_>>(), ["task"]);

    let run = run!(threads_only);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, THREAD)]);
    assert_eq!(run.report().coverage.keys().collect::<Vec<_>>(), ["thread"]);
}

#[test]
fn rules_of_all_layers_add_up() {
    let run = run!(both_layers_ignore);
    assert_passes(&run);
    let rules: Vec<&str> = run
        .report()
        .ignored
        .iter()
        .map(|entry| entry.rule.as_str())
        .collect();
    assert_eq!(
        rules,
        ["ignore_thread_name(\"one\")", "ignore_thread_name(\"two\")"]
    );
}

mod subject {
    use std::{future::pending, thread, time::Duration};

    use leakcheck::{Level, Options, leak_checked};

    use crate::child::say;

    fn quiet() -> Options {
        let options = Options::new().settle(Duration::from_millis(50));
        options.level(Level::Warn).ignore_thread_name("two")
    }

    fn start(name: &str) {
        let builder = thread::Builder::new().name(name.to_owned());
        builder.spawn(thread::park).unwrap();
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn plain() {
        tokio::spawn(pending::<()>());
        thread::spawn(thread::park);
    }

    #[leak_checked(settle = "50ms", level = "warn")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn warns() {
        thread::spawn(thread::park);
    }

    #[leak_checked(options = quiet)]
    #[test]
    #[ignore = "leaks on purpose"]
    fn warns_by_function() {
        thread::spawn(thread::park);
    }

    #[leak_checked(options = quiet, level = "deny")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn denies_over_function() {
        thread::spawn(thread::park);
    }

    #[leak_checked(settle = "50ms", level = "off")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn is_off() {
        thread::spawn(thread::park);
        say("body:", "ran");
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn says_that_it_ran() {
        tokio::spawn(pending::<()>());
        say("body:", "ran");
    }

    #[leak_checked(settle = "50ms", kinds(tasks))]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn tasks_only() {
        tokio::spawn(pending::<()>());
        thread::spawn(thread::park);
    }

    #[leak_checked(settle = "50ms", kinds(threads))]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn threads_only() {
        tokio::spawn(pending::<()>());
        thread::spawn(thread::park);
    }

    #[leak_checked(options = quiet, level = "deny", ignore_thread_name = "one")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn both_layers_ignore() {
        start("one");
        start("two");
    }
}
