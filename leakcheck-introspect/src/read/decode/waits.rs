//! What a task waits for, each wait once.

use std::collections::HashSet;

use crate::{Certainty, Enders, Event, Handles, Hold, Object, Wait};

/// The waits of one task so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Waits {
    pub(super) list: Vec<Wait>,
    /// How many were noted, also those that were noted before.
    pub(super) seen: u32,
}

impl Waits {
    /// Notes a wait; returns its number, unless it is none any more.
    pub(super) fn note(&mut self, wait: Wait) -> Option<usize> {
        self.seen += 1;
        // What a hand-written future has of it is left over.
        if wait.is_over && wait.certainty == Certainty::Possible {
            return None;
        }
        let known = self.list.iter().position(|known| known.is_same(&wait));
        let number = known.unwrap_or(self.list.len());
        match self.list.get_mut(number) {
            None => self.list.push(wait),
            // Both must be proven to be in vain, and one counts.
            Some(known) => {
                known.is_full &= wait.is_full;
                if known.enders != wait.enders {
                    known.enders = Enders::Open;
                }
                known.ahead = known
                    .ahead
                    .zip(wait.ahead)
                    .map(|(one, other)| one.min(other));
            }
        }
        Some(number)
    }
}

/// Leaves the handles of the task itself out of those that could cancel what it waits for.
pub(super) fn without_own(waits: &mut [Wait], holds: &[Hold]) {
    for wait in waits {
        if let (Event::Cancellation { left: Some(left) }, Enders::All(handles)) =
            (&mut wait.event, &wait.enders)
        {
            let is_own = |hold: &&Hold| {
                let is_counted = |handles: &Handles| {
                    handles.object == hold.object && handles.party.has(hold.role)
                };
                hold.certainty == Certainty::Certain
                    && hold.is_sole
                    && handles.iter().any(is_counted)
            };
            let own: HashSet<u64> = holds.iter().filter(is_own).map(|hold| hold.place).collect();
            *left = left.saturating_sub(own.len() as u64);
        }
    }
}

impl Wait {
    pub(super) fn of(event: Event, object: Option<Object>, certainty: Certainty) -> Self {
        Self {
            event,
            object,
            certainty,
            enders: Enders::OfClass,
            is_exclusive: false,
            is_full: false,
            ahead: None,
            task: None,
            is_over: false,
            name: None,
        }
    }

    /// Whether it is shown as the same.
    fn is_same(&self, other: &Self) -> bool {
        let shown = |wait: &Self| (wait.object, wait.certainty, wait.is_exclusive, wait.is_over);
        self.event == other.event && shown(self) == shown(other)
    }
}
