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

pub use leakcheck_report::{Awaited, Frame, Hang, Holder, Ignored, Leak, Report};

pub mod child;
pub mod expect_leaks;
pub mod schema;
#[cfg(target_os = "linux")]
pub mod starved;

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
            let json = serde_json::from_str(&text);
            let json = json.unwrap_or_else(|error| panic!("{error} in {text}"));
            assert_eq!(schema::violations(&json), [""; 0], "in {text}");
            serde_json::from_value(json).expect("what keeps to the schema is read")
        })
        .collect();
    reports.sort_by(|a, b| a.test.cmp(&b.test));
    reports
}
