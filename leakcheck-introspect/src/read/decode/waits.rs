//! What a task waits for, once each.

use super::Decoder;
use crate::{Certainty, Event, Object, Wait};

impl Decoder<'_, '_> {
    pub(super) fn wait(&mut self, event: Event, object: Option<Object>, certainty: Certainty) {
        self.note(Wait::of(event, object, certainty));
    }

    pub(super) fn note(&mut self, wait: Wait) {
        self.seen += 1;
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
        }
    }

    /// Whether it is shown as the same.
    fn is_same(&self, other: &Self) -> bool {
        let shown = |wait: &Self| (wait.object, wait.certainty, wait.is_exclusive);
        self.event == other.event && shown(self) == shown(other)
    }
}
