//! Runs a test of the calling binary again, in a process of its own, and reads what it reported.
//!
//! The leaky tests are `#[ignore]`d where they stand, so that a plain run of the suite passes; a test beside each
//! runs it here and compares the report with the exact expected set.

use std::{
    ffi::OsStr,
    fs, iter,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde::Deserialize;

pub mod child;
pub mod expect_leaks;
#[cfg(target_os = "linux")]
pub mod starved;

/// A report file, format version 1.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Version of the format.
    pub format_version: u32,
    /// The cargo package.
    pub package: Option<String>,
    /// The test binary.
    pub binary: String,
    /// The test, as the harness names it.
    pub test: String,
    /// Where the test stands.
    pub location: Location,
    /// `clean`, `lingering`, `leaked` or `inconclusive`.
    pub verdict: String,
    /// How the body ended.
    pub body: String,
    /// Where an async body was suspended that did not end.
    pub body_waits: Option<Waits>,
    /// What is known of a body that did not end.
    pub hang: Option<Hang>,
    /// Time spent waiting.
    pub waited_ms: u64,
    /// Time spent checking.
    pub check_us: u64,
    /// Whether debug info had been read by then.
    #[serde(default)]
    pub read_debug_info: bool,
    /// What is left.
    pub leaks: Vec<Leak>,
    /// What is left as well, but stands in the baseline.
    #[serde(default)]
    pub known: Vec<Leak>,
    /// What ended while the check waited.
    pub lingered: Vec<Leak>,
    /// What rules accepted.
    pub ignored: Vec<Ignored>,
    /// What could be seen.
    pub coverage: serde_json::Map<String, serde_json::Value>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// A place in the source.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct Location {
    /// Relative to the package.
    pub file: String,
    /// From one.
    pub line: u32,
}

/// One frame of a stack.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// Relative to the package, or `crate-version/..`.
    pub file: Option<String>,
    /// From one.
    pub line: Option<u32>,
    /// From one.
    pub column: Option<u32>,
    /// Full path.
    pub function: String,
}

/// Where a body is suspended.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Waits {
    /// The chain of awaits, innermost first.
    pub waits_at: Vec<Frame>,
    /// What would wake it.
    pub waits_for: Option<Awaited>,
}

/// A body that did not end.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Hang {
    /// `timeout` or `deadlock`.
    pub cause: String,
    /// The time limit.
    pub limit_ms: Option<u64>,
    /// How long it had run.
    pub after_ms: u64,
    /// Why the process had to end with it.
    pub ended_process: Option<String>,
    /// The thread of the body, where the process ends with it.
    pub thread: Option<Stuck>,
    /// What was alive at that moment.
    pub alive: Vec<Leak>,
}

/// A thread that did not come back.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Stuck {
    /// What it does, in words.
    pub doing: String,
    /// Where, innermost first.
    pub stack: Vec<Frame>,
}

/// One finding.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Leak {
    /// `task`, `thread`, ..
    pub kind: String,
    /// `warn` for what fails no test.
    pub level: Option<String>,
    /// How many.
    pub count: usize,
    /// A thread's name, or the path of a task's future.
    pub name: Option<String>,
    /// What a task panicked with that is not left behind.
    pub panic: Option<String>,
    /// The site.
    pub created_at: Option<Frame>,
    /// Dependencies inside the site.
    pub created_through: Vec<Frame>,
    /// Callers and parents.
    pub created_by: Vec<Frame>,
    /// The chain of awaits of the first task, innermost first.
    pub waits_at: Vec<Frame>,
    /// What would wake it.
    pub waits_for: Option<Awaited>,
    /// `idle`, `scheduled` or `running`, of a task.
    pub state: Option<String>,
    /// Polls of the most polled.
    pub polls: Option<u32>,
    /// What only this one is, where it is one.
    #[serde(default)]
    pub details: Vec<String>,
    /// Who keeps its descriptors open, of each that somebody is known to.
    #[serde(default)]
    pub held: Vec<Kept>,
    /// The rule to paste.
    pub accept: Option<String>,
    /// Stable from run to run.
    pub fingerprint: String,
}

/// A descriptor and who keeps it open.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// What only this one is.
    pub details: Vec<String>,
    /// Who has it.
    pub by: Vec<Keeper>,
}

/// Somebody who keeps a descriptor open.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct Keeper {
    /// `task`, `body`, `thread` or `blocking_task`.
    pub kind: String,
    /// Id of a task.
    pub task: Option<u64>,
    /// Of the thread, or the path of the task's future.
    pub name: Option<String>,
    /// The variables that hold it.
    #[serde(default)]
    pub locals: Vec<String>,
    /// Whether it has it for sure.
    pub certain: bool,
    /// The call on it in which it is blocked.
    pub call: Option<String>,
}

/// Something that would wake a task.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct Awaited {
    /// In words.
    pub what: String,
    /// Who could make it happen.
    pub held_by: Vec<Holder>,
    /// Whether it was proven that none of all this can happen; said once.
    pub never: Option<bool>,
    /// What else would wake it.
    #[serde(default)]
    pub or: Vec<Awaited>,
}

/// A task that could wake another.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// Its id.
    pub task: u64,
    /// The path of its future.
    pub name: String,
    /// Whether it is the waiting task.
    pub itself: bool,
    /// Whether it is no task but the test's body.
    #[serde(default)]
    pub body: bool,
    /// Whether it has it for sure.
    pub certain: bool,
    /// The variable that holds the other end.
    pub local: Option<String>,
    /// Where the function with this variable waits.
    pub file: Option<String>,
    /// From one.
    pub line: Option<u32>,
    /// Full path.
    pub function: Option<String>,
}

/// What a rule accepted.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Ignored {
    /// The rule.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// Where the rule stands, other than in the test's own code.
    pub source: Option<String>,
    /// How many.
    pub count: usize,
    /// Of what kind.
    pub kind: String,
    /// Whether it came with the crate.
    pub built_in: bool,
    /// For which functions.
    #[serde(default)]
    pub sites: Vec<AcceptedSite>,
}

/// A function for which a rule accepted something.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct AcceptedSite {
    /// The key of a rule that would name it.
    pub by: String,
    /// Its path.
    pub function: String,
    /// How many.
    pub count: usize,
}

/// What a run of one or more tests left to look at.
#[derive(Debug)]
#[non_exhaustive]
pub struct Run {
    /// Exit status and captured output of the child.
    pub output: Output,
    /// The report files, by test name.
    pub reports: Vec<Report>,
}

impl Run {
    /// Standard output and error, as text.
    pub fn text(&self) -> String {
        let (out, err) = (&self.output.stdout, &self.output.stderr);
        String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(err)
    }

    /// The only report.
    ///
    /// # Panics
    ///
    /// Where there is not exactly one.
    pub fn report(&self) -> &Report {
        assert_eq!(
            self.reports.len(),
            1,
            "one report is expected\n{}",
            self.text()
        );
        &self.reports[0]
    }
}

/// Runs ignored tests of the calling test binary, chosen by `arguments` of the harness, in a child process.
///
/// # Panics
///
/// Where the child cannot be run or leaves a report that is not valid.
pub fn rerun<A: AsRef<OsStr>>(arguments: &[A], variables: &[(&str, &str)]) -> Run {
    let arguments = arguments.iter().map(AsRef::as_ref);
    run(
        iter::once(OsStr::new("--ignored")).chain(arguments),
        variables,
    )
}

/// Runs tests of the calling test binary, chosen by `arguments` of the harness, in a child process. Leave out the
/// caller itself.
///
/// # Panics
///
/// As [`rerun`].
pub fn run<A: AsRef<OsStr>>(
    arguments: impl IntoIterator<Item = A>,
    variables: &[(&str, &str)],
) -> Run {
    run_into(arguments, variables, Stdio::piped())
}

/// The same, with a standard error of its own.
///
/// # Panics
///
/// As [`rerun`].
pub fn run_into<A: AsRef<OsStr>>(
    arguments: impl IntoIterator<Item = A>,
    variables: &[(&str, &str)],
    stderr: Stdio,
) -> Run {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let exe = std::env::current_exe().expect("the test binary has a path");
    let mut command = Command::new(exe);
    command
        .args(arguments)
        .env_remove("RUST_TEST_THREADS")
        .env_remove("RUST_BACKTRACE")
        .env(
            "LEAKCHECK_REPORT_DIR",
            format!("all:{}", dir.path().display()),
        )
        .envs(variables.iter().copied())
        .stderr(stderr);
    let output = command.output().expect("the test binary runs");
    let reports = reports_in(dir.path());
    Run { output, reports }
}

/// Runs one ignored test of the calling binary by its full name.
///
/// # Panics
///
/// As [`rerun`].
pub fn rerun_one(test: &str) -> Run {
    rerun(&["--exact", test], &[])
}

/// Reads the report files of a folder, sorted by test.
///
/// # Panics
///
/// Where one is not valid.
pub fn reports_in(dir: &Path) -> Vec<Report> {
    let mut reports: Vec<Report> = fs::read_dir(dir)
        .expect("the report directory is readable")
        .map(|entry| entry.expect("the report directory is readable").path())
        .filter(|path| path.extension() == Some(OsStr::new("json")))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a report is readable");
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
        })
        .collect();
    reports.sort_by(|a, b| a.test.cmp(&b.test));
    reports
}
