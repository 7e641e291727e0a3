//! cargo-nextest lists and runs the tests of either harness, where it is installed.

use std::{env, process::Command};

use crate::program::Ended;

#[test]
fn nextest_counts_the_same() {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let has_nextest = Command::new(&cargo).args(["nextest", "--version"]).output();
    if !has_nextest.is_ok_and(|output| output.status.success()) {
        return;
    }
    let counts = |target: &str, choice: &str| {
        let output = Command::new(&cargo)
            .args([
                "nextest",
                "run",
                "--color=never",
                "--no-fail-fast",
                "--test",
                target,
            ])
            .args(["--run-ignored", choice])
            // What this test was given is not for another package's build.
            .env_remove("NEXTEST_PROFILE")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output();
        let ended = Ended::of(&output.expect("nextest runs"));
        let line = ended
            .stderr
            .lines()
            .find(|line| line.contains("Summary"))
            .map(|line| {
                let at = line.find("] ").map_or(0, |at| at + 2);
                line[at..].trim().to_owned()
            });
        (
            line.unwrap_or_else(|| panic!("{}", ended.text())),
            ended.code,
        )
    };
    for choice in ["default", "all"] {
        assert_eq!(
            counts("own", choice),
            counts("standard", choice),
            "{choice}"
        );
    }
    // Each test is a process, which is checked at its end.
    let (line, code) = counts("at_exit", "only");
    assert!(line.contains("0 passed") && code == Some(100), "{line}");
}
