//! A process under the language's harness that is checked at its exit, test by test.
#![cfg(target_os = "linux")]

use crate::program::{Ended, run};

/// Each leaky test, and what is left of it, by name.
const LEFT: [(&str, &str); 7] = [
    ("a_file", "1 file descriptor"),
    ("a_process", "1 child process"),
    ("a_runtime", "1 runtime"),
    ("a_runtime_on_one_thread", "1 runtime"),
    ("a_thread", "1 thread"),
    ("a_thread_in_tokio", "1 thread"),
    ("a_thread_of_a_thread", "1 thread"),
];

/// Runs one test in a process of its own.
fn one(test: &str) -> Ended {
    run(
        "at_exit",
        &["--exact", test, "--ignored", "--nocapture"],
        &[],
    )
}

/// The first lines of all reports, without times.
fn headlines(ended: &Ended) -> Vec<String> {
    let lines = ended
        .stderr
        .lines()
        .filter(|line| line.starts_with("leakcheck: "));
    let lines = lines.map(|line| line.split(" after waiting").next().unwrap_or(line));
    lines.map(ToOwned::to_owned).collect()
}

fn headline((test, what): &(&str, &str)) -> String {
    format!("leakcheck: `leaves::{test}` left {what} behind")
}

#[test]
fn what_is_left_is_charged_to_its_test() {
    for left in LEFT {
        let ended = one(&format!("leaves::{}", left.0));
        assert_eq!(headlines(&ended), [headline(&left)], "{}", ended.text());
        assert!(
            ended.stdout.contains("1 passed; 0 failed"),
            "{}",
            ended.stdout
        );
        assert_eq!(ended.code, Some(101));
    }
}

#[test]
fn several_tests_have_a_report_each() {
    for threads in ["--test-threads=1", "--test-threads=4"] {
        let fails = ["--skip", "a_thread_and_fails", "--skip", "exits"];
        let ended = run(
            "at_exit",
            &[&["--ignored", threads], &fails[..]].concat(),
            &[],
        );
        let expected = LEFT.map(|left| headline(&left));
        assert_eq!(headlines(&ended), expected, "{}", ended.text());
        assert_eq!(ended.code, Some(101));
    }
}

#[test]
fn nothing_is_said_where_nothing_is_left() {
    for threads in ["--test-threads=1", "--test-threads=4"] {
        let ended = run("at_exit", &[threads], &[]);
        assert_eq!(ended.stderr, "");
        assert_eq!(ended.code, Some(0), "{}", ended.text());
    }
}

#[test]
fn a_test_that_failed_keeps_its_exit_code() {
    let ended = one("leaves::a_thread_and_fails");
    let expected = headline(&("a_thread_and_fails", "1 thread"));
    assert_eq!(headlines(&ended), [expected], "{}", ended.text());
    assert_eq!(ended.code, Some(101));
}

#[test]
fn an_exit_in_a_test_is_left_as_it_is() {
    let ended = one("exits");
    assert_eq!(ended.code, Some(7));
    assert_eq!(headlines(&ended).len(), 1, "{}", ended.text());
    assert!(
        ended
            .stderr
            .contains("a thread ended the process before the harness did")
    );
}

#[test]
fn the_environment_counts() {
    let leave = ["--exact", "leaves::a_thread", "--ignored"];
    let ended = run("at_exit", &leave, &[("LEAKCHECK", "off")]);
    assert_eq!((ended.stderr.as_str(), ended.code), ("", Some(0)));
    let ended = run("at_exit", &leave, &[("LEAKCHECK", "warn")]);
    assert!(
        ended.stderr.contains("which is a warning"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.code, Some(0));
    let ended = run("at_exit", &leave, &[("LEAKCHECK", "maybe")]);
    assert!(
        ended.stderr.contains("failed to read LEAKCHECK"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.code, Some(101));
}
