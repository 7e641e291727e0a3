//! What to do about a body that does not end.

use super::{Causes, Edge, HangAdvice};
use crate::base::model::{Fate, Hang, HangCause, HangEnd, Kind, Leak};

/// The place of the body among what was alive.
pub(crate) const BODY: usize = 0;

/// The body as if it were a finding, and what was alive beside it.
pub(crate) fn with_body(hang: &Hang) -> Vec<Leak> {
    let body = Leak {
        tasks: vec![0],
        waiting: hang.waiting.clone(),
        depends: hang.depends.clone(),
        ..Leak::unknown(Kind::Task, 1)
    };
    std::iter::once(body)
        .chain(hang.alive.iter().cloned())
        .collect()
}

/// From each to the next, and the last one, which follows from nothing or is the first of a circle.
pub(crate) fn steps<'l>(causes: &Causes<'l>) -> (Vec<(usize, Edge<'l>)>, usize) {
    let mut steps = Vec::new();
    let mut at = BODY;
    while let Some(edge) = causes.follows(at) {
        steps.push((at, edge));
        at = edge.to;
    }
    let first = at;
    let mut next = causes.circle(first);
    while let Some(edge) = next {
        steps.push((at, edge));
        at = edge.to;
        next = causes.follows(at).filter(|_| at != first);
    }
    (steps, first)
}

/// What to do about it.
pub(crate) fn advice(hang: &Hang) -> HangAdvice {
    match (hang.fate, hang.cause, &hang.waiting) {
        (Fate::EndedProcess(HangEnd::SynchronousTask), ..) => HangAdvice::StopBlocking,
        (Fate::Late, ..) => HangAdvice::DoLess,
        (_, HangCause::Deadlock, _) => HangAdvice::BreakDeadlock,
        (_, HangCause::Timeout(_), Some(waiting)) if waiting.is_forever => {
            HangAdvice::EndForeverWait
        }
        (_, HangCause::Timeout(_), Some(_)) => HangAdvice::MakeItHappen,
        (_, HangCause::Exit(..), _) => HangAdvice::LetExit,
        (_, HangCause::Timeout(_), None) => HangAdvice::BoundSynchronous,
    }
}
