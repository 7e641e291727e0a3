//! A body that hangs is reported: who waits where and for whom. One that can be given up does not keep the other tests
//! from running; where a thread is stuck in synchronous code the process ends, with the report.

use crate::{
    child::{assert_fails, run_all, subjects},
    expect_leaks::{assert_left, tasks, threads},
};
use leakcheck_tests::{Hang, Report, Run};

/// How often a plain run repeats it; `LEAKCHECK_TEST_REPEAT` asks for more.
const REPEATS: u32 = 2;

fn repeats() -> u32 {
    std::env::var("LEAKCHECK_TEST_REPEAT")
        .map_or(REPEATS, |number| number.parse().expect("a number"))
}

/// What the only report says of the hang.
#[track_caller]
fn hang(report: &Report) -> &Hang {
    assert_eq!(report.body, "timed_out");
    report.hang.as_ref().expect("it hangs")
}

/// The subject was given up and the run went to its end.
#[track_caller]
fn assert_given_up(run: &Run, cause: &str) {
    assert_fails(run);
    let text = run.text();
    assert!(text.contains("0 passed; 1 failed"), "{text}");
    let hang = hang(run.report());
    assert_eq!(
        (hang.cause.name(), hang.ended_process.as_deref()),
        (cause, None),
        "{text}"
    );
}

#[test]
fn a_body_beyond_its_time_is_given_up() {
    for subject in [
        "waits_for_a_thread",
        "waits_for_a_thread_on_workers",
        "waits_with_a_result",
        "waits_in_paused_time",
        "waits_beside_a_busy_worker",
    ] {
        for _ in 0..repeats() {
            let run = crate::child::run(module_path!(), subject, &[]);
            assert_given_up(&run, "timeout");
        }
    }
}

#[test]
fn a_limit_may_come_from_the_environment() {
    let run = run!(waits_for_nobody, "LEAKCHECK_TIMEOUT" = "100ms");
    assert_given_up(&run, "timeout");
    assert_eq!(hang(run.report()).limit_ms, Some(100));
    let passes = run!(takes_its_time);
    crate::child::assert_passes(&passes);
    let hangs = run!(takes_its_time, "LEAKCHECK_TIMEOUT" = "50ms");
    assert_given_up(&hangs, "timeout");
}

#[test]
fn what_is_proven_needs_no_limit() {
    for subject in ["waits_for_nobody", "waits_for_nobody_on_workers"] {
        for _ in 0..repeats() {
            let run = crate::child::run(module_path!(), subject, &[]);
            assert_given_up(&run, "deadlock");
        }
    }
}

#[test]
fn what_it_leaves_is_in_the_same_report() {
    let run = run!(hangs_and_leaks);
    assert_given_up(&run, "timeout");
    let report = run.report();
    assert_eq!(report.verdict, "leaked");
    assert_left(
        &report.leaks,
        &[tasks(1, "tokio::spawn(std::future::pending::<()>());")],
    );
    // What the body alone kept alive went with it.
    assert_left(
        &hang(report).alive,
        &[
            tasks(1, "tokio::spawn(std::future::pending::<()>());"),
            tasks(1, "set.spawn(std::future::pending::<()>());"),
            threads(1, "thread::spawn(move || {"),
        ],
    );
}

#[test]
fn a_hang_is_no_panic_that_was_asked_for() {
    for subject in ["should_panic", "should_panic_without_a_limit"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        hang(run.report());
    }
}

#[test]
fn a_warning_does_not_let_it_pass() {
    let run = run!(waits_for_a_thread, "LEAKCHECK" = "warn");
    assert_given_up(&run, "timeout");
}

#[test]
fn nothing_is_watched_where_nothing_is_checked() {
    let run = run!(
        takes_its_time,
        "LEAKCHECK" = "off",
        "LEAKCHECK_TIMEOUT" = "1ms"
    );
    crate::child::assert_passes(&run);
}

/// The one that hangs, those that ran before and those that run after it.
#[test]
fn the_other_tests_run_all_the_same() {
    for threads in ["--test-threads=1", "--test-threads=8"] {
        for _ in 0..repeats() {
            let module = subjects(module_path!()) + "others::";
            let run = run_all(&[&module, threads], &[]);
            assert_fails(&run);
            let text = run.text();
            assert!(text.contains("4 passed; 2 failed"), "{text}");
            assert_eq!(run.reports.len(), 6, "{text}");
            for report in &run.reports {
                let hangs = report.test.contains("::hangs");
                assert_eq!(report.hang.is_some(), hangs, "{}\n{text}", report.test);
                assert!(
                    ["clean", "lingering"].contains(&report.verdict.name()),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn synchronous_code_ends_the_process() {
    for (subject, state) in [
        ("sync_body", None),
        ("sync_in_an_async_body", None),
        ("sync_in_an_async_body_on_workers", None),
        ("sync_in_a_task", Some("suspended")),
        ("drop_blocks", Some("suspended")),
    ] {
        for _ in 0..repeats() {
            let run = crate::child::run(module_path!(), subject, &[]);
            assert_fails(&run);
            let out = String::from_utf8_lossy(&run.output.stdout);
            let err = String::from_utf8_lossy(&run.output.stderr);
            // The harness has no say any more, and what was printed before is there.
            assert!(!out.contains("test result:"), "{out}");
            assert!(out.contains("printed in front of it"), "{out}");
            assert!(err.contains("hangs: its body did not end within"), "{err}");
            assert!(
                err.contains("the process ends here, with exit code 101"),
                "{err}"
            );
            assert!(err.contains("thread: tid "), "{err}");
            let report = run.report();
            let hang = hang(report);
            assert!(hang.ended_process.is_some());
            assert_eq!(report.verdict, "inconclusive");
            assert_eq!(
                report.body_waits.is_some(),
                state.is_some(),
                "{subject}\n{err}"
            );
        }
    }
}

#[test]
fn a_task_in_synchronous_code_is_shown() {
    let run = run!(sync_in_a_task);
    let hang = hang(run.report());
    assert_left(
        &hang.alive,
        &[tasks(1, "tokio::spawn(async { park() }).await.unwrap();")],
    );
    assert_eq!(hang.alive[0].state.as_deref(), Some("running"));
}

#[test]
fn a_slow_body_is_left_alone() {
    let module = subjects(module_path!()) + "slow::";
    let run = run_all(&[&module], &[]);
    crate::child::assert_passes(&run);
    assert!(run.reports.iter().all(|report| report.hang.is_none()));
}

#[cfg(unix)]
#[test]
fn a_forked_child_is_not_watched() {
    let run = run!(forks);
    crate::child::assert_passes(&run);
}

mod subject;
