//! The difference as a terminal shows it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use leakcheck_report::{
    diff::{Counts, Outcome},
    plural,
};

use super::{
    change::{Change, ORDER, tests_of},
    difference::Diff,
    run::Run,
};
use crate::{
    annotate, entry,
    escape::plain,
    finding::{Status, Test},
    grouping::named,
    link::Links,
};

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// What differs, with styles that the writer may take away; nothing where there are no two runs.
pub(crate) fn render(diff: &Diff<'_>, links: Links<'_>) -> String {
    let mut out = String::new();
    if !diff.is_of_two() {
        return out;
    }
    let style = match (diff.fails(), diff.changes.is_empty()) {
        (true, _) => RED,
        (_, true) => GREEN,
        _ => YELLOW,
    };
    let _ = writeln!(out, "{style}leakcheck: {}{style:#}", headline(diff));
    let _ = writeln!(out, "  before: {}", diff.before.line());
    let _ = writeln!(out, "  after:  {}", diff.after.line());
    let mut section = None;
    for change in &diff.changes {
        if section.replace(change.outcome) != Some(change.outcome) {
            let (style, title) = title(change.outcome);
            let _ = writeln!(out, "\n{style}{title}{style:#}");
        }
        of_change(&mut out, change, diff, links);
    }
    for sentence in diff.hangs().filter_map(annotate::hang) {
        let _ = writeln!(
            out,
            "\n{RED}{sentence}{RED:#}; no hang of it is known before"
        );
    }
    out
}

/// What stands above the causes of one outcome.
fn title(outcome: Outcome) -> (Style, &'static str) {
    match outcome {
        Outcome::New => (RED, "new"),
        Outcome::More => (RED, "more than before"),
        Outcome::Fewer => (YELLOW, "fewer than before"),
        Outcome::NotSeen => (YELLOW, "not seen, which may be because nobody looked"),
        Outcome::Gone => (GREEN, "gone"),
        Outcome::Same => (DIM, "as before"),
    }
}

/// `1 cause is new, 2 are gone and 12 are as before`
pub(super) fn headline(diff: &Diff<'_>) -> String {
    let words = |outcome: Outcome, is_one: bool| match (outcome, is_one) {
        (Outcome::New, true) => "is new",
        (Outcome::New, false) => "are new",
        (Outcome::More, true) => "has left more",
        (Outcome::More, false) => "have left more",
        (Outcome::Fewer, true) => "has left fewer",
        (Outcome::Fewer, false) => "have left fewer",
        (Outcome::NotSeen, true) => "was not looked for everywhere",
        (Outcome::NotSeen, false) => "were not looked for everywhere",
        (Outcome::Gone, true) => "is gone",
        (Outcome::Gone, false) => "are gone",
        (Outcome::Same, true) => "is as before",
        (Outcome::Same, false) => "are as before",
    };
    let mut parts: Vec<String> = Vec::new();
    for outcome in ORDER {
        let changes = diff.changes.iter();
        let number = changes.filter(|change| change.outcome == outcome).count();
        let subject = match (number, parts.is_empty()) {
            (0, _) => continue,
            (number, true) => plural::of(number, "cause", "causes"),
            (number, false) => number.to_string(),
        };
        parts.push(format!("{subject} {}", words(outcome, number == 1)));
    }
    if parts.is_empty() {
        return "neither run left anything behind".to_owned();
    }
    plural::all_of(&parts)
}

fn of_change(out: &mut String, change: &Change<'_>, diff: &Diff<'_>, links: Links<'_>) {
    let first = change.first();
    let made = first.site.as_ref();
    let made = made.map(|frame| entry::made(frame, &first.test, links));
    let made = made.unwrap_or_default();
    let _ = writeln!(out, "  {}{made}", count(change));
    let (summary, is_there) = match change.outcome {
        Outcome::Same => return doubtful(out, change, diff),
        Outcome::Gone | Outcome::NotSeen => (&diff.before.summary, false),
        Outcome::New | Outcome::More | Outcome::Fewer => (&diff.after.summary, true),
    };
    if let Some(why) = harmless(change) {
        let _ = writeln!(out, "    {why}, which fails nothing");
    }
    entry::mistakes(out, first, links);
    let all = tests_of(&change.shown().findings);
    let seen = change.shown().findings.iter().map(|finding| finding.rounds);
    let shown = match summary.rounds {
        0 | 1 => String::new(),
        rounds => format!(", in {}", entry::share(seen.max().unwrap_or(0), rounds)),
    };
    let in_tests = if is_there { "in" } else { "it was in" };
    let _ = writeln!(out, "    {in_tests} {}{shown}", named(&all));
    if matches!(change.outcome, Outcome::More | Outcome::Fewer) {
        let came = (change.came(), "which did not have it before");
        let went = (change.went(), "no longer in");
        if !came.0.is_empty() {
            let _ = writeln!(out, "    also in {}, {}", named(&came.0), came.1);
        }
        if !went.0.is_empty() {
            let _ = writeln!(out, "    {} {}", went.1, named(&went.0));
        }
    }
    following(out, &change.things(), &change.count());
    doubtful(out, change, diff);
    if is_there && !first.whys.is_empty() {
        let _ = writeln!(
            out,
            "    {DIM}explain: cargo leakcheck explain {} {}{DIM:#}",
            plain(&first.fingerprint),
            diff.after.name()
        );
    }
}

/// Why what is new fails nothing.
fn harmless(change: &Change<'_>) -> Option<&'static str> {
    let is_more = matches!(change.outcome, Outcome::New | Outcome::More);
    let is_known = change.first().status == Status::Known;
    match (is_more && !change.fails(), is_known) {
        (false, _) => None,
        (true, true) => Some("known by the baseline"),
        (true, false) => Some("only warned of"),
    }
}

/// `5 tasks`, and what it was where that differs.
fn count(change: &Change<'_>) -> String {
    let kind = &change.first().kind;
    match change.count() {
        Counts { before, after: 0 } => plural::named(before, kind),
        Counts { before, after } if before == 0 || before == after => plural::named(after, kind),
        Counts { before, after } => format!("{} ({before} before)", plural::named(after, kind)),
    }
}

/// How much there is with what follows.
fn following(out: &mut String, things: &Counts, count: &Counts) {
    let all = if things.after == 0 {
        things.before
    } else {
        things.after
    };
    if things == count || all == 0 {
        return;
    }
    let all = plural::of(all, "thing", "things");
    let before = match *things {
        Counts { before, after } if before == 0 || after == 0 || before == after => String::new(),
        Counts { before, .. } => format!(" ({before} before)"),
    };
    let _ = writeln!(out, "    with what follows, {all} in all{before}");
}

fn doubtful(out: &mut String, change: &Change<'_>, diff: &Diff<'_>) {
    for (doubt, may) in doubts(change, diff) {
        let _ = writeln!(out, "    {YELLOW}{doubt}{YELLOW:#}: {may}");
    }
}

/// What is not known of it, because tests were not run to their end, or not as often; each with what follows from that.
pub(super) fn doubts(change: &Change<'_>, diff: &Diff<'_>) -> Vec<(String, &'static str)> {
    let may = match change.outcome {
        Outcome::New => "it may not be new",
        _ => "it may not have grown",
    };
    let before = not_run(&change.not_run_before, diff.before, "before");
    let before = before.map(|doubt| (doubt, may));
    let rare = "it was not in each run".to_owned();
    let rare = (change.is_rare && change.outcome == Outcome::NotSeen).then_some((
        rare,
        "run the tests as often as before to see whether it is gone",
    ));
    let may = match change.outcome {
        Outcome::NotSeen => "run it to see whether it is gone",
        _ => "there may be more of it",
    };
    let after = not_run(&change.not_run_after, diff.after, "after");
    let after = after.map(|doubt| (doubt, may));
    [before, rare, after].into_iter().flatten().collect()
}

/// `` `drains` was not run to the end after ``
fn not_run(tests: &[&Test], run: Run<'_>, when: &str) -> Option<String> {
    let were = match tests.len() {
        0 => return None,
        1 => "was",
        _ => "were",
    };
    let or_clean = if run.summary.is_of_dirty_only {
        ", or left nothing, and that run has no report of it"
    } else {
        ""
    };
    let named = named(tests);
    Some(format!(
        "{named} {were} not run to the end {when}{or_clean}"
    ))
}
