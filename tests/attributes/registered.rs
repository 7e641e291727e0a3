//! Runs this binary again: every test is listed once, and the bodies that run are those of the tests listed.

use std::process::Command;

use crate::ran::MARK;

/// What is in this binary, one name a line.
const EXPECTED: &str = include_str!("registered.txt");

/// What this binary prints when it is run with these arguments: the harness to standard output, bodies to the other.
fn output(args: &[&str]) -> (String, String) {
    let this = std::env::current_exe().expect("a running test has a binary");
    // With a single thread the harness would run the tests on one that bears the name of none.
    let mut again = Command::new(this);
    let output = again.arg("--test-threads=2").args(args).output();
    let output = output.expect("the binary can be run again");
    let text = |bytes| String::from_utf8(bytes).expect("test names are text");
    (text(output.stdout), text(output.stderr))
}

/// The names that this binary lists.
fn listed(args: &[&str]) -> Vec<String> {
    let (list, _) = output(&[&["--list", "--format", "terse"], args].concat());
    list.lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(String::from)
        .collect()
}

/// The names of the tests whose bodies ran.
fn ran(args: &[&str]) -> Vec<String> {
    let (_, text) = output(&[&["--nocapture"], OTHERS, args].concat());
    text.lines()
        .filter_map(|line| line.split_once(MARK))
        .map(|(_, name)| name.into())
        .collect()
}

/// Chooses the tests that do not run this binary themselves.
const OTHERS: &[&str] = &["--skip", "registered::", "--skip", "a_leak_is_reported"];

/// Shows only what differs, once for each time it occurs too often or not often enough.
fn assert_same(mut found: Vec<String>, expected: Vec<String>) {
    let mut missing = expected;
    found.retain(
        |name| match missing.iter().position(|expected| expected == name) {
            Some(index) => {
                missing.swap_remove(index);
                false
            }
            None => true,
        },
    );
    assert!(
        found.is_empty() && missing.is_empty(),
        "unexpected: {found:?}, missing: {missing:?}"
    );
}

#[test]
fn every_test_is_registered_once() {
    let exists = |name: &&str| cfg!(tokio_unstable) || *name != "modifier::unhandled_panic";
    let expected = EXPECTED.lines().filter(exists).map(String::from).collect();
    assert_same(listed(&[]), expected);
}

#[test]
fn every_body_runs_once() {
    let ignored = listed(&["--ignored"]);
    let mut expected = listed(OTHERS);
    expected.retain(|name| !ignored.contains(name));
    assert_same(ran(&[]), expected);
    assert_same(ran(&["--ignored"]), ignored);
}

#[test]
fn every_test_passes_that_can() {
    let (text, _) = output(&[&["--include-ignored"], OTHERS].concat());
    let failed = text
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
    let failed = failed
        .map(|name| name.trim_end_matches(" - should panic").into())
        .collect();
    let mut expected = listed(OTHERS);
    expected.retain(|name| name.starts_with("failing::"));
    assert_same(failed, expected);
}
