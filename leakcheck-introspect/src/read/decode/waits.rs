//! What a task waits for, once each.

use super::Decoder;
use crate::{Certainty, Event, Object, Wait, read::tokio::ObjectRef};

impl Decoder<'_, '_> {
    pub(super) fn found(&mut self, found: &ObjectRef, event: Event, certainty: Certainty) {
        let wait = self.wait_on(found, event, certainty);
        self.note(wait);
    }

    /// The wait for an event of this object.
    pub(super) fn wait_on(&self, found: &ObjectRef, event: Event, certainty: Certainty) -> Wait {
        let event = match event {
            Event::Signal(None) if self.is_in_ctrl_c => Event::Signal(Some(libc::SIGINT)),
            other => other,
        };
        let is_over = found.is_over(self.reader, &event);
        let mut wait = Wait::of(event, Some(found.object), certainty);
        wait.is_over = is_over;
        wait
    }

    pub(super) fn note(&mut self, wait: Wait) {
        self.seen += 1;
        // What a hand-written future has of it is left over.
        if wait.is_over && wait.certainty == Certainty::Possible {
            return;
        }
        match self.waits.iter_mut().find(|known| known.is_same(&wait)) {
            None => self.waits.push(wait),
            // Both must be proven to be in vain, and one counts.
            Some(known) => {
                known.is_full &= wait.is_full;
                known.ahead = known
                    .ahead
                    .zip(wait.ahead)
                    .map(|(one, other)| one.min(other));
            }
        }
    }
}

impl Wait {
    pub(super) fn of(event: Event, object: Option<Object>, certainty: Certainty) -> Self {
        Self {
            event,
            object,
            certainty,
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
