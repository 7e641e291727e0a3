//! One cell of the table: one kind under one failure, in a process of its own.

use std::{
    fmt,
    io::ErrorKind,
    os::unix::process::ExitStatusExt,
    process::{Command, ExitStatus},
    thread,
};

use super::{
    failure::Failure,
    subject::{FAILURE, KIND, NOTHING, is_on_a_thread, noun, subject_of},
};

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The test passes.
    Passes,
    /// It fails, with the line that made the thing.
    Found,
    /// It fails, without a line.
    FoundWithoutSite,
    /// It fails for the thread that is a part of it.
    FoundAsThread,
    /// It fails, because it could not be looked.
    Inconclusive,
    /// It fails for something else.
    OtherFailure,
    /// The standard library ends the process before that: nothing may be allocated, or no thread started.
    StdEnds,
    /// It ends otherwise.
    Ends(Option<i32>),
}

impl Outcome {
    /// Whether that may happen to a test that leaves something, or to its twin.
    pub(super) fn is_right(self, is_twin: bool) -> bool {
        match self {
            Self::Passes => is_twin,
            Self::Found | Self::FoundWithoutSite | Self::FoundAsThread | Self::Inconclusive => {
                !is_twin
            }
            // That is not silent.
            Self::StdEnds => !is_twin,
            Self::OtherFailure | Self::Ends(_) => false,
        }
    }

    fn of(status: ExitStatus, text: &str, kind: &str) -> Self {
        const PASSED: i32 = 0;
        const FAILED: i32 = 101;
        match status.code() {
            Some(PASSED) => Self::Passes,
            Some(FAILED) if text.contains(" is inconclusive\n") => Self::Inconclusive,
            Some(FAILED) => {
                let at = |noun: &str| {
                    let is_finding = |line: &str| {
                        let rest = line.strip_prefix(noun);
                        rest.is_some_and(|rest| rest.starts_with([':', ' ']))
                    };
                    text.lines().position(is_finding)
                };
                let has_site = |at: usize| {
                    let next = text.lines().nth(at + 1);
                    next.is_some_and(|line| line.contains("-->"))
                };
                match at(noun(kind)) {
                    Some(at) if has_site(at) => Self::Found,
                    Some(_) => Self::FoundWithoutSite,
                    None if is_on_a_thread(kind) && at("thread").is_some() => Self::FoundAsThread,
                    None => Self::OtherFailure,
                }
            }
            None if STD_ENDS.iter().any(|why| text.contains(why)) => Self::StdEnds,
            _ => Self::Ends(status.signal()),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passes => f.write_str("passes"),
            Self::Found => f.write_str("found"),
            Self::FoundWithoutSite => f.write_str("found, no site"),
            Self::FoundAsThread => f.write_str("found as a thread"),
            Self::Inconclusive => f.write_str("inconclusive"),
            Self::OtherFailure => f.write_str("fails otherwise"),
            Self::StdEnds => f.write_str("std ends it"),
            Self::Ends(Some(signal)) => write!(f, "ends by signal {signal}"),
            Self::Ends(None) => f.write_str("ends"),
        }
    }
}

/// What the standard library says where it gives up.
const STD_ENDS: [&str; 3] = [
    "memory allocation of ",
    "failed to allocate an alternative stack",
    "failed to set up alternative stack guard page",
];

/// What happens, and what was printed.
pub(super) fn run(failure: &Failure, kind: &str) -> (Outcome, String) {
    start(failure, kind, "")
}

/// The same where nothing is left behind and this is required.
pub(super) fn require(failure: &Failure, required: &str) -> (Outcome, String) {
    start(failure, NOTHING, required)
}

fn start(failure: &Failure, kind: &str, required: &str) -> (Outcome, String) {
    let folder = tempfile::tempdir().expect("a temporary directory can be made");
    let exe = failure.program(folder.path());
    let mut command = Command::new(exe);
    command
        .args(["--ignored", "--exact", &subject_of(kind)])
        .env(KIND, kind)
        .env(FAILURE, failure.to_string())
        .env("LEAKCHECK_SETTLE", "100ms")
        .env("LEAKCHECK_REQUIRE", required)
        .env_remove("LEAKCHECK_REPORT_DIR")
        .env_remove("RUST_BACKTRACE");
    failure.prepare(&mut command);
    let output = loop {
        match command.output() {
            // Another thread was about to start a program while this one was copied, and has it open for writing.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => thread::yield_now(),
            output => break output.expect("the test binary runs"),
        }
    };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(
        text.contains("running 1 test\n"),
        "{failure}, {kind}: {text}"
    );
    (Outcome::of(output.status, &text, kind), text)
}
