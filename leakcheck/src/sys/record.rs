//! What is known of one thing that lives: claimed, filled in, published, and believed only while it is of that thing.
//!
//! Whoever takes a record claims it, fills it in and publishes it under a number that no other thing ever has. Whoever reads one
//! believes what was read only if the number is the same before and after: all of it is read in between. Nothing here waits, so
//! that a signal handler may take, read and free records whatever its thread was about to do to one.

use crate::sync::{AtomicU64, Ordering, fence};

/// Nobody has it.
const FREE: u64 = 0;
/// Somebody has it who fills it in.
const CLAIMED: u64 = u64::MAX;

/// One record. Every word is an atomic, so that a reader on another thread sees old or new words, never torn ones.
#[derive(Debug, Default)]
pub(crate) struct Record<F> {
    number: AtomicU64,
    scope: AtomicU64,
    facts: F,
}

/// What was read of a thing, all of it while the record was of this thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen<T> {
    /// Which thing of the process it is; never used again.
    pub(crate) number: u64,
    /// Whose it is.
    pub(crate) scope: u64,
    pub(crate) facts: T,
}

/// A thing that is over, and in whose count it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "its scope counts it until it is told"]
pub(crate) struct Ended {
    pub(crate) scope: u64,
}

impl<F> Record<F> {
    /// Takes it, if nobody has it.
    pub(crate) fn claim(&self) -> bool {
        self.number.load(Ordering::Relaxed) == FREE && self.take(FREE)
    }

    /// Takes it, whatever it was of before, which is over. `None` where somebody is filling it in.
    pub(crate) fn claim_anew(&self) -> Option<Option<Ended>> {
        let number = self.number.load(Ordering::Acquire);
        if number == CLAIMED {
            return None;
        }
        let scope = self.scope.load(Ordering::Relaxed);
        // Fails where somebody has just ended it or taken it.
        if self.take(number) {
            return Some((number != FREE).then_some(Ended { scope }));
        }
        self.claim().then_some(None)
    }

    fn take(&self, number: u64) -> bool {
        let is_taken = self
            .number
            .compare_exchange(number, CLAIMED, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok();
        // A reader that sees one of the new words sees that the number has changed.
        fence(Ordering::Release);
        is_taken
    }

    /// Fills in a claimed record: from now on it is read. Its scope must count it already.
    pub(crate) fn publish(&self, number: u64, scope: u64, fill: impl FnOnce(&F)) {
        fill(&self.facts);
        self.scope.store(scope, Ordering::Relaxed);
        self.number.store(number, Ordering::Release);
    }

    /// Gives back a claimed record; or any one, where nobody is who could have it.
    pub(crate) fn give_back(&self) {
        self.number.store(FREE, Ordering::Release);
    }

    /// Which thing it is of, where it is filled in.
    pub(crate) fn number(&self) -> Option<u64> {
        let number = self.number.load(Ordering::Acquire);
        (number != FREE && number != CLAIMED).then_some(number)
    }

    /// What `read` makes of it, if it is of one thing from the beginning to the end of that, and of the scope that is wanted, if one is.
    pub(crate) fn read<T>(
        &self,
        wanted: Option<u64>,
        read: impl FnOnce(&F) -> T,
    ) -> Option<Seen<T>> {
        let number = self.number()?;
        let scope = self.scope.load(Ordering::Relaxed);
        // Where that is another thing's already, this one is over.
        if wanted.is_some_and(|wanted| wanted != scope) {
            return None;
        }
        let seen = Seen {
            number,
            scope,
            facts: read(&self.facts),
        };
        fence(Ordering::Acquire);
        (self.number.load(Ordering::Relaxed) == number).then_some(seen)
    }

    /// What only the thing itself changes, for as long as it lives.
    pub(crate) fn own(&self) -> &F {
        &self.facts
    }

    /// The thing with this number is over; `None` where that is known already.
    pub(crate) fn end(&self, number: u64) -> Option<Ended> {
        if number == FREE || number == CLAIMED {
            return None;
        }
        let scope = self.scope.load(Ordering::Relaxed);
        // Where this succeeds the number was the same all the time, and so was the scope.
        self.number
            .compare_exchange(number, FREE, Ordering::AcqRel, Ordering::Relaxed)
            .ok()
            .map(|_| Ended { scope })
    }
}

#[cfg(test)]
mod tests;
