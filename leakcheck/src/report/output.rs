//! The only module that writes: to the test's own standard error, and to the report directory.

mod file;

use std::{collections::BTreeSet, fmt, sync::Mutex};

use leakcheck_report::Written;

use crate::{
    base::{
        model::{Report, Verdict},
        sync::{Work, lock_std},
    },
    observe::scope::outside,
    report::render,
    settings::env::{Env, ReportDir},
    sys::writing,
};

/// Text that is written as far as it can be. `eprint!` panics where writing fails, but takes the word of what it formats,
/// and nothing else is captured by the harness.
struct AsFarAsPossible(String);

impl fmt::Display for AsFarAsPossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = f.write_str(&self.0);
        Ok(())
    }
}

/// Prints text where the harness captures it: on the test's thread. No verdict depends on whether that is possible.
#[expect(clippy::print_stderr, reason = "the one place that prints")]
pub(crate) fn print(text: &str) {
    if !text.is_empty() {
        let line = AsFarAsPossible(format!("{}\n", text.trim_end()));
        writing::without_signals(|| eprint!("{line}"));
    }
}

/// Prints past the harness, which will not show any more what it has captured.
pub(crate) fn print_directly(text: &str) {
    let text = format!("\n{}\n", text.trim_end());
    writing::without_signals(|| writing::to_standard_error(text.as_bytes()));
}

/// Prints a report and writes its file, as the environment asks.
pub(crate) fn publish(report: &Report, env: &Env) {
    publish_by(print, report, env);
}

/// The same from a thread that is not the test's, in a process that is about to end.
pub(crate) fn publish_directly(report: &Report, env: &Env) {
    publish_by(print_directly, report, env);
}

fn publish_by(print: fn(&str), report: &Report, env: &Env) {
    let cancellations = report.cancellations.as_ref();
    let is_dirty = report.verdict != Verdict::Clean
        || report.hang.is_some()
        || !report.known.is_empty()
        || cancellations.is_some_and(|all| all.failed.is_some());
    // Where a guard publishes, its test goes on.
    let write = |dir, written| outside(|| file::write(report, dir, written));
    let written = match &env.report_dir {
        Some(ReportDir::All(dir)) => write(dir, Written::All),
        Some(ReportDir::Dirty(dir)) if is_dirty => write(dir, Written::Dirty),
        _ => Ok(()),
    };
    print(&render::render(report, env.format, env.trace, is_news));
    if let Err(error) = written {
        print(&format!("leakcheck: {error}"));
    }
}

/// Whether this process has not printed the line yet.
fn is_news(line: &str) -> bool {
    static PRINTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let _work = Work::begin();
    lock_std(&PRINTED).insert(line.to_owned())
}
