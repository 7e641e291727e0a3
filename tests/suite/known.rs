//! What stands in the baseline is listed and fails nothing; whatever else is left fails the test as before.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use leakcheck_tests::{Leak, Report, Run};
use tempfile::TempDir;

use crate::{
    child::{assert_fails, assert_passes, harness, subjects},
    expect_leaks::{assert_left, tasks, threads},
};

const TASK: &str = "tokio::spawn(pending::<()>());";
const THREAD: &str = "thread::spawn(thread::park);";
const MORE: &str = "thread::spawn(thread::park); // More.";

/// Writes a baseline as the documentation says.
fn bless(reports: &[Report]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for report in reports {
        let package = report.package.as_deref().unwrap_or("-");
        let left = report.leaks.iter().chain(&report.known);
        for leak in left.filter(|leak| leak.panic.is_none()) {
            let fields = [
                package,
                &report.binary,
                &report.test,
                &leak.kind,
                &leak.fingerprint,
            ];
            let fields = fields.map(|field| field.replace('%', "%25").replace(' ', "%20"));
            *counts.entry(fields.join(" ")).or_default() += leak.count;
        }
    }
    let lines = counts
        .iter()
        .map(|(key, count)| format!("{key} {count} somewhere\n"));
    std::iter::once("leakcheck baseline 1\n".to_owned())
        .chain(lines)
        .collect()
}

/// A folder of a package with this baseline.
fn package(baseline: &str) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(dir.path().join("leakcheck.baseline"), baseline).expect("it can be written");
    dir
}

fn run_in(dir: &Path, subject: &str, variables: &[(&str, &str)]) -> Run {
    let dir = dir.to_str().expect("the path is text");
    let variables = [&[("CARGO_MANIFEST_DIR", dir)], variables].concat();
    crate::child::run(module_path!(), subject, &variables)
}

fn run_with(baseline: &str, subject: &str, variables: &[(&str, &str)]) -> Run {
    run_in(package(baseline).path(), subject, variables)
}

/// The baseline of what a subject leaves behind.
fn blessed(subject: &str, variables: &[(&str, &str)]) -> String {
    bless(&crate::child::run(module_path!(), subject, variables).reports)
}

/// Kind and number, in order.
fn numbers(leaks: &[Leak]) -> Vec<(&str, usize)> {
    let mut numbers: Vec<_> = leaks
        .iter()
        .map(|leak| (leak.kind.as_str(), leak.count))
        .collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn what_is_known_fails_nothing_and_is_listed() {
    for subject in ["leaks", "blocks", "verifies", "guards"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        let left = run.report().leaks.clone();
        assert!(!left.is_empty() && run.report().known.is_empty());

        let again = run_with(&bless(&run.reports), subject, &[]);
        assert_passes(&again);
        assert_eq!(again.report().verdict, "clean");
        assert_left(&again.report().leaks, &[]);
        assert_eq!(numbers(&again.report().known), numbers(&left), "{subject}");
        let blessed = (bless(&run.reports), bless(&again.reports));
        assert_eq!(blessed.0, blessed.1, "what is known is written again");
    }
}

#[test]
fn it_is_known_without_a_report_as_well() {
    let dir = package(&blessed("leaks", &[]));
    let dir = dir.path().to_str().expect("the path is text");
    let test = subjects(module_path!()) + "leaks";
    let arguments = ["--ignored", "--exact", &test];
    let output = harness(&arguments, &[("CARGO_MANIFEST_DIR", dir)]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let variables = [("CARGO_MANIFEST_DIR", dir), ("MORE", "1")];
    let output = harness(&arguments, &variables);
    assert_eq!(output.status.code(), Some(101), "{output:?}");
}

#[test]
fn what_ends_by_now_is_not_known_any_more() {
    let known = blessed("ends", &[("LEAKCHECK_SETTLE", "50ms"), ("MORE", "1")]);
    assert_eq!(known.lines().count(), 2);
    let run = run_with(&known, "ends", &[]);
    assert_passes(&run);
    assert_eq!(run.report().verdict, "lingering");
    assert_eq!(numbers(&run.report().known), []);
}

#[test]
fn a_report_of_what_is_known_is_written() {
    let dir = package(&blessed("leaks", &[]));
    let reports = tempfile::tempdir().expect("a temporary folder can be made");
    let reports = reports.path().to_str().expect("the path is text");
    let run = run_in(dir.path(), "leaks", &[("LEAKCHECK_REPORT_DIR", reports)]);
    assert_passes(&run);
    let written = leakcheck_tests::reports_in(Path::new(reports));
    assert_eq!(written.len(), 1);
    assert_eq!(numbers(&written[0].known), [("task", 2), ("thread", 1)]);
}

#[test]
fn what_is_new_fails_the_test() {
    let known = blessed("leaks", &[]);
    let run = run_with(&known, "leaks", &[("MORE", "1")]);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, MORE)]);
    assert_eq!(numbers(&run.report().known), [("task", 2), ("thread", 1)]);
    let text = run.text();
    assert!(text.contains("left 1 thread behind"), "{text}");
    assert!(
        text.contains("known, not failing: 2 tasks by the baseline: "),
        "{text}"
    );
}

#[test]
fn one_more_of_what_is_known_is_new() {
    let run = run_with(&blessed("leaks", &[]), "leaks", &[("TASKS", "3")]);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(1, TASK)]);
    assert_eq!(numbers(&run.report().known), [("task", 2), ("thread", 1)]);
    let notes = &run.report().notes;
    let said = |note: &String| note.contains("for this test, and there were 3");
    assert!(notes.iter().any(said), "{notes:?}");
    // The ratchet: fewer are known as well.
    assert_passes(&run_with(
        &blessed("leaks", &[]),
        "leaks",
        &[("TASKS", "1")],
    ));
}

#[test]
fn what_is_known_of_one_test_is_new_in_another() {
    let known = blessed("leaks", &[]);
    let run = run_with(&known, "leaks_too", &[]);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(2, TASK), threads(1, THREAD)]);
    // Even where nothing else tells them apart.
    let other = known.replace("::leaks ", "::leaks_too ");
    assert_ne!(other, known);
    assert_fails(&run_with(&other, "leaks", &[]));
}

#[test]
fn growth_is_known_by_what_has_grown() {
    let run = run!(grows);
    assert_fails(&run);
    assert_passes(&run_with(&bless(&run.reports), "grows", &[]));
    let fewer = bless(&run.reports).replace(" 3 somewhere", " 2 somewhere");
    assert_fails(&run_with(&fewer, "grows", &[]));
}

#[test]
fn a_panic_that_nobody_saw_is_never_known() {
    let run = run!(panics);
    assert_fails(&run);
    let leak = &run.report().leaks[0];
    assert!(leak.panic.is_some());
    let report = run.report();
    let line = format!(
        "leakcheck baseline 1\n{} {} {} task {} 9\n",
        report.package.as_deref().unwrap_or("-"),
        report.binary,
        report.test,
        leak.fingerprint
    );
    assert_fails(&run_with(&line, "panics", &[]));
}

#[test]
fn another_file_or_none() {
    let known = blessed("leaks", &[]);
    let dir = package(&known);
    let off = [("LEAKCHECK_BASELINE", "off")];
    assert_fails(&run_in(dir.path(), "leaks", &off));
    assert_passes(&run_in(dir.path(), "clean", &off));

    fs::rename(
        dir.path().join("leakcheck.baseline"),
        dir.path().join("ci.txt"),
    )
    .expect("it can be renamed");
    assert_fails(&run_in(dir.path(), "leaks", &[]));
    let named = [("LEAKCHECK_BASELINE", "ci.txt")];
    assert_passes(&run_in(dir.path(), "leaks", &named));
    let whole = dir.path().join("ci.txt");
    let named = [("LEAKCHECK_BASELINE", whole.to_str().expect("it is text"))];
    assert_passes(&run!(leaks, "LEAKCHECK_BASELINE" = named[0].1));

    let missing = [("LEAKCHECK_BASELINE", "no.txt")];
    let run = run_in(dir.path(), "clean", &missing);
    assert_fails(&run);
    let said = format!("failed to read {}: ", dir.path().join("no.txt").display());
    assert!(run.text().contains(&said), "{}", run.text());
}

#[test]
fn a_line_that_is_not_understood_fails_each_test() {
    let corrupt = blessed("leaks", &[]) + "suite suite a\n";
    let newer = corrupt.replace("baseline 1", "baseline 2");
    for (text, said) in [
        (corrupt, ":4:14: a field is missing"),
        (newer, ":1:1: this is version 2"),
    ] {
        let dir = package(&text);
        let path = dir.path().join("leakcheck.baseline");
        let said = format!("leakcheck: failed to read {}{said}", path.display());
        for subject in ["clean", "leaks", "guards"] {
            let run = run_in(dir.path(), subject, &[]);
            assert_fails(&run);
            assert!(run.text().contains(&said), "{subject}: {}", run.text());
        }
    }
}

#[test]
fn git_merges_two_branches_of_it() {
    let lines = |leaks: &[(&str, &str)]| blessed("leaks", leaks);
    let (base, tasks, thread) = (
        lines(&[]),
        lines(&[("TASKS", "4")]),
        lines(&[("MORE", "1"), ("TASKS", "3")]),
    );
    for base in [base.as_str(), ""] {
        let dir = package("");
        for (name, text) in [("base", base), ("ours", &tasks), ("theirs", &thread)] {
            fs::write(dir.path().join(name), text).expect("it can be written");
        }
        let merged = Command::new("git")
            .args(["merge-file", "--union", "-p", "ours", "base", "theirs"])
            .current_dir(dir.path())
            .output()
            .expect("git runs");
        let merged = String::from_utf8(merged.stdout).expect("it is text");
        let run = run_with(&merged, "leaks", &[("MORE", "1"), ("TASKS", "4")]);
        assert_passes(&run);
        assert_eq!(
            numbers(&run.report().known),
            [("task", 4), ("thread", 1), ("thread", 1)]
        );
        assert_fails(&run_with(&merged, "leaks", &[("TASKS", "5")]));
    }
}

mod subject {
    use std::{future::pending, thread, time::Duration};

    use leakcheck::{LeakGuard, Options, leak_checked, verify_none};

    fn leave() {
        let number = std::env::var("TASKS").map_or(2, |number| number.parse().unwrap());
        for _ in 0..number {
            tokio::spawn(pending::<()>());
        }
        thread::spawn(thread::park);
        if std::env::var_os("MORE").is_some() {
            thread::spawn(thread::park); // More.
        }
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn leaks() {
        leave();
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn leaks_too() {
        leave();
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn blocks() {
        tokio::task::spawn_blocking(thread::park);
        std::mem::forget(std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    }

    #[leak_checked(settle = "1h")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn ends() {
        thread::spawn(|| {
            thread::sleep(Duration::from_secs(2));
            while std::env::var_os("MORE").is_some() {
                thread::park();
            }
        });
    }

    #[leak_checked(settle = "50ms", repeat = "0:3")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn grows() {
        thread::spawn(thread::park);
    }

    #[leak_checked(settle = "50ms", unseen_panics = "deny")]
    #[tokio::test]
    #[ignore = "panics on purpose"]
    async fn panics() {
        tokio::spawn(async { panic!("nobody sees this") });
        tokio::task::yield_now().await;
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn clean() {}

    #[test]
    #[ignore = "leaks on purpose"]
    fn verifies() {
        thread::spawn(thread::park);
        verify_none(Options::new().settle(Duration::from_millis(50)));
    }

    #[test]
    #[ignore = "leaks on purpose"]
    fn guards() {
        let _guard = LeakGuard::new(Options::new().settle(Duration::from_millis(50)));
        thread::spawn(thread::park);
    }
}
