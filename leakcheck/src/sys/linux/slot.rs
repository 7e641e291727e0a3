//! The part of a record that says what the rest is about. Who takes a record claims it, fills it in and publishes it; who
//! reads one believes it if the number was the same before and after.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use crate::sys::tally;

/// A claimed record that is not filled in yet.
const CLAIMED: u64 = u64::MAX;

/// Of which thing a record is, and in whose count that is.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// Which one of the process it is, from one; 0 for a free record.
    number: AtomicU64,
    scope: AtomicU32,
}

impl Slot {
    /// Takes it, if it is free.
    pub(super) fn claim(&self) -> bool {
        let is_taken = self.number.load(Ordering::Relaxed) == 0
            && self
                .number
                .compare_exchange(0, CLAIMED, Ordering::Acquire, Ordering::Relaxed)
                .is_ok();
        if is_taken {
            // A reader that sees one of the new words sees that the number has changed.
            fence(Ordering::Release);
        }
        is_taken
    }

    /// The record is filled in: from now on it is read, and counted.
    pub(super) fn publish(&self, number: u64, scope: u32) {
        self.scope.store(scope, Ordering::Relaxed);
        tally::of(scope).other_started();
        self.number.store(number, Ordering::Release);
    }

    /// Which one it is, where it is filled in.
    pub(super) fn number(&self) -> Option<u64> {
        let number = self.number.load(Ordering::Acquire);
        (number != 0 && number != CLAIMED).then_some(number)
    }

    pub(super) fn scope(&self) -> u32 {
        self.scope.load(Ordering::Relaxed)
    }

    /// Whether what was read since then is of this one.
    pub(super) fn is_still(&self, number: u64) -> bool {
        fence(Ordering::Acquire);
        self.number.load(Ordering::Relaxed) == number
    }

    /// This one is over.
    pub(super) fn free(&self, number: u64) {
        let scope = self.scope();
        let freed = self
            .number
            .compare_exchange(number, 0, Ordering::AcqRel, Ordering::Relaxed);
        if freed.is_ok() {
            tally::of(scope).other_ended();
        }
    }

    /// Whichever it is of is over.
    pub(super) fn end(&self) {
        if let Some(number) = self.number() {
            self.free(number);
        }
    }
}
