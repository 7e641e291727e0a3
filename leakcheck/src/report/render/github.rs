//! Workflow commands that put an annotation at the line that made the leak.

use std::fmt::Write;

use leakcheck_report::plural;

use super::{breach, cancelled, escape, hang, totals::totals, waits, why};
use crate::{
    base::model::{Hang, Leak, Level, Report},
    report::explain::{self, Causes},
};

/// One `::error` line for each cause, `::warning` for one that fails nothing, and one for a body that hangs; what has no
/// place of its own is put at the test.
pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    if let Some(hang) = report.hang() {
        hangs(&mut out, report, hang);
    }
    let causes = Causes::of(&report.leaks);
    for at in causes.causes() {
        let leak = &report.leaks[at];
        let site = leak.created_at.as_ref();
        let file = site
            .and_then(|site| site.shown())
            .unwrap_or(&report.subject.location.from_root);
        let line = site
            .and_then(|site| site.line)
            .unwrap_or(report.subject.location.line);
        let panicked = format!(
            "{} of `{}` panicked unseen",
            plural::count(leak.count, leak.kind),
            report.subject.test
        );
        let left = format!(
            "`{}` left {} behind{}",
            report.subject.test,
            plural::count(leak.count, leak.kind),
            match (site, leak.count) {
                (None, _) => "",
                (Some(_), 1) => " that was created here",
                (Some(_), _) => " that were created here",
            }
        ) + &cancelled::when(report, &[leak]).unwrap_or_default()
            + &mistake(report, at, &causes);
        let _ = writeln!(
            out,
            "::{} file={},line={line},title=leakcheck::{}",
            if leak.level == Level::Warn {
                "warning"
            } else {
                "error"
            },
            escape::github_property(file),
            escape::github_message(leak.panic.as_ref().map_or(&left, |_| &panicked))
        );
    }
    breach::github(&mut out, report);
    out
}

/// Which mistake it was, and how much follows from it.
fn mistake(report: &Report, at: usize, causes: &Causes<'_>) -> String {
    let leak = &report.leaks[at];
    let why = explain::why(&report.leaks, at, causes);
    let mut text = why.map_or_else(String::new, |why| format!(": {}", why::sentence(why, leak)));
    let followers = causes.followers(at).into_iter();
    let followers: Vec<&Leak> = followers.map(|at| &report.leaks[at]).collect();
    if !followers.is_empty() {
        let _ = write!(text, "; with it {}", totals(followers).join(", "));
    }
    text
}

/// At the line where the body waits.
fn hangs(out: &mut String, report: &Report, hang: &Hang) {
    let subject = &report.subject;
    let waits = hang.waiting.as_ref().and_then(waits::place);
    let place = waits.and_then(|frame| Some((frame.shown()?, frame.line?)));
    let (file, line) = place.unwrap_or((&subject.location.from_root, subject.location.line));
    let _ = writeln!(
        out,
        "::error file={},line={line},title=leakcheck::{}",
        escape::github_property(file),
        escape::github_message(&hang::headline(report, hang))
    );
}
