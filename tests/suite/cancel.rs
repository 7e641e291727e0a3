//! A body that may be cancelled runs again after it has passed, is dropped at one await each time, and is told from one that ran to
//! its end.

mod subject;

use leakcheck_tests::{Report, Run};

use crate::{
    child::{assert_fails, assert_passes, run_all, said, subjects},
    expect_leaks::{assert_left, tasks},
};

/// The line that leaks in most of the subjects.
const LEAK: &str = "let helper = tokio::spawn(pending::<()>());";

/// How many awaits the body has, at how many it was cancelled, and whether these are all that were asked for.
#[track_caller]
fn cancelled(report: &Report) -> (u32, u32, bool) {
    let all = report.cancellations.as_ref().expect("it was cancelled");
    let is_whole = !all.spread && all.out_of_time_ms.is_none();
    (all.awaits, all.cancelled, is_whole)
}

/// At which awaits the only finding was left.
#[track_caller]
fn left_at(run: &Run) -> Vec<u32> {
    let report = run.report();
    assert_fails(run);
    assert_left(&report.leaks, &[tasks(1, LEAK)]);
    let at = report.leaks[0].cancelled.iter();
    at.map(|at| at.number).collect()
}

/// How the last run failed, and at which await.
#[track_caller]
fn failed(run: &Run) -> (&str, u32) {
    assert_fails(run);
    let all = run.report().cancellations.as_ref();
    let failed = all.and_then(|all| all.failed.as_ref());
    let failed = failed.unwrap_or_else(|| panic!("no run failed\n{}", run.text()));
    (failed.how.name(), failed.at.number)
}

#[test]
fn each_await_is_tried_and_the_findings_of_all_are_one() {
    let run = run!(leaks_at_two_of_three);
    assert_eq!(left_at(&run), [2, 3]);
    assert_eq!(cancelled(run.report()), (3, 3, true));
    // The first run, one for each await, one more to read where the body stood, and the one that came to its end.
    assert_eq!(said(&run, "body:").len(), 6);
    let text = run.text();
    assert!(
        text.contains("left 1 task behind when it was cancelled at 2 of its 3 awaits, first at its 2nd await, at "),
        "{text}"
    );
}

#[test]
fn a_clean_body_says_how_often_it_was_cancelled_and_reads_nothing() {
    for subject in ["is_clean", "is_clean_on_workers", "is_clean_in_paused_time"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_passes(&run);
        let report = run.report();
        assert!(report.leaks.is_empty());
        assert_eq!(cancelled(report), (3, 3, true));
        assert_eq!(said(&run, "body:").len(), 5);
        // On a machine that is slow a guarded task may take its time to end, and is read for then.
        let is_clean = report.verdict == "clean";
        assert!(!is_clean || !report.read_debug_info, "{subject}");
    }
    let shown = run_all(
        &[
            "--nocapture",
            "--exact",
            &format!("{}is_clean", subjects(module_path!())),
        ],
        &[],
    );
    let text = shown.text();
    assert!(
        text.contains(
            "is_clean` left nothing behind when it was cancelled at each of its 3 awaits, in "
        ),
        "{text}"
    );
}

#[test]
fn the_awaits_may_be_chosen() {
    let run = run!(leaks_at_the_second);
    assert_eq!(left_at(&run), [2]);
    assert_eq!(cancelled(run.report()), (3, 1, true));
    let run = run!(leaks_before_the_range);
    assert_passes(&run);
    assert_eq!(cancelled(run.report()), (3, 1, true));
    let run = run!(leaks_beyond_its_end);
    assert_passes(&run);
    assert_eq!(cancelled(run.report()), (3, 0, true));
}

#[test]
fn the_environment_asks_for_those_that_may_be_cancelled() {
    let run = run!(is_cancellable);
    assert_passes(&run);
    assert!(run.report().cancellations.is_none());
    assert_eq!(said(&run, "body:").len(), 1);

    let run = run!(is_cancellable, "LEAKCHECK_CANCEL" = "each");
    assert_eq!(left_at(&run), [2, 3]);
    let run = run!(is_cancellable, "LEAKCHECK_CANCEL" = "3");
    assert_eq!(left_at(&run), [3]);
    let run = run!(is_cancellable, "LEAKCHECK_CANCEL" = "..=1");
    assert_passes(&run);
    // It overrides the attribute.
    let run = run!(leaks_at_two_of_three, "LEAKCHECK_CANCEL" = "off");
    assert_passes(&run);
    assert!(run.report().cancellations.is_none());
    // Others are left alone.
    for subject in ["is_not_cancellable", "is_synchronous"] {
        let variables = [("LEAKCHECK_CANCEL", "each")];
        let run = crate::child::run(module_path!(), subject, &variables);
        assert_passes(&run);
        assert_eq!(said(&run, "body:").len(), 1);
    }
    let run = run!(is_cancellable, "LEAKCHECK_CANCEL" = "eech");
    assert_fails(&run);
    let text = run.text();
    assert!(
        text.contains("failed to read LEAKCHECK_CANCEL=\"eech\": expected `each`, `off`, "),
        "{text}"
    );
}

#[test]
fn options_ask_for_it_as_well() {
    let run = run!(is_asked_by_a_function);
    assert_eq!(left_at(&run), [2, 3]);
    // The attribute goes before the function.
    let run = run!(is_not_asked_after_all);
    assert_passes(&run);
    assert!(run.report().cancellations.is_none());
    for subject in ["cannot_be_asked", "cannot_be_asked_without_awaits"] {
        let run = crate::child::run_anyhow(module_path!(), subject, &[]);
        assert_fails(&run);
        let text = run.text();
        assert!(
            text.contains("failed to cancel the body at its awaits, which `Options::cancel` asks for: for that an async test")
                && said(&run, "body:").is_empty(),
            "{text}"
        );
    }
}

#[test]
fn nothing_is_cancelled_unless_the_body_passes_first() {
    for subject in ["leaks_anyway", "fails_anyway", "panics_anyway"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        assert_eq!(said(&run, "body:").len(), 1, "{subject}");
        assert!(run.report().cancellations.is_none(), "{subject}");
    }
    let run = run!(leaks_at_two_of_three, "LEAKCHECK" = "off");
    assert_passes(&run);
    assert_eq!(said(&run, "body:").len(), 1);
}

#[test]
fn the_level_counts_here_too() {
    let run = run!(leaks_at_two_of_three, "LEAKCHECK" = "warn");
    assert_passes(&run);
    assert_eq!(run.report().verdict, "leaked");
    assert_left(&run.report().leaks, &[tasks(1, LEAK)]);
    // What it leaves anyway is not due to the cancellation.
    let run = run!(leaks_anyway, "LEAKCHECK" = "warn");
    assert_passes(&run);
    let report = run.report();
    assert_eq!(cancelled(report), (1, 1, true));
    assert_left(&report.leaks, &[tasks(1, LEAK)]);
    assert!(report.leaks[0].cancelled.is_empty());
}

#[test]
fn more_than_two_hundred_are_spread() {
    let run = run!(has_five_hundred);
    assert_passes(&run);
    assert_eq!(cancelled(run.report()), (500, 200, false));
    let run = run!(leaks_late_among_five_hundred);
    assert_fails(&run);
    let report = run.report();
    assert_left(&report.leaks, &[tasks(1, LEAK)]);
    // From the 480th on.
    let at = report.leaks[0].cancelled.iter();
    assert!(at.clone().count() > 4 && at.clone().all(|at| at.number >= 480));
    let text = run.text();
    assert!(
        text.contains("cancelled at 200 of its 500 awaits, evenly spread"),
        "{text}"
    );
}

#[test]
fn all_of_it_has_a_time_limit() {
    let run = run!(takes_its_time);
    assert_passes(&run);
    let (awaits, cancelled, is_whole) = cancelled(run.report());
    assert!(awaits == 20 && cancelled < 20 && !is_whole, "{cancelled}");
    let all = run.report().cancellations.as_ref();
    assert_eq!(all.and_then(|all| all.out_of_time_ms), Some(200));
}

#[test]
fn a_body_that_never_waits_has_nothing_to_cancel() {
    let run = run!(never_waits);
    assert_passes(&run);
    assert_eq!(cancelled(run.report()), (0, 0, true));
}

#[test]
fn a_panic_in_a_drop_is_found() {
    let run = run!(drop_panics);
    assert_eq!(failed(&run), ("drop_panicked", 2));
    assert_eq!(run.report().body, "panicked");
    let text = run.text();
    assert!(
        text.contains("drop_panics` panicked when it was cancelled at its 2nd await, at ")
            && text.contains("it was still open"),
        "{text}"
    );
    let all = run.report().cancellations.as_ref();
    let failed = all.and_then(|all| all.failed.as_ref()).unwrap();
    assert!(failed.at.at.is_some(), "{text}");
    // A finding has a file among those of checks that were not clean.
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().display().to_string();
    let run = run!(drop_panics, "LEAKCHECK_REPORT_DIR" = &*path);
    assert_fails(&run);
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1);
    let run = run!(is_clean, "LEAKCHECK_REPORT_DIR" = &*path);
    assert_passes(&run);
}

#[test]
fn a_drop_that_hangs_is_found() {
    for subject in ["drop_hangs_on_workers", "drop_takes_long"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_eq!(failed(&run), ("drop_hung", 1));
    }
    let run = run!(drop_hangs);
    assert_eq!(failed(&run), ("drop_hung", 1));
    let report = run.report();
    assert_eq!(report.body, "timed_out");
    let hang = report.hang.as_ref().expect("it hangs");
    assert!(hang.ended_process.is_some());
    let thread = hang.thread.as_ref().expect("its thread is stuck");
    let drops = |frame: &leakcheck_tests::Frame| frame.function.contains("Hangs");
    assert!(thread.stack.iter().any(drops), "{:?}", thread.stack);
    let text = run.text();
    assert!(
        text.contains("drop_hangs` hangs when it is cancelled at its 1st await"),
        "{text}"
    );
}

#[test]
fn a_body_that_cannot_be_run_again_says_so() {
    for (subject, body) in [("fails_again", "failed"), ("panics_again", "panicked")] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_eq!(failed(&run), ("body_failed", 1));
        assert_eq!(run.report().body, body);
        let text = run.text();
        assert!(
            text.contains("failed when it ran again to be cancelled at its 1st await: what it sets up has to be repeatable"),
            "{text}"
        );
    }
    let run = run!(hangs_again);
    assert_eq!(failed(&run), ("body_failed", 2));
    assert_eq!(run.report().body, "timed_out");
    let run = run!(fails_again_and_leaves);
    assert_eq!(failed(&run), ("body_failed", 2));
    assert!(run.report().leaks.is_empty(), "{}", run.text());
}

#[test]
fn a_body_that_fails_now_and_then_is_tried_once_more() {
    let run = run!(fails_now_and_then);
    assert_passes(&run);
    assert_eq!(cancelled(run.report()), (2, 2, true));
}

#[test]
fn a_warning_fails_nothing() {
    for (subject, how) in [
        ("fails_again", "body_failed"),
        ("panics_again", "body_failed"),
        ("hangs_again", "body_failed"),
        ("drop_panics", "drop_panicked"),
        ("leaks_at_two_of_three", ""),
    ] {
        let run = crate::child::run(module_path!(), subject, &[("LEAKCHECK", "warn")]);
        assert_passes(&run);
        let report = run.report();
        assert_eq!(report.body, "passed");
        let all = report.cancellations.as_ref().expect("it was cancelled");
        let failed = all.failed.as_ref().map_or("", |failed| failed.how.name());
        assert_eq!((failed, report.leaks.is_empty()), (how, !how.is_empty()));
    }
}

#[test]
fn cases_of_rstest_are_cancelled_one_by_one() {
    let name = format!("{}is_given", subjects(module_path!()));
    let run = run_all(&[&name], &[]);
    assert_fails(&run);
    let left = run.reports.iter().map(|report| {
        assert_eq!(cancelled(report), (1, 1, true));
        report.leaks.len()
    });
    assert_eq!(left.collect::<Vec<_>>(), [0, 1, 0]);
}

#[test]
fn a_forked_child_is_left_alone() {
    let run = run!(forks);
    assert_passes(&run);
    assert_eq!(cancelled(run.report()), (2, 2, true));
}

#[test]
fn a_module_asks_for_its_async_tests() {
    let name = format!("{}whole_module::", subjects(module_path!()));
    let run = run_all(&[&name], &[]);
    assert_passes(&run);
    let of = |test: &str| {
        run.reports
            .iter()
            .find(|report| report.test.ends_with(test))
    };
    assert_eq!(cancelled(of("::waits").unwrap()), (1, 1, true));
    assert!(of("::is_synchronous").unwrap().cancellations.is_none());
}
