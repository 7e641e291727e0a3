//! A library registers rules for workers of its own: they hold for every test of the process, and for nothing else.

use crate::{
    child::{assert_fails, assert_passes, run_all, subjects},
    expect_leaks::{assert_left, threads},
};

const IN_WORKER: &str = "thread::spawn(thread::park); // A worker.";
const IN_TEST: &str = "thread::spawn(thread::park); // In the test.";

#[test]
fn what_a_library_registers_is_accepted_and_nothing_else() {
    let run = run!(starts_a_worker);
    assert_passes(&run);
    let ignored = &run.report().ignored;
    assert_eq!(ignored.len(), 1);
    assert_eq!(ignored[0].count, 1);
    assert_eq!(ignored[0].reason, "flushes for the whole process");
    let source = ignored[0].source.as_deref().unwrap_or_default();
    let (file, line) = source.rsplit_once(':').expect("it has a line");
    assert!(file.ends_with("suite/registered.rs"), "{source}");
    let line: usize = line.parse().expect("it is a number");
    let code = include_str!("registered.rs").lines().nth(line - 1);
    assert_eq!(code.map(str::trim), Some("leakcheck::accept_for_process("));

    let run = run!(starts_another);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, IN_TEST)]);
    assert_eq!(run.report().ignored[0].count, 1);
}

#[test]
fn it_holds_for_all_tests_of_the_process() {
    let names = ["starts_a_worker", "starts_again", "starts_a_worker_too"];
    let [one, two, three] = names.map(|name| subjects(module_path!()) + name);
    let run = run_all(&["--exact", &one, &two, &three], &[]);
    assert_passes(&run);
    assert_eq!(run.reports.len(), 3);
    for report in &run.reports {
        assert_left(&report.leaks, &[]);
        assert_eq!(report.ignored.len(), 1, "{}", report.test);
    }
}

#[test]
fn without_it_the_worker_is_a_leak() {
    let run = run!(registers_nothing);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, IN_WORKER)]);
}

#[test]
fn the_last_word_on_one_rule_counts() {
    let run = run!(accepts_less);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, IN_WORKER)]);
    assert_eq!(run.report().ignored[0].count, 1);
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_rule_may_be_on_where_a_worker_waits() {
    let run = run!(accepts_by_state);
    assert_passes(&run);
    assert_eq!(run.report().ignored[0].count, 1);
}

#[test]
#[should_panic(expected = "a rule for the whole process needs a reason")]
fn a_rule_needs_a_reason() {
    leakcheck::accept_for_process(leakcheck::Ignore::created_by("nobody"));
}

mod subject {
    use std::thread;

    use leakcheck::{Ignore, leak_checked};

    fn worker() {
        thread::spawn(thread::park); // A worker.
    }

    fn start_worker() {
        leakcheck::accept_for_process(
            Ignore::created_by("suite::registered::subject::worker")
                .because("flushes for the whole process"),
        );
        worker();
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn starts_a_worker() {
        start_worker();
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn starts_again() {
        start_worker();
        start_worker();
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn starts_a_worker_too() {
        start_worker();
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn starts_another() {
        start_worker();
        thread::spawn(thread::park); // In the test.
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn registers_nothing() {
        worker();
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn accepts_less() {
        for most in [2, 1] {
            leakcheck::accept_for_process(
                Ignore::created_by("suite::registered::subject::worker")
                    .at_most(most)
                    .because("there is one"),
            );
            worker();
        }
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn accepts_by_state() {
        leakcheck::accept_for_process(
            Ignore::top_function("std::*::park").because("a worker that parks"),
        );
        worker();
    }
}
