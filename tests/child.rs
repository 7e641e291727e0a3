//! A subject in a process of its own, which may fail, be killed or hang without taking the suite along.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::{Report, Run, reports_in, rerun};

/// After this long a child is taken for hung; nothing here takes a tenth of it.
const HUNG: Duration = Duration::from_secs(180);

/// Runs exactly one subject of `module`; see `run!`.
pub fn run(module: &str, subject: &str, variables: &[(&str, &str)]) -> Run {
    let run = run_anyhow(module, subject, variables);
    assert!(
        run.text().contains("running 1 test\n"),
        "no test of {module} is called {subject}\n{}",
        run.text()
    );
    run
}

/// Runs exactly one subject of `module`, whose process may end before any test begins.
pub fn run_anyhow(module: &str, subject: &str, variables: &[(&str, &str)]) -> Run {
    let name = format!("{}{subject}", subjects(module));
    run_all(&["--exact", &name], variables)
}

/// What the names of all subjects of `module` begin with.
pub fn subjects(module: &str) -> String {
    let (_, module) = module.split_once("::").expect("a property is a module");
    format!("{module}::subject::")
}

/// Runs the subjects that the harness chooses by `arguments`, and fails where they hang.
pub fn run_all(arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    let variables: Vec<(String, String)> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let what = arguments.join(" ");
    unless_hung(&what, move || {
        let variables: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        rerun(&arguments, &variables)
    })
}

/// Runs exactly one subject of `module`, whose output the harness does not capture, with a standard error of its own.
pub fn run_into(module: &str, subject: &str, stderr: impl Into<Stdio>) -> Run {
    let name = format!("{}{subject}", subjects(module));
    let stderr = stderr.into();
    let run = unless_hung(&name.clone(), move || {
        crate::run_into(["--ignored", "--nocapture", "--exact", &name], &[], stderr)
    });
    assert!(
        run.text().contains("running 1 test\n"),
        "{subject} was not run\n{}",
        run.text()
    );
    run
}

/// Runs this test binary as `arguments` and `variables` say and not otherwise.
pub fn harness(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let exe = std::env::current_exe().expect("the test binary has a path");
    let mut command = Command::new(exe);
    command
        .args(arguments)
        .env_remove("RUST_TEST_THREADS")
        .env_remove("LEAKCHECK_REPORT_DIR")
        .envs(variables.iter().copied());
    unless_hung(&arguments.join(" "), move || {
        command.output().expect("the test binary runs")
    })
}

/// Runs exactly one subject of `module`, whose process does not end, until it has said a line with these words; returns what it has
/// said on standard error by then, and its reports.
pub fn run_until(
    module: &str,
    subject: &str,
    variables: &[(&str, &str)],
    words: &'static str,
) -> (String, Vec<Report>) {
    let name = format!("{}{subject}", subjects(module));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let exe = std::env::current_exe().expect("the test binary has a path");
    let mut command = Command::new(exe);
    command
        .args(["--ignored", "--exact", &name, "--test-threads=1"])
        .env("LEAKCHECK_REPORT_DIR", folder.path())
        .envs(variables.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the test binary runs");
    let lines = BufReader::new(child.stderr.take().expect("it is a pipe")).lines();
    let said = unless_hung(&name, move || {
        let mut said = String::new();
        for line in lines {
            said += &(line.expect("it is text") + "\n");
            if said.contains(words) {
                return Ok(said);
            }
        }
        Err(said)
    });
    child.kill().expect("it runs, or was not waited for");
    child.wait().expect("it is waited for");
    let said = said.unwrap_or_else(|said| panic!("{subject} has ended, and said:\n{said}"));
    (said, reports_in(folder.path()))
}

fn unless_hung<T: Send + 'static>(what: &str, run: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, ended) = mpsc::channel();
    // Nobody listens any more where it was taken for hung.
    let waiting = thread::spawn(move || drop(send.send(run())));
    match ended.recv_timeout(HUNG) {
        Ok(output) => output,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("`{what}` hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            std::panic::resume_unwind(waiting.join().expect_err("its result was not sent"))
        }
    }
}

/// Every test of the run passed.
#[track_caller]
pub fn assert_passes(run: &Run) {
    assert_eq!(run.output.status.code(), Some(0), "{}", run.text());
}

/// At least one test of the run failed, in the way that harnesses fail.
#[track_caller]
pub fn assert_fails(run: &Run) {
    assert_eq!(run.output.status.code(), Some(101), "{}", run.text());
}

/// The values that subjects wrote after `label` past the harness, which swallows what is printed.
pub fn said(run: &Run, label: &str) -> Vec<String> {
    run.text()
        .lines()
        .filter_map(|line| Some(line.split_once(label)?.1.trim().to_owned()))
        .collect()
}

/// Writes a line for [`said`].
pub fn say(label: &str, value: impl std::fmt::Display) {
    use std::io::Write as _;
    let line = format!("\n{label} {value}\n");
    std::io::stdout()
        .write_all(line.as_bytes())
        .expect("standard output is open");
}
