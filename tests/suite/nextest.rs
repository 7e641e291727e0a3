//! Under cargo-nextest, which lists a binary and runs each test in a process of its own, everything is the same.

use crate::child::{assert_fails, assert_passes, harness, subjects};

const NEXTEST: [(&str, &str); 2] = [
    ("NEXTEST", "1"),
    ("NEXTEST_EXECUTION_MODE", "process-per-test"),
];

#[test]
fn each_subject_is_listed_once_and_nothing_else_is_printed() {
    let output = harness(
        &[
            "--list",
            "--format",
            "terse",
            "--ignored",
            &subjects(module_path!()),
        ],
        &NEXTEST,
    );
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("names are text");
    let mut names: Vec<&str> = text.lines().collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "nextest::subject::cleans_up: test",
            "nextest::subject::fails: test",
            "nextest::subject::leaks: test",
        ]
    );
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn each_ends_as_it_would_elsewhere() {
    let run = |subject: &str| {
        let name = format!("{}{subject}", subjects(module_path!()));
        crate::child::run_all(&["--exact", &name, "--nocapture"], &NEXTEST)
    };
    let clean = run("cleans_up");
    assert_passes(&clean);
    assert_eq!(clean.report().verdict, "clean");

    let leaks = run("leaks");
    assert_fails(&leaks);
    assert_eq!(leaks.report().test, "nextest::subject::leaks");
    let text = String::from_utf8_lossy(&leaks.output.stderr).into_owned();
    assert!(
        text.contains("leakcheck: `nextest::subject::leaks` left 1 thread behind"),
        "{text}"
    );
    assert!(!text.contains("panicked at"), "{text}");

    let fails = run("fails");
    assert_fails(&fails);
    assert_eq!(fails.report().body, "panicked");
}

mod subject {
    use std::thread;

    use leakcheck::leak_checked;

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn cleans_up() {
        tokio::spawn(async {}).await.unwrap();
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn leaks() {
        thread::spawn(thread::park);
    }

    #[leak_checked]
    #[test]
    #[ignore = "fails on purpose"]
    fn fails() {
        panic!("its own reason");
    }
}
