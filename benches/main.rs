//! `cargo run --release -p leakcheck-bench`: what a check costs, next to what others cost, measured in one run.
//!
//! Prints medians of interleaved rounds and their ratios to the first line of each section. Times are never asserted;
//! the exit code is 1 where a row could not be measured, or where not all of its tasks were attributed.
//!
//! Tasks are found in other ways with `--cfg tokio_unstable`, so the program runs itself once more with it.

mod allocations;
mod attribution;
mod checked;
mod clean;
mod empty;
mod fds;
mod flood;
mod listening;
mod many;
#[cfg(tokio_unstable)]
mod peers;
mod polls;
mod price;
mod reading;
mod spawns;
mod stored;
mod threads;
mod tool;

use std::{
    fs,
    io::{self, Write as _},
    process::ExitCode,
    thread,
};

use leakcheck_bench::{Scale, Section, relay_myself, relay_with_hooks};

const QUICK: &str = "--quick";

type Row = fn(Scale) -> Result<Vec<Section>, String>;

/// The rows, and the names by which they can be run alone.
const ROWS: [(&str, Row); 14] = [
    ("spawns", spawns::row),
    ("empty", empty::row),
    ("clean", clean::row),
    ("flood", flood::row),
    ("threads", threads::row),
    ("fds", fds::row),
    ("heap", allocations::row),
    ("polls", polls::row),
    ("tracing", listening::row),
    ("many", many::row),
    ("tool", tool::row),
    ("stored", stored::row),
    ("reading", reading::row),
    ("price", price::row),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["child", "row", name] => measure(name, Scale::Full),
        ["child", "row", name, QUICK] => measure(name, Scale::Quick),
        ["child", "flood", mode] => flood::child(mode).map(|()| true),
        ["child", "spawns", mode, count] => spawns::child(mode, count).map(|()| true),
        ["child", "threads", count] => threads::child(count).map(|()| true),
        ["child", "polls", count] => polls::child(count).map(|()| true),
        ["child", "many"] => many::child().map(|()| true),
        ["child", "fds", place, kind, count] => fds::child(place, kind, count).map(|()| true),
        _ => bench(&words),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing else is left to be told about it.
            let _ = writeln!(io::stderr(), "leakcheck-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the rows that were asked for, all where none is named; whether each could be measured.
fn bench(words: &[&str]) -> io::Result<bool> {
    let (flags, names): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with("--"));
    let known = |name: &&str| ROWS.iter().any(|(row, _)| row == name);
    if !matches!(flags[..], [] | [QUICK]) || !names.iter().all(known) {
        return Err(usage());
    }
    if cfg!(debug_assertions) {
        return Err(io::Error::other(
            "a debug build measures nothing: run it with --release",
        ));
    }

    writeln!(io::stdout(), "{}\n", heading())?;
    let mut measured = true;
    for (name, _) in ROWS {
        if names.is_empty() || names.contains(&name) {
            // A process of its own: what one row leaves in the heap would slow the next.
            let arguments = [&["child", "row", name], &flags[..]].concat();
            measured &= relay_myself(&arguments).map_err(io::Error::other)?;
        }
    }
    if !cfg!(tokio_unstable) {
        measured &= relay_with_hooks(words).map_err(io::Error::other)?;
    }
    Ok(measured)
}

/// Runs one row and prints it; whether it could be measured.
fn measure(name: &str, scale: Scale) -> io::Result<bool> {
    let row = ROWS.iter().find(|(row, _)| *row == name);
    let (_, row) = row.ok_or_else(usage)?;
    let mut out = io::stdout();
    match row(scale) {
        Ok(sections) => {
            for section in sections {
                writeln!(out, "{section}")?;
            }
            Ok(true)
        }
        Err(why) => {
            writeln!(out, "{name}: NOT MEASURED: {why}\n")?;
            Ok(false)
        }
    }
}

/// What was measured, and how busy the machine was.
fn heading() -> String {
    let leg = if cfg!(tokio_unstable) {
        "--cfg tokio_unstable: tasks are known by the runtime's hooks"
    } else {
        "stable tokio: tasks are known by the runtime's list"
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{leg}\n{processors} processors, load average {load} at the start; medians, ratios to the first line"
    )
}

fn usage() -> io::Error {
    let names = ROWS.map(|(name, _)| name).join("|");
    io::Error::other(format!("usage: leakcheck-bench [{QUICK}] [{names}]..."))
}
