//! Runs this binary again: every test is listed once, and the bodies that run are those of the tests listed.

use std::process::Command;

use crate::ran::MARK;

/// What is in this binary, line by line, sorted.
const EXPECTED: &str = include_str!("registered.txt");

/// What this binary prints to standard output when it is run with these arguments.
fn output(args: &[&str]) -> String {
    let this = std::env::current_exe().expect("a running test has a binary");
    let output = Command::new(this).args(args).output().expect("the binary can be run again");
    String::from_utf8(output.stdout).expect("test names are text")
}

/// The names that this binary lists, sorted.
fn listed(args: &[&str]) -> Vec<String> {
    let list = output(&[&["--list", "--format", "terse"], args].concat());
    let mut names: Vec<_> = list.lines().filter_map(|line| line.strip_suffix(": test")).map(String::from).collect();
    names.sort_unstable();
    names
}

/// The names of the tests whose bodies ran, sorted.
fn ran(args: &[&str]) -> Vec<String> {
    let text = output(&[&["--skip", "registered::", "--nocapture"], args].concat());
    let mut names: Vec<_> = text.lines().filter_map(|line| line.split_once(MARK)).map(|(_, name)| name.to_owned()).collect();
    names.sort_unstable();
    names
}

#[test]
fn every_test_is_registered_once() {
    let only_unstable = |name: &&str| cfg!(tokio_unstable) || *name != "modifier::unhandled_panic";
    let expected: Vec<_> = EXPECTED.lines().filter(only_unstable).collect();
    assert_eq!(listed(&[]), expected);
}

#[test]
fn every_body_runs_once() {
    let ignored = listed(&["--ignored"]);
    let mut expected = listed(&["--skip", "registered::"]);
    expected.retain(|name| !ignored.contains(name));
    assert_eq!(ran(&[]), expected);
    assert_eq!(ran(&["--ignored"]), ignored);
}

#[test]
fn every_test_passes_or_cannot_return() {
    let text = output(&["--skip", "registered::", "--include-ignored"]);
    let mut failed: Vec<_> = text.lines().filter(|line| line.starts_with("test ") && line.ends_with("FAILED")).collect();
    failed.sort_unstable();
    assert_eq!(failed, ["test outcomes::async_never ... FAILED", "test outcomes::never ... FAILED"], "{text}");
}
