//! Hooks of a suite run in order, and the process is checked behind them.

use crate::program::{Ended, run};

fn with(hooks: &str) -> Ended {
    run("hooks", &[], &[("HOOKS", hooks)])
}

/// What the hooks and the test have printed.
fn said(ended: &Ended) -> Vec<&str> {
    let ours = ["set up", "test", "tear down", "clean up 0", "clean up 101"];
    ended
        .stdout
        .lines()
        .filter(|line| ours.contains(line))
        .collect()
}

#[test]
fn hooks_surround_the_tests() {
    let ended = with("");
    assert_eq!(said(&ended), ["set up", "test", "tear down", "clean up 0"]);
    assert_eq!(ended.code, Some(0), "{}", ended.text());
    assert_eq!(ended.stderr, "");
}

#[test]
fn what_set_up_leaves_fails_the_process() {
    let ended = with("leave");
    assert_eq!(
        said(&ended),
        ["set up", "test", "tear down", "clean up 101"]
    );
    assert_eq!(ended.code, Some(101));
    assert!(
        ended.stdout.contains("test result: ok. 1 passed"),
        "{}",
        ended.stdout
    );
    assert!(
        ended
            .stderr
            .starts_with("leakcheck: `the whole process` left 1 thread behind"),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("\"left-by-set-up\""),
        "{}",
        ended.stderr
    );
}

#[test]
fn the_process_is_checked_after_failed_tests_if_asked_for() {
    let ended = with("fail,leave");
    assert_eq!(ended.code, Some(101));
    assert!(
        ended.stderr.contains("`the whole process` left 1 thread"),
        "{}",
        ended.stderr
    );
}

#[test]
fn hooks_that_panic_fail_the_process() {
    let early = with("panic-early");
    assert_eq!(said(&early), ["set up", "clean up 101"]);
    assert!(
        early
            .stderr
            .contains("`set_up` panicked, so no test was run"),
        "{}",
        early.stderr
    );
    let late = with("panic-late");
    assert_eq!(said(&late), ["set up", "test", "tear down", "clean up 101"]);
    assert!(
        late.stderr
            .contains("`tear_down` panicked, and that fails the tests"),
        "{}",
        late.stderr
    );
    assert_eq!((early.code, late.code), (Some(101), Some(101)));
}

#[test]
fn lists_run_no_hook() {
    let ended = run(
        "hooks",
        &["--list", "--format", "terse"],
        &[("HOOKS", "leave")],
    );
    assert_eq!(
        (ended.stdout.as_str(), ended.code),
        ("passes: test\n", Some(0))
    );
}

#[test]
fn checks_that_are_off_find_nothing() {
    let ended = run("hooks", &[], &[("HOOKS", "leave"), ("LEAKCHECK", "off")]);
    assert_eq!((ended.stderr.as_str(), ended.code), ("", Some(0)));
    let ended = run("hooks", &[], &[("HOOKS", "leave"), ("LEAKCHECK", "warn")]);
    assert!(
        ended.stderr.contains("which is a warning"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.code, Some(0));
}

/// Its time counts from the last result on.
#[cfg(target_os = "linux")]
#[test]
fn a_hook_that_takes_too_long_is_told() {
    let variables = [("HOOKS", "take-long"), ("LEAKCHECK_EXIT_TIMEOUT", "50ms")];
    let last = "note: nothing was done to the process";
    let said = crate::program::run_until("hooks", last, &variables);
    for words in [
        "leakcheck: the process does not end: its tests were over ",
        "blocked in thread::sleep",
        "hooks::stop",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}
