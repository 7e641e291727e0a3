//! Where a machine has more to do than it can, nothing is a leak, a hang or the end of the process for that: what wants to run
//! is waited for until it was let run.

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, tasks},
};
use leakcheck_tests::{Report, Run};

/// The body was found to take too long, and the run went on.
#[track_caller]
fn assert_late(run: &Run) -> &Report {
    assert_fails(run);
    let text = run.text();
    assert!(text.contains("0 passed; 1 failed"), "{text}");
    let late = run.reports.iter().find(|report| report.body == "timed_out");
    let late = late.unwrap_or_else(|| panic!("no body took too long\n{text}"));
    let hang = late.hang.as_ref().expect("it is said of the body");
    assert_eq!(
        (hang.cause.name(), hang.ended_process.as_deref()),
        ("timeout", None),
        "{text}"
    );
    late
}

#[test]
fn a_body_that_ends_after_its_time_has_timed_out_whoever_looks() {
    for subject in ["async_and_late", "on_workers_and_late", "sync_and_late"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        let late = assert_late(&run);
        let hang = late.hang.as_ref().expect("it is said of the body");
        assert_eq!(hang.limit_ms, Some(1), "{subject}");
        assert!(hang.after_ms >= 5, "{subject}: {hang:?}");
        let text = run.text();
        assert!(text.contains("too late: its body ended after"), "{text}");
    }
}

#[test]
fn a_panic_that_was_asked_for_comes_too_late_as_well() {
    assert_late(&run!(panics_late));
}

#[test]
fn the_bodys_own_failure_goes_first() {
    for (subject, body) in [("fails_late", "failed"), ("panics_and_is_late", "panicked")] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        let text = run.text();
        assert!(text.contains("the body's own"), "{text}");
        assert!(
            run.reports.iter().any(|report| report.body == body),
            "{text}"
        );
    }
}

#[test]
fn a_body_that_ends_in_time_has_not_timed_out() {
    assert_passes(&run!(in_time));
}

#[test]
fn a_process_does_not_end_for_a_body_that_is_not_let_run() {
    for subject in [
        "async_and_starved",
        "on_workers_and_starved",
        "sync_and_starved",
        "joins_one_that_is_starved",
    ] {
        assert_late(&crate::child::run(module_path!(), subject, &[]));
    }
}

/// What the two sides of the last have in common is no reason for it.
#[test]
fn a_process_ends_with_a_body_that_is_let_run_and_does_not_come_back() {
    for subject in ["spins", "spins_in_an_async_body"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        let hang = run.report().hang.as_ref().expect("it hangs");
        assert!(hang.ended_process.is_some(), "{}", run.text());
    }
}

#[test]
fn what_is_not_let_run_is_waited_for() {
    for subject in [
        "leaves_a_thread_that_is_starved",
        "leaves_a_task_on_a_worker_that_is_starved",
        "leaves_a_closure_that_is_starved",
        "has_a_worker_that_is_starved",
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_passes(&run);
        assert_left(&run.report().leaks, &[]);
    }
}

/// The look of the check itself takes longer than this, where it must describe what it sees.
#[test]
fn turns_are_given_after_the_first_look() {
    for settle in ["1ns", "1ms", "10ms"] {
        for subject in ["needs_one_turn", "needs_one_turn_after_a_timer"] {
            let run = crate::child::run(module_path!(), subject, &[("LEAKCHECK_SETTLE", settle)]);
            assert_passes(&run);
            assert_left(&run.report().leaks, &[]);
        }
    }
}

/// A worker that is not let run what was woken is waited for: nothing is proven of that before.
#[test]
fn a_proof_is_not_lost() {
    let run = run!(leaves_a_task_for_ever);
    assert_fails(&run);
    let leaks = &run.report().leaks;
    assert_left(
        leaks,
        &[tasks(1, "tokio::spawn(wait_for_ever(tell, woken));")],
    );
    let waits_for = leaks[0].waits_for.as_ref().expect("it waits");
    assert_eq!(waits_for.never, Some(true), "{}", run.text());
}

mod subject;
