//! A guard answers for what is made while it lives: its drop fails the test, its `finish` returns the report, and
//! neither adds a second panic to a first.

use std::{sync::mpsc, thread, time::Duration};

use leakcheck::{LeakGuard, Options, Verdict};

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, threads},
};

fn quick() -> Options {
    Options::new().settle(Duration::from_millis(50))
}

#[test]
fn finish_returns() {
    let (stop, stopped) = mpsc::channel::<()>();
    let guard = LeakGuard::new(quick());
    let worker = thread::spawn(move || stopped.iter().count());
    let report = guard.finish();
    assert_eq!(report.verdict(), Verdict::Leaked);
    assert_left(
        report.leaks(),
        &[threads(
            1,
            "let worker = thread::spawn(move || stopped.iter().count());",
        )],
    );
    drop(stop);
    worker.join().unwrap();
    assert!(LeakGuard::new(quick()).finish().is_clean());
}

#[test]
fn what_was_there_before_is_not_the_guard_s() {
    let (stop, stopped) = mpsc::channel::<()>();
    let worker = thread::spawn(move || stopped.iter().count());
    assert!(LeakGuard::new(quick()).finish().is_clean());
    drop(stop);
    worker.join().unwrap();
}

#[test]
fn drop_fails_the_test() {
    let run = run!(drops);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[threads(1, "thread::spawn(thread::park);")],
    );
    assert_eq!(run.report().test, "guards::subject::drops");
    assert!(!run.text().contains("panicked at"), "{}", run.text());
}

#[test]
fn drop_of_a_clean_guard_passes() {
    assert_passes(&run!(drops_clean));
}

#[test]
fn a_panic_stays_the_only_one() {
    let run = run!(panics);
    assert_fails(&run);
    let text = run.text();
    assert_eq!(text.matches("panicked at").count(), 1, "{text}");
    assert!(text.contains("its own reason"), "{text}");
    assert_eq!(run.report().body, "panicked");
    assert_left(
        &run.report().leaks,
        &[threads(1, "thread::spawn(thread::park);")],
    );
}

#[test]
fn inside_a_checked_test_both_report() {
    let run = run!(guards_inside);
    assert_fails(&run);
    assert_eq!(
        run.reports.len(),
        1,
        "the guard's report was returned, not written"
    );
    assert_left(
        &run.report().leaks,
        &[threads(1, "thread::spawn(thread::park);")],
    );
}

#[test]
fn off_is_off() {
    assert_passes(&run!(drops, "LEAKCHECK" = "off"));
}

#[test]
fn warn_prints_and_passes() {
    let run = run!(drops, "LEAKCHECK" = "warn");
    assert_passes(&run);
    assert_eq!(run.report().verdict, "leaked");
}

mod subject {
    use std::thread;

    use leakcheck::{LeakGuard, leak_checked};

    use super::quick;

    #[test]
    #[ignore = "leaks on purpose"]
    fn drops() {
        let _guard = LeakGuard::new(quick());
        thread::spawn(thread::park);
    }

    #[test]
    #[ignore = "looked at from outside"]
    fn drops_clean() {
        let _guard = LeakGuard::new(quick());
        thread::spawn(|| ()).join().unwrap();
    }

    #[test]
    #[ignore = "fails on purpose"]
    fn panics() {
        let _guard = LeakGuard::new(quick());
        thread::spawn(thread::park);
        panic!("its own reason");
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn guards_inside() {
        let guard = LeakGuard::new(quick());
        thread::spawn(thread::park);
        assert!(!guard.finish().is_clean());
    }
}
