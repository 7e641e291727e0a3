//! The same tests under `leakcheck::main!` and under the language's own harness: the same lists, counts and exit codes.
//!
//! The other test targets of this package are run as processes, so `cargo test` without `--test` has to build them.

mod at_exit;
mod hooks;
mod nextest;
mod program;

use std::collections::BTreeMap;

use program::{Ended, run};

/// Command lines that both harnesses understand.
const LINES: [&str; 20] = [
    "",
    "--test-threads=1",
    "--test-threads 4",
    "--ignored",
    "--include-ignored",
    "--include-ignored --test-threads=1",
    "plain::",
    "plain::passes",
    "--exact plain::passes",
    "--exact plain::passes --nocapture",
    "--exact plain::panics --ignored",
    "--exact plain::r#match",
    "--exact no_such_test",
    "in_tokio whole_module",
    "--exact at_the_root plain::returns no_such_test",
    "--skip generated",
    "--skip generated --skip plain passes",
    "passes --ignored",
    "--nocapture --include-ignored never",
    "--color never --format pretty cases",
];

/// Command lines that list.
const LISTS: [&str; 7] = [
    "--list --format terse",
    "--list --format terse --ignored",
    "--list --format terse --include-ignored",
    "--list --format terse --exact plain::passes",
    "--list --format terse in_tokio",
    "--list --format terse --skip plain",
    "--list --format terse no_such_test",
];

#[test]
fn the_same_tests_end_the_same() {
    for line in LINES {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (own, standard) = (run("own", &words, &[]), run("standard", &words, &[]));
        assert_eq!(summary(&own), summary(&standard), "{line}\n{}", own.text());
        assert_eq!(tests(&own), tests(&standard), "{line}\n{}", own.text());
        assert_eq!(own.code, standard.code, "{line}\n{}", own.text());
    }
}

#[test]
fn the_same_tests_are_listed() {
    for line in LISTS {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (own, standard) = (run("own", &words, &[]), run("standard", &words, &[]));
        assert_eq!(sorted(&own.stdout), sorted(&standard.stdout), "{line}");
        assert_eq!((own.code, standard.code), (Some(0), Some(0)), "{line}");
    }
}

#[test]
fn the_number_of_threads_may_come_from_the_environment() {
    let own = run("own", &["plain"], &[("RUST_TEST_THREADS", "1")]);
    assert_eq!(own.code, Some(0), "{}", own.text());
    let (own, standard) = (
        run("own", &["--test-threads=0"], &[]),
        run("standard", &["--test-threads=0"], &[]),
    );
    assert_eq!(own.code, standard.code, "{}", own.text());
}

#[test]
fn the_same_leaks_are_reported() {
    for test in ["plain::leaves_a_thread", "in_tokio::leaves_a_task"] {
        let report = |harness| {
            let ended = run(harness, &["--ignored", "--exact", test, "--nocapture"], &[]);
            let text = ended.text();
            let names = |line: &&str| line.contains("leakcheck: `") || line.contains("accept");
            let lines = text.lines().filter(names).map(without_times);
            lines
                .collect::<Vec<_>>()
                .join("\n")
                .replace("standard::", "own::")
        };
        let own = report("own");
        assert_eq!(own.lines().count(), 2, "{own}");
        assert_eq!(own, report("standard"));
    }
}

#[test]
fn what_cannot_be_run_fails() {
    let ended = run("refused", &["--ignored"], &[]);
    assert_eq!(ended.code, Some(101), "{}", ended.text());
    assert_eq!(summary(&ended), "FAILED. 0 passed; 5 failed; 0 ignored");
    for by in ["#[test_case]", "#[test_log::test]"] {
        let sentence = format!("`{by}` gives this test to the language's own harness only");
        assert!(ended.stdout.contains(&sentence), "{}", ended.stdout);
    }
}

#[test]
fn what_the_compiler_removes_fails() {
    let ended = run("refused", &["--ignored", "missed::"], &[]);
    assert_eq!(summary(&ended), "FAILED. 0 passed; 2 failed; 0 ignored");
    for test in ["missed::has_no_attribute", "missed::inner::has_none_either"] {
        let expected = format!("---- {test} ----\nthis test has no attribute of leakcheck");
        assert!(ended.stdout.contains(&expected), "{}", ended.stdout);
    }
    let plain = run("refused", &[], &[]);
    assert_eq!(summary(&plain), "ok. 1 passed; 0 failed; 5 ignored");
}

fn without_times(line: &str) -> String {
    let end = line.find(" after waiting").unwrap_or(line.len());
    line[..end].trim().to_owned()
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// `ok. 3 passed; 0 failed; 1 ignored`.
fn summary(ended: &Ended) -> String {
    let line = ended.stdout.lines().rev();
    let result = line.filter_map(|line| line.strip_prefix("test result: "));
    let counts = |line: &str| line.splitn(4, "; ").take(3).collect::<Vec<_>>().join("; ");
    result.map(counts).next().unwrap_or_default()
}

/// How each test ended, where that stands on a line of its own: what a test prints may come between.
fn tests(ended: &Ended) -> BTreeMap<String, String> {
    let one = |line: &str| {
        let (name, end) = line.strip_prefix("test ")?.split_once(" ... ")?;
        let end = end.split([',', ' ']).next()?;
        let is_end = matches!(end, "ok" | "ignored");
        is_end.then(|| (name.trim().to_owned(), end.to_owned()))
    };
    ended.stdout.lines().filter_map(one).collect()
}
