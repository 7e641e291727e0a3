//! What a person reads is short and only about the leak; what a machine reads is in the form that was asked for; and
//! nothing from outside steers either reader's terminal.

use leakcheck_tests::Run;

use crate::{
    child::assert_fails,
    expect_leaks::{assert_left, tasks, threads},
};

/// What the harness shows under the name of the failed test.
fn shown(run: &Run) -> String {
    let text = run.text();
    let (_, shown) = text
        .split_once(" stdout ----\n")
        .expect("a test has failed");
    let (shown, _) = shown
        .split_once("\nfailures:\n")
        .expect("the summary follows");
    shown.to_owned()
}

#[test]
fn a_failing_test_shows_the_report_and_no_panic() {
    for backtraces in ["0", "1"] {
        let run = run!(leaks, "RUST_BACKTRACE" = backtraces);
        assert_fails(&run);
        let shown = shown(&run);
        assert!(
            shown.starts_with("leakcheck: `output::subject::leaks` left "),
            "{shown}"
        );
        assert!(!run.text().contains("panicked at"), "{shown}");
        assert!(!run.text().contains("stack backtrace"), "{shown}");
        assert!(shown.lines().count() < 40, "{shown}");
    }
}

#[test]
fn many_of_one_site_are_one_block() {
    let run = run!(leaks_a_thousand);
    assert_fails(&run);
    assert_eq!(run.report().leaks.len(), 1);
    assert_left(
        &run.report().leaks,
        &[tasks(1000, "tokio::spawn(pending::<()>());")],
    );
    let shown = shown(&run);
    assert_eq!(shown.matches("\ntask ×1000").count(), 1, "{shown}");
    assert!(shown.lines().count() < 40, "{shown}");
}

#[test]
fn github_gets_annotations() {
    let run = run!(leaks, "LEAKCHECK_FORMAT" = "github");
    assert_fails(&run);
    let shown = shown(&run);
    let annotations: Vec<&str> = shown
        .lines()
        .filter(|line| line.starts_with("::error "))
        .collect();
    assert_eq!(annotations.len(), run.report().causes, "{shown}");
    let thread = run
        .report()
        .leaks
        .iter()
        .find(|leak| leak.kind == "thread")
        .expect("one is left");
    let line = thread
        .created_at
        .as_ref()
        .and_then(|site| site.line)
        .expect("it has a site");
    let place = format!("::error file=tests/suite/output.rs,line={line},title=leakcheck::");
    assert!(
        annotations.iter().any(|line| line.starts_with(&place)),
        "{annotations:?}"
    );
    assert!(
        !super::output::shown(&run!(leaks)).contains("::error"),
        "only when asked for"
    );
}

#[test]
fn json_is_that_of_the_file() {
    let run = run!(leaks, "LEAKCHECK_FORMAT" = "json");
    assert_fails(&run);
    let shown = shown(&run);
    let printed: leakcheck_tests::Report =
        serde_json::from_str(&shown).unwrap_or_else(|error| panic!("{error} in\n{shown}"));
    let written = run.report();
    assert_eq!(printed.test, written.test);
    assert_eq!(printed.format_version, 1);
    let prints = |report: &leakcheck_tests::Report| -> Vec<String> {
        report
            .leaks
            .iter()
            .map(|leak| leak.fingerprint.clone())
            .collect()
    };
    assert_eq!(prints(&printed), prints(written));
}

#[test]
fn names_do_not_steer_the_terminal() {
    for format in ["text", "json", "github"] {
        let run = run!(has_an_evil_name, "LEAKCHECK_FORMAT" = format);
        assert_fails(&run);
        let shown = shown(&run);
        assert!(shown.contains("evil"), "{format}: {shown}");
        assert!(
            !shown.contains(['\x1b', '\r', '\u{7}']),
            "{format}: {shown:?}"
        );
        // What JSON may hold it holds.
        assert!(
            format == "json" || !shown.contains('\u{202e}'),
            "{format}: {shown:?}"
        );
        assert!(
            !shown.contains("\n::error title=forged"),
            "{format}: {shown}"
        );
        let name = run.report().leaks[0].name.as_deref();
        assert_eq!(name, Some(subject::EVIL), "the file has it as it is");
    }
}

#[test]
fn without_stacks_there_are_no_sites() {
    let run = run!(leaks, "LEAKCHECK_TRACE" = "off");
    assert_fails(&run);
    let leaks = &run.report().leaks;
    assert_eq!(leaks.iter().map(|leak| leak.count).sum::<usize>(), 2);
    let kept_out = |leak: &leakcheck_tests::Leak| {
        leak.created_by.is_empty() && leak.created_through.is_empty()
    };
    assert!(leaks.iter().all(kept_out), "{leaks:?}");
    assert!(
        leaks
            .iter()
            .all(|leak| leak.kind != "thread" || leak.created_at.is_none()),
        "{leaks:?}"
    );
}

#[test]
fn full_stacks_reach_down_to_the_machinery() {
    let machinery = "tokio::runtime::scheduler::";
    let run = run!(leaks, "LEAKCHECK_TRACE" = "full");
    assert_fails(&run);
    assert!(shown(&run).contains(machinery), "{}", shown(&run));
    assert_left(
        &run.report().leaks,
        &[
            tasks(1, "tokio::spawn(pending::<()>());"),
            threads(1, "thread::spawn(thread::park);"),
        ],
    );
    let site_only = shown(&run!(leaks));
    assert!(!site_only.contains(machinery), "{site_only}");
}

mod subject {
    use std::{future::pending, thread};

    use leakcheck::leak_checked;

    pub(super) const EVIL: &str = "\x1b[31mevil\r\n::error title=forged::\u{7}\u{202e}";

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn leaks() {
        tokio::spawn(pending::<()>());
        thread::spawn(thread::park);
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn leaks_a_thousand() {
        for _ in 0..1000 {
            tokio::spawn(pending::<()>());
        }
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn has_an_evil_name() {
        let builder = thread::Builder::new().name(EVIL.to_owned());
        builder.spawn(thread::park).unwrap();
    }
}
