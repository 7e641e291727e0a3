//! What is known of one thing that lives: claimed, filled in, published, and believed only while it is of that thing.
//!
//! Whoever takes a record claims it, fills it in and publishes it under a number that no other thing ever has. Whoever reads one
//! believes what was read only if the number is the same before and after: all of it is read in between. Nothing here waits for
//! another, so that a signal handler may take, read and end records whatever its thread was about to do to one, and never come back.

use crate::base::sync::{AtomicU64, Ordering, fence};

/// Nobody has it.
const FREE: u64 = 0;
/// Added to the number of what it will be of while it is filled in.
const CLAIMED: u64 = 1 << 63;

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
    pub(crate) number: u64,
    pub(crate) scope: u64,
}

impl<F> Record<F> {
    /// Takes it for the thing with this number, if nobody has it.
    pub(crate) fn claim(&self, number: u64) -> bool {
        self.number.load(Ordering::Relaxed) == FREE && self.take(FREE, number)
    }

    /// Takes it for the thing with this number, which is in the place of whatever it was of. That is over, and returned where it
    /// was read; who was filling it in will not publish it, if he ever comes back.
    pub(crate) fn claim_anew(&self, number: u64) -> Option<Ended> {
        loop {
            let before = self.number.load(Ordering::Acquire);
            let scope = self.scope.load(Ordering::Relaxed);
            // Fails where somebody else has just ended what was there.
            if self.take(before, number) {
                return (before != FREE && before & CLAIMED == 0).then_some(Ended {
                    number: before,
                    scope,
                });
            }
        }
    }

    fn take(&self, before: u64, number: u64) -> bool {
        let is_taken = self
            .number
            .compare_exchange(
                before,
                number | CLAIMED,
                Ordering::AcqRel,
                Ordering::Relaxed,
            )
            .is_ok();
        // A reader that sees one of the new words sees that the number has changed.
        fence(Ordering::Release);
        is_taken
    }

    /// Fills in a record that was claimed for this number: from now on it is read. Its scope must count it already, and does so
    /// for nothing where the answer is no: it was taken by another.
    #[must_use = "what is not published is not ended either"]
    pub(crate) fn publish(&self, number: u64, scope: u64, fill: impl FnOnce(&F)) -> bool {
        fill(&self.facts);
        self.scope.store(scope, Ordering::Relaxed);
        self.number
            .compare_exchange(
                number | CLAIMED,
                number,
                Ordering::Release,
                Ordering::Relaxed,
            )
            .is_ok()
    }

    /// Nobody has it, whoever had. For where nobody else is.
    pub(crate) fn clear(&self) {
        self.number.store(FREE, Ordering::Relaxed);
    }

    /// Whether it can be claimed.
    pub(crate) fn is_free(&self) -> bool {
        self.number.load(Ordering::Relaxed) == FREE
    }

    /// Which thing it is of, where it is filled in.
    pub(crate) fn number(&self) -> Option<u64> {
        let number = self.number.load(Ordering::Acquire);
        (number != FREE && number & CLAIMED == 0).then_some(number)
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
        if number == FREE || number & CLAIMED != 0 {
            return None;
        }
        let scope = self.scope.load(Ordering::Relaxed);
        // Where this succeeds the number was the same all the time, and so was the scope.
        self.number
            .compare_exchange(number, FREE, Ordering::AcqRel, Ordering::Relaxed)
            .ok()
            .map(|_| Ended { number, scope })
    }
}

#[cfg(test)]
mod tests;
