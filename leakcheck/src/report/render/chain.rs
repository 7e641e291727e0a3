//! From a body that hangs to what keeps it, a line for each step.

use super::{
    escape::plain,
    follows::{self, named},
    frame::place,
    numbers::Numbers,
    waits, why,
};
use crate::{
    base::model::{Leak, State},
    report::explain::{self, BODY, Causes},
};

/// The steps; none for a body that depends on nothing that is known.
pub(super) fn lines(all: &[Leak], causes: &Causes<'_>, numbers: &Numbers<'_>) -> Vec<String> {
    let (steps, last) = explain::steps(causes);
    let mut lines: Vec<String> = steps
        .iter()
        .filter_map(|(at, edge)| {
            let leak = all.get(*at)?;
            let because = follows::because(leak, *edge, all.get(edge.to)?);
            Some(format!("{} {because}", who(*at, leak, numbers)))
        })
        .collect();
    let is_circle = causes.circle(last).is_some();
    if !lines.is_empty() && !is_circle {
        lines.extend(end(all, last, causes, numbers));
    }
    lines
}

fn who(at: usize, leak: &Leak, numbers: &Numbers<'_>) -> String {
    match at {
        BODY => "the body".to_owned(),
        _ => named(leak, numbers),
    }
}

/// What the last one does, which does not follow from anything.
fn end(all: &[Leak], at: usize, causes: &Causes<'_>, numbers: &Numbers<'_>) -> Option<String> {
    let leak = all.get(at)?;
    let who = who(at, leak, numbers);
    if let Some(found) = explain::why(all, at, causes).filter(|found| !found.is_plain()) {
        return Some(format!("{who}: {}", why::sentence(found, leak)));
    }
    let waiting = leak.waiting.as_ref()?;
    let at = waits::place(waiting).and_then(place);
    let at = at.map_or_else(String::new, |at| format!(" at {at}"));
    match (&waiting.events[..], waiting.state) {
        ([first, ..], _) => {
            let event = if first.held_by().is_empty() {
                plain(&first.to_string())
            } else {
                waits::awaited(first, false, (leak.count, numbers))
            };
            Some(format!("{who} waits{at} for {event}"))
        }
        ([], State::Blocked(_)) => {
            let state = plain(&waiting.state.to_string());
            Some(format!("{who} is {state}{at}"))
        }
        _ => None,
    }
}
