//! One run of the tests.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::{self, IsTerminal as _},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use crate::{
    args::{Format, Runner},
    baseline,
    error::Error,
    progress,
    runner_output::RunnerOutput,
};

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// What cargo would have given to the shell.
    pub(crate) code: u8,
    pub(crate) printed: RunnerOutput,
}

/// Runs the tests, which write their reports to the folder, if there is one.
pub(crate) fn tests(
    runner: Runner,
    args: &[OsString],
    folder: Option<&Path>,
    known: &OsStr,
    format: Format,
) -> Result<Ended, Error> {
    wait(runner, command(runner, args, folder, known), format)
}

/// Runs a command of [`command`] to its end.
pub(crate) fn wait(runner: Runner, mut command: Command, format: Format) -> Result<Ended, Error> {
    let failed = |cause: io::Error| Error::Cargo {
        what: format!("run {}", command_name(runner)),
        cause: cause.to_string(),
    };
    let mut child = command.spawn().map_err(failed)?;
    let printed = follow(runner, &mut child, format).map_err(failed);
    // It is waited for in any case: nothing is left behind.
    let status = child.wait().map_err(failed)?;
    Ok(Ended {
        code: code(status),
        printed: printed?,
    })
}

fn command_name(runner: Runner) -> &'static str {
    match runner {
        Runner::Test => "cargo test",
        Runner::Nextest => "cargo nextest run",
    }
}

/// Cargo, as the shell has it.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// What runs the tests, and lets them write their reports to the folder.
pub(crate) fn command(
    runner: Runner,
    args: &[OsString],
    folder: Option<&Path>,
    known: &OsStr,
) -> Command {
    let mut command = cargo();
    match runner {
        Runner::Test => command.arg("test").stdout(Stdio::piped()),
        Runner::Nextest => command.args(["nextest", "run"]).stderr(Stdio::piped()),
    };
    // The first binary that leaks must not keep the others from being run.
    if !is_about_failing(args) {
        command.arg("--no-fail-fast");
    }
    command.args(args);
    if let Some(folder) = folder {
        let mut reports = OsString::from("all:");
        reports.push(folder);
        command.env("LEAKCHECK_REPORT_DIR", reports);
    }
    command.env(baseline::VARIABLE, known);
    // This program makes the annotations itself, once for each place.
    if env::var_os("LEAKCHECK_FORMAT").is_some_and(|format| format == "github") {
        command.env("LEAKCHECK_FORMAT", "text");
    }
    if runner == Runner::Nextest
        && io::stderr().is_terminal()
        && env::var_os("CARGO_TERM_COLOR").is_none()
        && env::var_os("NO_COLOR").is_none()
    {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command
}

/// Whether the arguments say when to stop, or that nothing is run.
fn is_about_failing(args: &[OsString]) -> bool {
    let flags = [
        "--no-fail-fast",
        "--fail-fast",
        "--ff",
        "--nff",
        "--max-fail",
        "--no-run",
    ];
    args.iter().take_while(|arg| *arg != "--").any(|arg| {
        let arg = arg.to_string_lossy();
        flags.contains(&arg.split('=').next().unwrap_or_default())
    })
}

fn follow(runner: Runner, child: &mut Child, format: Format) -> io::Result<RunnerOutput> {
    match (child.stdout.take(), child.stderr.take()) {
        (Some(from), _) if format == Format::Json => {
            progress::follow(runner, from, &mut io::stderr().lock())
        }
        (Some(from), _) => progress::follow(runner, from, &mut io::stdout().lock()),
        (None, Some(from)) => progress::follow(runner, from, &mut io::stderr().lock()),
        (None, None) => Ok(RunnerOutput::new(runner)),
    }
}

/// A process that a signal ended has the code that shells give.
pub(crate) fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status.code().or(signal.map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(runner: Runner, args: &[&str]) -> String {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let command = command(runner, &args, Some(Path::new("/r")), OsStr::new("/k"));
        let args: Vec<_> = command
            .get_args()
            .map(|arg| arg.to_string_lossy())
            .collect();
        args.join(" ")
    }

    #[test]
    fn all_tests_are_run_unless_told_otherwise() {
        for (args, expected) in [
            (&[][..], "test --no-fail-fast"),
            (&["--no-fail-fast", "a"], "test --no-fail-fast a"),
            (&["--no-run"], "test --no-run"),
            (
                &["-p", "a", "--", "--no-fail-fast"],
                "test --no-fail-fast -p a -- --no-fail-fast",
            ),
        ] {
            assert_eq!(shown(Runner::Test, args), expected);
        }
        assert_eq!(
            shown(Runner::Nextest, &["--max-fail=1"]),
            "nextest run --max-fail=1"
        );
    }

    #[test]
    fn reports_of_all_tests_are_asked_for() {
        let command = command(Runner::Test, &[], Some(Path::new("/r")), OsStr::new("/k"));
        let variable = |name: &str| {
            let mut variables = command.get_envs();
            variables
                .find(|(key, _)| *key == name)
                .and_then(|(_, value)| value)
        };
        assert_eq!(variable("LEAKCHECK_REPORT_DIR"), Some("all:/r".as_ref()));
        assert_eq!(variable("LEAKCHECK_BASELINE"), Some("/k".as_ref()));
    }
}
