//! What a reader has to know first: a line for each cause, with the place to look at and the mistake.

use leakcheck_report::{Pattern, plural};

use super::{follows, frame::place, numbers::Numbers, waits, why};
use crate::{
    base::model::{Frame, Leak, Report},
    report::explain::{self, Causes},
};

/// Causes that are told.
const SHOWN: usize = 8;

/// A line for each cause.
pub(super) fn lines(report: &Report, causes: &Causes<'_>, numbers: &Numbers<'_>) -> Vec<String> {
    let all: Vec<usize> = causes.causes().collect();
    let told = all.iter().take(SHOWN);
    let mut lines: Vec<String> = told
        .filter_map(|at| line(report, causes, *at, numbers))
        .collect();
    if all.len() > SHOWN {
        lines.push(plural::of(all.len() - SHOWN, "more cause", "more causes"));
    }
    lines
}

fn line(report: &Report, causes: &Causes<'_>, at: usize, numbers: &Numbers<'_>) -> Option<String> {
    let leak = report.leaks.get(at)?;
    let found = explain::why(&report.leaks, at, causes);
    let pattern = found.map_or(Pattern::Detached, |found| found.pattern);
    let guard = match pattern {
        Pattern::LockAcrossAwait => causes.lock(at).and_then(|found| found.at.as_ref()),
        _ => None,
    };
    let place = guard.or_else(|| look_at(leak, pattern)).and_then(place)?;
    let what = found.map_or_else(
        || why::unknown(leak.count).to_owned(),
        |found| why::sentence(found, leak),
    );
    Some(format!(
        "{place}: {}: {what}",
        follows::named(leak, numbers)
    ))
}

/// The line of source that has to change, as far as that is known: where it was made, if it is a matter of who keeps it, or
/// where it waits.
fn look_at(leak: &Leak, pattern: Pattern) -> Option<&Frame> {
    let made = leak.created_at.as_ref();
    let waits = leak.waiting.as_ref().and_then(waits::place);
    match pattern {
        Pattern::Detached
        | Pattern::InDependency
        | Pattern::NeverPolled
        | Pattern::NotCancelSafe
        | Pattern::OwnerCycle
        | Pattern::UnjoinedThread
        | Pattern::UnseenPanic => made.or(waits),
        _ => waits.or(made),
    }
}
