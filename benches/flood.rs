//! A hundred thousand leaked tasks: time, memory and text of the report.

use std::{
    fs,
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe},
    path::Path,
    str,
    time::{Duration, Instant},
};

use leakcheck::Options;
use leakcheck_bench::{Flavor, Scale, Section, leak, leak_queued, peak_memory, run_myself};
use serde_json::Value;

use crate::checked;

const TASKS: usize = 100_000;

/// What a child says of itself.
#[derive(Clone, Copy)]
struct Figures {
    /// From the end of the body to the end of the test, in microseconds.
    end_us: u64,
    /// Peak memory in KiB.
    peak: u64,
    /// Line of the spawns.
    line: u64,
}

/// What one round found.
struct Round {
    plain: Figures,
    ours: Figures,
    check_us: u64,
    /// The same where all of them are in one queue.
    queued_us: u64,
    text: usize,
}

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    let rounds: Vec<Round> = (0..scale.rounds(9))
        .map(|_| round())
        .collect::<Result<_, _>>()?;
    let median = |of: &dyn Fn(&Round) -> u64| {
        let mut values: Vec<u64> = rounds.iter().map(of).collect();
        values.sort_unstable();
        values[values.len() / 2]
    };
    let ms = |of: &dyn Fn(&Round) -> u64| format!("{} ms", median(of) / 1000);
    let end = "end of the body to end of the test";
    let memory = "more memory than without a check, at the peak";
    let text = "report";
    let more = |round: &Round| round.ours.peak.saturating_sub(round.plain.peak);
    Ok(vec![
        Section::new(format!("{TASKS} tasks leaked on one line, settle = 1 ms"))
            .fact(end, ms(&|round| round.ours.end_us))
            .remark(end, "target 1 s; goleak 35 s (not run here)")
            .fact("  of which the check", ms(&|round| round.check_us))
            .fact(
                "  and where all wait for one semaphore",
                ms(&|round| round.queued_us),
            )
            .fact(
                "  plain tokio, dropping its runtime",
                ms(&|round| round.plain.end_us),
            )
            .fact(memory, format!("{} MiB", median(&more) / 1024))
            .remark(memory, "target 100 MiB")
            .fact(
                text,
                format!("{} bytes", median(&|round| round.text as u64)),
            )
            .remark(text, "target 20 kB; goleak 23 MB (not run here)"),
    ])
}

fn round() -> Result<Round, String> {
    let plain = run_myself(&["child", "flood", "plain"], &[])?;
    let (ours, check_us, text) = checked_child("checked")?;
    let (_, queued_us, _) = checked_child("queued")?;
    Ok(Round {
        plain: Figures::parse(&plain.stdout)?,
        ours,
        check_us,
        queued_us,
        text,
    })
}

/// What a child says of itself, how long its check took, and how much it has written.
fn checked_child(mode: &str) -> Result<(Figures, u64, usize), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let variables = [("LEAKCHECK_REPORT_DIR", folder.path())];
    let output = run_myself(&["child", "flood", mode], &variables)?;
    let figures = Figures::parse(&output.stdout)?;
    let check_us = verify(folder.path(), figures.line)?;
    Ok((figures, check_us, output.stderr.len()))
}

/// Makes sure that the report names every task and their line; the time it says the check took.
fn verify(folder: &Path, line: u64) -> Result<u64, String> {
    let mut files = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let file = files
        .next()
        .and_then(Result::ok)
        .ok_or("there is no report")?;
    let text = fs::read_to_string(file.path()).map_err(|error| error.to_string())?;
    let report: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let leaks = &report["leaks"];
    let site = &leaks[0]["created_at"]["line"];
    if leaks[0]["count"] != TASKS || leaks[1] != Value::Null || *site != line {
        return Err(format!(
            "expected {TASKS} tasks of line {line}, found {leaks}"
        ));
    }
    report["check_us"]
        .as_u64()
        .ok_or_else(|| "the report has no time".to_owned())
}

/// What the children do.
pub(crate) fn child(mode: &str) -> io::Result<()> {
    let mut ended = None;
    let body = async {
        let leaked = match mode {
            "queued" => leak_queued(TASKS).await,
            _ => leak(TASKS).await,
        };
        let line = leaked.line;
        ended = Some((Instant::now(), line));
    };
    if mode == "plain" {
        let runtime = Flavor::CurrentThread.builder().build()?;
        runtime.block_on(body);
        drop(runtime);
    } else {
        let options = || Options::new().settle(Duration::from_millis(1));
        let test = || checked::run(Flavor::CurrentThread, options, body);
        // The panic is how a test that leaks fails.
        let passed = panic::catch_unwind(AssertUnwindSafe(test)).is_ok();
        if passed {
            return Err(io::Error::other("the leak was not found"));
        }
    }
    let (end, line) = ended.ok_or_else(|| io::Error::other("the body did not end"))?;
    let end_us = end.elapsed().as_micros();
    let peak = peak_memory().map_err(io::Error::other)?;
    writeln!(io::stdout(), "{end_us} {peak} {line}")
}

impl Figures {
    fn parse(output: &[u8]) -> Result<Self, String> {
        let text = String::from_utf8_lossy(output);
        let words: Vec<u64> = text.split_whitespace().flat_map(str::parse).collect();
        match words[..] {
            [end_us, peak, line] => Ok(Self { end_us, peak, line }),
            _ => Err(format!("expected three numbers, found {text:?}")),
        }
    }
}
