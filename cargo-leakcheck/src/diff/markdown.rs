//! The difference as Markdown, for the page of a CI run.

use std::fmt::Write as _;

use leakcheck_report::{diff::Outcome, plural};

use super::{
    change::{Change, tests_of},
    difference::Diff,
    text::headline,
};
use crate::{annotate, escape::code, finding::place, grouping::named};

/// One table of causes, new ones first; those that are as before are only counted.
pub(crate) fn render(diff: &Diff<'_>) -> String {
    let mut out = String::from("### leakcheck: two runs compared\n\n");
    if !diff.is_of_two() {
        out.push_str("There are no two runs.\n\n");
        return out;
    }
    let _ = writeln!(out, "{}.\n", headline(diff));
    let differs = |change: &&Change<'_>| change.outcome != Outcome::Same;
    let mut changes = diff.changes.iter().filter(differs).peekable();
    if changes.peek().is_some() {
        out.push_str("| | what | before | after | made at | test |\n|---|---|---|---|---|---|\n");
    }
    for change in changes {
        row(&mut out, change);
    }
    out.push('\n');
    for sentence in diff.hangs().filter_map(annotate::hang) {
        let _ = writeln!(out, "{sentence}; no hang of it is known before.\n");
    }
    out
}

fn row(out: &mut String, change: &Change<'_>) {
    let first = change.first();
    let word = match change.outcome {
        Outcome::New if change.fails() => "**new**",
        Outcome::More if change.fails() => "**more**",
        outcome => outcome.name(),
    };
    let patterns: Vec<&str> = first.whys.iter().map(|why| &*why.pattern).collect();
    let patterns = match patterns.as_slice() {
        [] => String::new(),
        patterns => format!(" ({})", patterns.join(", ")),
    };
    let count = change.count();
    let kind = plural::named(count.before.max(count.after), &first.kind);
    let (_, kind) = kind.split_once(' ').unwrap_or_default();
    let made = first.site.as_ref().and_then(place);
    let made = made.map(|made| code(&made)).unwrap_or_default();
    let tests = named(&tests_of(&change.shown().findings));
    let _ = writeln!(
        out,
        "| {} | {kind}{patterns} | {} | {} | {made} | {tests} |",
        word.replace('_', " "),
        count.before,
        count.after
    );
}
