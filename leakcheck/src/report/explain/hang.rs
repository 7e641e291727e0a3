//! What to do about a body that does not end.

use super::HangAdvice;
use crate::base::model::{Fate, Hang, HangCause, HangEnd};

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
        (_, HangCause::Timeout(_), None) => HangAdvice::BoundSynchronous,
    }
}
