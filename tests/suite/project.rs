//! What a `leakcheck.toml` says holds for all tests of its package, below the attribute and the environment; one that is
//! not understood fails each of them.

use std::{fs, path::Path};

use leakcheck_tests::{Report, Run};
use tempfile::TempDir;

use crate::{
    child::{assert_fails, assert_passes, run_all, subjects},
    expect_leaks::{assert_left, threads},
};

const IN_CONNECT: &str = "thread::spawn(thread::park); // In connect.";
const IN_TEST: &str = "thread::spawn(thread::park); // In the test.";

/// A rule on what `connect` starts.
const RULE: &str =
    "[[ignore]]\ncreated_by = \"*::project::subject::connect\"\nreason = \"a pool\"\n";

/// A folder of a package with these files.
fn package(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(path, text).expect("a file can be written");
    }
    dir
}

/// Runs a subject as one of the package in this folder.
fn run_in(dir: &Path, subject: &str, variables: &[(&str, &str)]) -> Run {
    let dir = dir.to_str().expect("the path is text");
    let variables = [&[("CARGO_MANIFEST_DIR", dir)], variables].concat();
    crate::child::run(module_path!(), subject, &variables)
}

/// Runs a subject where a `leakcheck.toml` says this.
fn run_with(text: &str, subject: &str, variables: &[(&str, &str)]) -> Run {
    let dir = package(&[("leakcheck.toml", text)]);
    run_in(dir.path(), subject, variables)
}

/// What was accepted: rule, reason, where the rule stands, and number.
fn accepted(report: &Report) -> Vec<(&str, &str, Option<&str>, usize)> {
    let entries = report.ignored.iter();
    entries
        .map(|entry| {
            let (rule, reason) = (entry.rule.as_str(), entry.reason.as_str());
            (rule, reason, entry.source.as_deref(), entry.count)
        })
        .collect()
}

#[test]
fn without_a_file_nothing_changes() {
    let dir = package(&[("Cargo.toml", ""), ("leakcheck.toml.bak", RULE)]);
    let run = run_in(dir.path(), "two_of_connect", &[]);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(2, IN_CONNECT)]);
}

#[test]
fn rules_of_the_file_and_of_the_attribute_add_up() {
    let run = run_with(RULE, "two_of_connect", &[]);
    assert_passes(&run);
    let rule = "ignore_created_by(\"*::project::subject::connect\")";
    let of_file = (rule, "a pool", Some("leakcheck.toml:1"), 2);
    assert_eq!(accepted(run.report()), [of_file]);

    let run = run_with(RULE, "one_by_name", &[]);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, IN_TEST)]);
    let mut both = accepted(run.report());
    both.sort_unstable();
    let of_attribute = ("ignore_thread_name(\"metrics\")", "", None, 1);
    assert_eq!(
        both,
        [(rule, "a pool", Some("leakcheck.toml:1"), 1), of_attribute]
    );
    assert!(
        run.text().contains("(leakcheck.toml:1): a pool"),
        "{}",
        run.text()
    );
}

#[test]
fn at_most_is_exact() {
    let run = run_with(&format!("{RULE}at_most = 2"), "two_of_connect", &[]);
    assert_passes(&run);
    let run = run_with(&format!("{RULE}at_most = 1"), "two_of_connect", &[]);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, IN_CONNECT)]);
}

#[test]
fn a_kind_narrows_a_rule() {
    let run = run_with(&format!("{RULE}kind = \"thread\""), "two_of_connect", &[]);
    assert_passes(&run);
    let run = run_with(
        &format!("{RULE}kind = [\"task\", \"fd\"]"),
        "two_of_connect",
        &[],
    );
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(2, IN_CONNECT)]);
}

#[test]
fn a_rule_that_expired_is_not_applied_and_says_so() {
    let run = run_with(
        &format!("{RULE}expires = \"9999-12-31\""),
        "two_of_connect",
        &[],
    );
    assert_passes(&run);
    let run = run_with(
        &format!("{RULE}expires = \"2026-01-31\""),
        "two_of_connect",
        &[],
    );
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(2, IN_CONNECT)]);
    assert_eq!(accepted(run.report()), []);
    let said = "ignore_created_by(\"*::project::subject::connect\") (leakcheck.toml:1) would accept some of this, but \
                expired on 2026-01-31: end what it was for, or give it a later day";
    assert_eq!(run.report().notes, [said]);
    assert!(run.text().contains(said), "{}", run.text());
}

#[test]
fn the_nearest_file_holds_alone() {
    let dir = package(&[
        ("Cargo.toml", "[workspace]"),
        ("leakcheck.toml", RULE),
        ("inner/package/Cargo.toml", ""),
    ]);
    let inner = dir.path().join("inner/package");
    let run = run_in(&inner, "two_of_connect", &[]);
    assert_passes(&run);
    assert_eq!(accepted(run.report())[0].2, Some("../../leakcheck.toml:1"));

    fs::write(inner.join("leakcheck.toml"), "settle = \"50ms\"").expect("it can be written");
    let run = run_in(&inner, "two_of_connect", &[]);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(2, IN_CONNECT)]);
}

#[test]
fn a_file_above_the_workspace_silences_nobody() {
    const OFF: &str = "level = \"off\"";
    for (root, package_of) in [
        ("", "project"),
        ("[workspace]", "project"),
        ("[workspace]", "project/inner/package"),
    ] {
        let dir = package(&[
            ("leakcheck.toml", OFF),
            ("leakcheck.baseline", "not one"),
            ("project/Cargo.toml", root),
            ("project/inner/package/Cargo.toml", "[package]"),
        ]);
        let run = run_in(&dir.path().join(package_of), "two_of_connect", &[]);
        assert_fails(&run);
        assert_left(&run.report().leaks, &[threads(2, IN_CONNECT)]);
    }
}

#[test]
fn a_file_that_switches_everything_off_says_so() {
    let dir = package(&[("leakcheck.toml", "level = \"off\"")]);
    let said = format!(
        "leakcheck: nothing is checked: {} switches it off",
        dir.path().join("leakcheck.toml").display()
    );
    for subject in ["two_of_connect", "verifies", "guards", "marks"] {
        let run = run_in(dir.path(), subject, &[]);
        assert_passes(&run);
        assert_eq!(run.text().matches(&said).count(), 1, "{}", run.text());
    }
    let run = run_in(dir.path(), "threads_deny", &[]);
    assert_fails(&run);
    let run = run_in(dir.path(), "two_of_connect", &[("LEAKCHECK", "off")]);
    assert_passes(&run);
    for run in [run, run_with("", "two_of_connect", &[])] {
        assert!(!run.text().contains("nothing is checked"), "{}", run.text());
    }
}

#[test]
fn a_report_tells_which_file_decided() {
    let run = run_with("level = \"warn\"", "two_of_connect", &[]);
    assert_passes(&run);
    let said = "leakcheck.toml says `level = \"warn\"`";
    assert_eq!(run.report().notes, [said]);
    assert!(
        run_with("", "two_of_connect", &[])
            .report()
            .notes
            .is_empty()
    );
    let run = run_with("level = \"warn\"", "threads_deny", &[]);
    assert!(run.report().notes.is_empty());
}

#[test]
fn the_environment_is_above_the_attribute_and_that_above_the_file() {
    let limit = |file: &str, subject: &str, variables: &[(&str, &str)]| {
        let run = run_with(file, subject, variables);
        assert_fails(&run);
        let hang = run.report().hang.clone();
        hang.and_then(|hang| hang.limit_ms).expect("it has a limit")
    };
    let file = "timeout = \"101ms\"";
    let environment = [("LEAKCHECK_TIMEOUT", "103ms")];
    assert_eq!(limit(file, "ticks", &[]), 101);
    assert_eq!(limit(file, "ticks_in_time", &[]), 102);
    assert_eq!(limit(file, "ticks_by_function", &[]), 104);
    assert_eq!(limit(file, "ticks", &environment), 103);
    assert_eq!(limit(file, "ticks_in_time", &environment), 103);
}

#[test]
fn levels_of_the_file_are_below_those_of_the_attribute() {
    let level = |run: &Run| run.report().leaks[0].level;
    for file in ["level = \"warn\"", "[levels]\nthreads = \"warn\""] {
        let run = run_with(file, "two_of_connect", &[]);
        assert_passes(&run);
        assert_eq!(level(&run), "warn");
        assert_fails(&run_with(file, "threads_deny", &[]));
        let run = run_with(
            file,
            "two_of_connect",
            &[("LEAKCHECK_LEVELS", "threads=deny")],
        );
        assert_fails(&run);
    }
    let run = run_with("[levels]\nthreads = \"off\"", "two_of_connect", &[]);
    assert_passes(&run);
    assert_eq!(run.reports[0].leaks.len(), 0);
    assert!(!run.reports[0].coverage.contains_key("thread"));
}

#[test]
fn rates_of_the_file_are_for_tests_that_repeat() {
    let file = "rate = { threads = 1, fds = 1000000 }";
    let run = run_with(file, "many_in_rounds", &[]);
    assert_fails(&run);
    assert_eq!(run.report().breaches.len(), 1);
    assert_eq!(run.report().breaches[0].limit, 1);
    let notes = &run.report().notes;
    let said = "leakcheck.toml says `rate.threads = 1`".to_owned();
    assert!(notes.contains(&said), "{notes:?}");
    for subject in ["two_at_one_time", "guards"] {
        assert_passes(&run_with(file, subject, &[]));
    }
}

#[test]
fn budgets_of_the_file_are_below_those_of_the_attribute() {
    let limits = |run: &Run| -> Vec<(String, usize)> {
        let breaches = run.report().breaches.iter();
        breaches
            .map(|breach| (breach.kind.clone(), breach.limit))
            .collect()
    };
    let file = "max_live = { threads = 1, fds = 9 }";
    let run = run_with(file, "two_at_one_time", &[]);
    assert_fails(&run);
    assert_eq!(limits(&run), [("thread".to_owned(), 1)]);
    assert_eq!(
        run.report().notes,
        ["leakcheck.toml says `max_live.threads = 1`"]
    );
    assert_passes(&run_with(file, "two_are_allowed", &[]));
    assert_passes(&run_with(
        "[max_live]\nthreads = 0x2",
        "two_at_one_time",
        &[],
    ));
    assert_passes(&run_with(file, "guards", &[]));
    for (text, said) in [
        (
            "[max_live]\nthreads = 0",
            "2:11: `threads` is 0: expected a whole number from 1 on, such as 200",
        ),
        (
            "[max_live]\nthreads = -1",
            "2:11: `threads` is -1: expected a whole number",
        ),
        (
            "[max_live]\nthreads = \"8\"",
            "2:11: `threads` is \"8\": expected a whole number",
        ),
        (
            "[max_live]\nthreads = 8\nthreads = 9",
            "this is not valid TOML: ",
        ),
        (
            "[max_live]\ntimers = 1",
            "2:1: unknown key `timers`: expected `tasks`, `threads`, `fds` or `processes`",
        ),
        (
            "[rate]\nthreads = 0.5",
            "2:11: `threads` is 0.5: expected a whole number from 1 on, such as 200",
        ),
        (
            "max_live = 8",
            "1:12: `max_live` is 8: expected a table of kinds, each with its budget",
        ),
    ] {
        let run = run_with(text, "clean", &[]);
        assert_fails(&run);
        assert!(run.text().contains(said), "{text}: {}", run.text());
    }
}

#[test]
fn a_file_that_is_not_understood_fails_each_test() {
    let dir = package(&[(
        "leakcheck.toml",
        "settle = \"50ms\"\n[levels]\n  thraed = \"warn\"\n",
    )]);
    let path = dir.path().join("leakcheck.toml");
    let said = format!(
        "leakcheck: failed to read {}:3:3: unknown key `thraed`: expected `tasks`, `threads`,",
        path.display()
    );
    for subject in ["clean", "verifies", "guards", "marks", "finds"] {
        let run = run_in(dir.path(), subject, &[]);
        assert_fails(&run);
        assert!(run.text().contains(&said), "{subject}: {}", run.text());
        assert_passes(&run_with("", subject, &[]));
        if subject != "finds" {
            assert_passes(&run_in(dir.path(), subject, &[("LEAKCHECK", "off")]));
        }
    }
}

#[test]
fn it_fails_every_one_of_several() {
    let dir = package(&[("leakcheck.toml", "ignore = 1")]);
    let dir = dir.path().to_str().expect("the path is text");
    let tests = ["clean", "verifies", "guards"].map(|name| subjects(module_path!()) + name);
    let [one, two, three] = &tests;
    let run = run_all(
        &["--exact", one, two, three],
        &[("CARGO_MANIFEST_DIR", dir)],
    );
    assert_fails(&run);
    assert!(run.text().contains("0 passed; 3 failed"), "{}", run.text());
    assert_eq!(run.text().matches("leakcheck.toml:1:10: ").count(), 3);
}

mod subject {
    use std::{
        sync::{Arc, Barrier},
        thread,
        time::Duration,
    };

    use leakcheck::{LeakGuard, Options, checkpoint, find, leak_checked, verify_none};

    fn connect() {
        thread::spawn(thread::park); // In connect.
    }

    /// Has two threads at one time.
    fn two() {
        let barrier = Arc::new(Barrier::new(2));
        let start = |barrier: Arc<Barrier>| thread::spawn(move || barrier.wait());
        for thread in [barrier.clone(), barrier].map(start) {
            thread.join().unwrap();
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "goes over its budget on purpose"]
    fn two_at_one_time() {
        two();
    }

    #[leak_checked(repeat = "0:2")]
    #[test]
    #[ignore = "goes over its rate on purpose"]
    fn many_in_rounds() {
        for _ in 0..50 {
            thread::spawn(|| {}).join().unwrap();
        }
    }

    #[leak_checked(max_live(threads = 2))]
    #[test]
    #[ignore = "run by a test"]
    fn two_are_allowed() {
        two();
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn two_of_connect() {
        connect();
        connect();
    }

    #[leak_checked(settle = "50ms", ignore_thread_name = "metrics")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn one_by_name() {
        connect();
        let builder = thread::Builder::new().name("metrics".to_owned());
        builder.spawn(thread::park).unwrap();
        thread::spawn(thread::park); // In the test.
    }

    #[leak_checked(settle = "50ms", levels(threads = "deny"), level = "deny")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn threads_deny() {
        connect();
    }

    async fn tick() {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "hangs on purpose"]
    async fn ticks() {
        tick().await;
    }

    #[leak_checked(timeout = "102ms")]
    #[tokio::test]
    #[ignore = "hangs on purpose"]
    async fn ticks_in_time() {
        tick().await;
    }

    fn in_time() -> Options {
        Options::new().timeout(Duration::from_millis(104))
    }

    #[leak_checked(options = in_time)]
    #[tokio::test]
    #[ignore = "hangs on purpose"]
    async fn ticks_by_function() {
        tick().await;
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn clean() {}

    #[test]
    #[ignore = "looked at from outside"]
    fn verifies() {
        verify_none(Options::new());
    }

    #[test]
    #[ignore = "looked at from outside"]
    fn guards() {
        let _guard = LeakGuard::new(Options::new());
    }

    #[test]
    #[ignore = "looked at from outside"]
    fn marks() {
        checkpoint().blocking_verify();
    }

    #[test]
    #[ignore = "looked at from outside"]
    fn finds() {
        if let Err(error) = find(&Options::new()) {
            panic!("leakcheck: {error}");
        }
    }
}
