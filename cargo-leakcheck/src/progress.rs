//! What a runner prints, passed on as it comes, with a line below it on a terminal that tells how far it is.

use std::{
    io::{self, IsTerminal as _, Read, Write},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use leakcheck_report::{plural, time};

use crate::{args::Runner, runner_output::RunnerOutput};

/// Passes everything on, reads it along, and tells which tests failed.
pub(crate) fn follow(
    runner: Runner,
    mut from: impl Read,
    to: &mut dyn Write,
) -> io::Result<RunnerOutput> {
    let mut printed = RunnerOutput::new(runner);
    let bar = bar();
    let (mut held, mut line, mut chunk) = (Vec::new(), Vec::new(), [0; 8192]);
    loop {
        let length = match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        held.extend_from_slice(&chunk[..length]);
        // Where a bar is shown, behind the start of a line, it would be in the way of the rest.
        let whole = match held.iter().rposition(|byte| *byte == b'\n') {
            _ if bar.is_hidden() => held.len(),
            last => last.map_or(0, |last| last + 1),
        };
        bar.suspend(|| pass(to, &held[..whole]));
        held.drain(..whole);
        for part in chunk[..length].split_inclusive(|byte| *byte == b'\n') {
            line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                printed.read(&String::from_utf8_lossy(&line));
                line.clear();
            }
        }
        if printed.ended > 0 && line.is_empty() {
            bar.set_message(message(&printed));
        }
    }
    printed.read(&String::from_utf8_lossy(&line));
    bar.finish_and_clear();
    pass(to, &held);
    Ok(printed)
}

/// A reader that has gone away ends nothing: the tests still run and are summed up.
fn pass(to: &mut dyn Write, text: &[u8]) {
    let _ = to.write_all(text).and_then(|()| to.flush());
}

/// One line on a terminal; elsewhere nothing, for the runner's own lines tell it.
fn bar() -> ProgressBar {
    if !(io::stderr().is_terminal() && io::stdout().is_terminal()) {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_message("no test has ended yet");
    if let Ok(style) = ProgressStyle::with_template("{spinner} leakcheck: {msg}") {
        bar.set_style(style);
    }
    bar
}

fn message(printed: &RunnerOutput) -> String {
    let ended = plural::of(printed.ended, "test has ended", "tests have ended");
    match printed.failures() {
        0 => ended,
        failed => format!("{ended}, {failed} failed"),
    }
}

/// How long a run took, for those that are repeated.
pub(crate) fn round(number: usize, rounds: usize, time: Duration) -> String {
    format!(
        "leakcheck: run {number} of {rounds} took {}\n",
        time::taken(time)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    #[test]
    fn everything_is_passed_on_as_it_is() {
        let text = b"running 1 test\ntest a ... FAILED\n\xff\nfailures:\n    a\n\ntest result: FAILED. 0 passed; 1 failed;";
        let mut passed = Vec::new();
        let printed = follow(Runner::Test, Slow(text), &mut passed).expect("it is read");
        assert_eq!(passed, text);
        assert_eq!((printed.ended, printed.failures()), (1, 1));
        assert_eq!(message(&printed), "1 test has ended, 1 failed");
    }

    #[test]
    fn rounds_are_counted() {
        let text = round(2, 3, Duration::from_millis(1234));
        assert_eq!(text, "leakcheck: run 2 of 3 took 1.2 s\n");
    }
}
