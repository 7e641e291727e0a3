//! The runs of a history for a reader, one row each.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    time::Duration,
};

use leakcheck_report::{plural, time};

use super::entry::Entry;
use crate::escape::plain;

/// Rows that are shown: the last ones.
const SHOWN: usize = 20;

const HEADS: [&str; 9] = [
    "when", "commit", "branch", "tests", "new", "known", "fixed", "left", "took",
];

/// Columns of numbers.
const RIGHT: [bool; 9] = [false, false, false, true, true, true, true, true, true];

pub(super) fn render(entries: &BTreeSet<Entry>) -> String {
    let mut before: BTreeMap<&str, &Entry> = BTreeMap::new();
    let mut rows = Vec::new();
    for entry in entries {
        rows.push(row(entry, before.insert(&entry.branch, entry)));
    }
    let hidden = rows.len().saturating_sub(SHOWN);
    let shown = &rows[hidden..];
    let heads = HEADS.map(ToOwned::to_owned);
    let widths: Vec<usize> = (0..HEADS.len())
        .map(|column| {
            let cells = shown.iter().chain([&heads]);
            cells
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut out = format!("leakcheck: {}\n\n", plural::of(rows.len(), "run", "runs"));
    for row in std::iter::once(&heads).chain(shown) {
        let cells: Vec<String> = row
            .iter()
            .zip(widths.iter().zip(RIGHT))
            .map(|(cell, (width, is_right))| {
                if is_right {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            })
            .collect();
        let _ = writeln!(out, "  {}", cells.join("  ").trim_end());
    }
    if hidden > 0 {
        let runs = plural::of(hidden, "earlier run", "earlier runs");
        let _ = writeln!(out, "\n{runs} not shown");
    }
    if let Some(last) = entries.last() {
        let _ = writeln!(out, "\n{}", kinds(last));
    }
    out
}

/// A run, and how it differs from the one before of its branch.
fn row(entry: &Entry, before: Option<&Entry>) -> [String; 9] {
    let when = entry.when.trim_end_matches('Z').replace('T', " ");
    let took = Duration::from_millis(entry.check_ms.saturating_add(entry.waited_ms));
    let difference = before.map(|before| i128::from(entry.things()) - i128::from(before.things()));
    let difference = match difference {
        None | Some(0) => String::new(),
        Some(difference) => format!(" ({difference:+})"),
    };
    [
        plain(&when),
        plain(&entry.commit),
        plain(&entry.branch),
        entry.tests.to_string(),
        entry.new.to_string(),
        entry.known.to_string(),
        entry.fixed.to_string(),
        format!("{}{difference}", entry.things()),
        time::taken(took),
    ]
}

/// `the last run left 4 tasks and 1 thread, and 1 test did not end`
fn kinds(last: &Entry) -> String {
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let kinds: Vec<String> = last
        .left
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(kind, count)| plural::named(size(*count), kind))
        .collect();
    let left = match kinds.as_slice() {
        [] => "the last run left nothing behind".to_owned(),
        kinds => format!("the last run left {} behind", plural::all_of(kinds)),
    };
    match last.hung {
        0 => left,
        hung => format!(
            "{left}, and {} did not end",
            plural::of(size(hung), "test", "tests")
        ),
    }
}
