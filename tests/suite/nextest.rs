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
            "nextest::subject::leaves_output: test",
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

/// Runs the subject that leaves a process with its output, as nextest does or without its variables, below a program that may
/// have the same output; returns what it says.
#[cfg(target_os = "linux")]
fn left_with_the_output(below: &str, variables: &[(&str, &str)]) -> String {
    use std::{fs, process};

    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (said, left) = (folder.path().join("said"), folder.path().join("left"));
    let exe = std::env::current_exe().expect("the test binary has a path");
    let mut shell = process::Command::new("sh");
    shell
        .args(["-c", below, "sh"])
        .arg(exe)
        .args(["--ignored", "--exact", "--nocapture"]);
    shell.arg(format!("{}leaves_output", subjects(module_path!())));
    // The test itself may run under it.
    for (name, _) in NEXTEST {
        shell.env_remove(name);
    }
    shell
        .envs(variables.iter().copied())
        .env("LEAKCHECK_TEST_LEFT", &left);
    shell.env_remove("LEAKCHECK_REPORT_DIR");
    shell.stderr(fs::File::create(&said).expect("the file can be made"));
    // Nobody reads to the end of it, which comes when the process that was left has ended.
    let mut shell = shell
        .stdout(process::Stdio::piped())
        .spawn()
        .expect("there is a shell");
    shell.wait().expect("it is waited for");
    let left = fs::read_to_string(left).expect("it was left");
    let killed = process::Command::new("kill").arg(left.trim()).status();
    assert!(killed.expect("there is `kill`").success());
    fs::read_to_string(said).expect("it is text")
}

/// That is what nextest calls LEAK.
#[cfg(target_os = "linux")]
#[test]
fn what_keeps_the_output_open_is_named() {
    let words = "running, `sleep 60`, keeps standard output of the test's process open as its standard output";
    let said = left_with_the_output("exec \"$@\"", &NEXTEST);
    assert!(said.contains(words), "{said}");
    assert!(said.contains("started here"), "{said}");
    // With `--no-capture`, the output is that of nextest itself.
    let said = left_with_the_output("\"$@\"; true", &NEXTEST);
    assert!(!said.contains("left"), "{said}");
    // Elsewhere it is that of all tests.
    let said = left_with_the_output("exec \"$@\"", &[]);
    assert!(!said.contains("left"), "{said}");
}

mod subject {
    use std::thread;

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn leaves_output() {
        let left = std::env::var("LEAKCHECK_TEST_LEFT").expect("it is said where to");
        let script = format!("sleep 60 </dev/null 2>/dev/null & echo $! > {left}");
        let mut shell = std::process::Command::new("sh");
        assert!(
            shell
                .args(["-c", &script])
                .status()
                .expect("there is a shell")
                .success()
        );
    }

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
