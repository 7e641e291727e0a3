//! The only file that writes: to the test's own standard error, and to the report directory.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{
    env::{Env, ReportDir},
    error::{Error, Repr},
    model::{Report, Verdict},
    render,
};

/// Prints text where the harness captures it: on the test's thread.
#[expect(clippy::print_stderr, reason = "the one place that prints")]
pub(crate) fn print(text: &str) {
    if !text.is_empty() {
        eprintln!("{}", text.trim_end());
    }
}

/// Prints past the harness, which will not show any more what it has captured.
pub(crate) fn print_directly(text: &str) {
    // Nothing is left to be told about it.
    let _ = io::stderr().write_all(format!("\n{}\n", text.trim_end()).as_bytes());
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
    print(&render::render(report, env.format, env.trace));
    let is_dirty =
        report.verdict != Verdict::Clean || report.hang.is_some() || !report.known.is_empty();
    let dir = match &env.report_dir {
        Some(ReportDir::All(dir)) => dir,
        Some(ReportDir::Dirty(dir)) if is_dirty => dir,
        _ => return,
    };
    if let Err(error) = write(report, dir.clone()) {
        print(&format!("leakcheck: {error}"));
    }
}

/// Writes the file whole or not at all: readers may look at any time.
fn write(report: &Report, dir: PathBuf) -> Result<(), Error> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name: String = format!(
        "{}-{}",
        report.subject.binary,
        report.subject.test.replace("::", ".")
    )
    .chars()
    .map(|c| {
        if c.is_alphanumeric() || matches!(c, '-' | '.' | '_') {
            c
        } else {
            '_'
        }
    })
    .take(150)
    .collect();
    let path = dir.join(format!("{name}-{}-{number}.json", std::process::id()));
    let failed = |path: PathBuf| {
        move |cause: std::io::Error| Repr::Write {
            path,
            cause: cause.to_string(),
        }
    };
    fs::create_dir_all(&dir).map_err(failed(dir))?;
    let draft = path.with_extension("json.part");
    fs::write(&draft, render::to_json(report)).map_err(failed(draft.clone()))?;
    fs::rename(&draft, &path).map_err(failed(path))?;
    Ok(())
}
