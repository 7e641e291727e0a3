//! A leak neither masks the body's own failure nor is masked by it, and never satisfies `#[should_panic]`.

use leakcheck_tests::Run;

use crate::{
    child::{assert_fails, assert_passes, harness},
    expect_leaks::{assert_left, threads},
};

const SITE: &str = "thread::spawn(thread::park);";

/// The body's own message is there and stands before the report.
#[track_caller]
fn assert_own_failure_first(run: &Run, body: &str, message: &str) {
    assert_fails(run);
    let report = run.report();
    assert_eq!(
        (report.verdict.name(), report.body.name()),
        ("leaked", body)
    );
    assert_left(&report.leaks, &[threads(1, SITE)]);
    let text = run.text();
    let own = text
        .find(message)
        .unwrap_or_else(|| panic!("no `{message}` in\n{text}"));
    let leak = text
        .find("leakcheck: `")
        .unwrap_or_else(|| panic!("no report in\n{text}"));
    // The harness prints a returned error after everything that the test printed.
    assert!(own < leak || body == "failed", "{text}");
}

#[test]
fn a_panic_comes_first() {
    assert_own_failure_first(&run!(panics), "panicked", "its own reason");
    assert_own_failure_first(&run!(panics_async), "panicked", "its own reason");
}

#[test]
fn a_panic_without_a_leak_gets_no_addendum() {
    let run = run!(panics_cleanly);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[]);
    assert_eq!(run.report().body, "panicked");
    assert!(!run.text().contains("leakcheck: "), "{}", run.text());
}

#[test]
fn an_error_is_kept() {
    assert_own_failure_first(
        &run!(returns_an_error),
        "failed",
        "Error: \"its own reason\"",
    );
}

#[test]
fn a_payload_need_not_be_a_string() {
    assert_own_failure_first(&run!(panics_with_a_number), "panicked", "Box<dyn Any>");
}

#[test]
fn an_expected_panic_passes() {
    assert_passes(&run!(panics_as_expected));
    assert_passes(&run!(panics_as_expected_with_a_text));
}

#[test]
fn a_leak_is_no_expected_panic() {
    for subject in [
        "leaks_and_should_panic",
        "leaks_and_should_panic_with_a_text",
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        assert!(
            run.text().contains("did not panic as expected"),
            "{}",
            run.text()
        );
        assert_left(&run.report().leaks, &[threads(1, SITE)]);
    }
}

#[test]
fn another_panic_is_no_expected_one() {
    let run = run!(panics_with_another_text);
    assert_fails(&run);
    assert!(
        run.text().contains("panic did not contain expected string"),
        "{}",
        run.text()
    );
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn an_expected_panic_with_a_leak_fails_for_the_leak() {
    let run = run!(panics_as_expected_and_leaks);
    assert_fails(&run);
    assert_eq!(run.report().body, "passed", "it did what it should");
    assert_left(&run.report().leaks, &[threads(1, SITE)]);
    assert!(
        run.text().contains("left 1 thread behind"),
        "{}",
        run.text()
    );
}

/// Its leak is nobody's: it has not run.
#[test]
fn an_ignored_test_is_not_checked() {
    let dir = tempfile::tempdir().unwrap();
    let all = format!("all:{}", dir.path().display());
    let name = "panics::subject::panics";
    let output = harness(&["--exact", name], &[("LEAKCHECK_REPORT_DIR", &all)]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("0 passed; 0 failed; 1 ignored"), "{text}");
    assert_eq!(dir.path().read_dir().unwrap().count(), 0);

    harness(
        &["--exact", name, "--include-ignored"],
        &[("LEAKCHECK_REPORT_DIR", &all)],
    );
    assert_eq!(dir.path().read_dir().unwrap().count(), 1);
}

mod subject {
    use std::{panic::panic_any, thread};

    use leakcheck::leak_checked;

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "fails on purpose"]
    fn panics() {
        thread::spawn(thread::park);
        panic!("its own reason");
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "fails on purpose"]
    async fn panics_async() {
        thread::spawn(thread::park);
        panic!("its own reason");
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn panics_cleanly() {
        panic!("its own reason");
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "fails on purpose"]
    fn returns_an_error() -> Result<(), &'static str> {
        thread::spawn(thread::park);
        Err("its own reason")
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "fails on purpose"]
    fn panics_with_a_number() {
        thread::spawn(thread::park);
        panic_any(42);
    }

    #[leak_checked]
    #[test]
    #[ignore = "looked at from outside"]
    #[should_panic]
    fn panics_as_expected() {
        panic!("whatever");
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    #[should_panic(expected = "the reason")]
    async fn panics_as_expected_with_a_text() {
        panic!("this is the reason");
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "fails on purpose"]
    #[should_panic]
    fn leaks_and_should_panic() {
        thread::spawn(thread::park);
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    #[should_panic(expected = "left something behind")]
    async fn leaks_and_should_panic_with_a_text() {
        thread::spawn(thread::park);
    }

    #[leak_checked]
    #[test]
    #[ignore = "fails on purpose"]
    #[should_panic(expected = "the reason")]
    fn panics_with_another_text() {
        panic!("something else");
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "fails on purpose"]
    #[should_panic(expected = "the reason")]
    fn panics_as_expected_and_leaks() {
        thread::spawn(thread::park);
        panic!("this is the reason");
    }
}
