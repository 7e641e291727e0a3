//! Whether the system keeps something from running that is waited for.

use std::time::Duration;

use super::pulse::Pulse;
use crate::{
    base::model::{Detail, Resource},
    observe::{scope::ScopeId, sources::threads},
};

/// The threads that may do something for a scope, and what they have had of a processor since a wait began.
#[derive(Debug)]
pub(crate) struct HeldUp {
    scope: ScopeId,
    /// What a thread should have had by the end of the wait, if it wanted it.
    share: Duration,
    pulse: Pulse,
}

impl HeldUp {
    pub(crate) fn since_now(scope: ScopeId, share: Duration) -> Self {
        let mut held_up = Self {
            scope,
            share,
            pulse: Pulse::default(),
        };
        let threads = held_up.threads();
        held_up.pulse.note(threads);
        held_up
    }

    /// Whether a thread wants to run and could not for as long as the wait should take.
    pub(crate) fn is_any(&mut self) -> bool {
        let threads = self.threads();
        self.pulse.is_held_up(threads, self.share)
    }

    /// Its threads, and those that are in no check and come from where this one comes from: a runtime that was built before
    /// the check began.
    fn threads(&self) -> Vec<i32> {
        let mut found = Vec::new();
        for scope in [self.scope, ScopeId::UNCHECKED] {
            if scope.counters().threads() > 0 {
                found.extend(threads::list(Some(scope)).iter().filter_map(tid));
            }
        }
        found
    }
}

fn tid(thread: &Resource) -> Option<i32> {
    match thread.detail {
        Detail::Thread { tid, .. } => Some(tid),
        _ => None,
    }
}
