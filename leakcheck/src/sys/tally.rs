//! How many tasks, threads and other things of each scope are alive: what a clean check looks at, and what a wait waits on.

use std::{cell::Cell, sync::atomic::AtomicU32 as Global, time::Duration};

use super::{Chunked, imp::event, places::Places};
use crate::sync::{AtomicU32, AtomicUsize, Ordering, total_order};

/// Counters of tasks per scope; threads take turns, so that the workers of one runtime seldom share one.
const SHARDS: usize = 4;

/// The counts of one scope.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    tasks: [Shard; SHARDS],
    threads: AtomicUsize,
    others: AtomicUsize,
    /// Number of waiting checks; endings wake them only where there is one.
    waiting: AtomicU32,
    /// Changes with every ending while somebody waits.
    endings: AtomicU32,
    /// Where the memory of its tasks is noted.
    places: Places,
}

/// Both only grow, on a cache line of their own.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Shard {
    started: AtomicUsize,
    ended: AtomicUsize,
}

thread_local! {
    static SHARD: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The shard of this thread.
#[inline]
fn shard() -> usize {
    static NEXT_SHARD: Global = Global::new(0);
    SHARD.get().unwrap_or_else(|| {
        let shard = NEXT_SHARD.fetch_add(1, Ordering::Relaxed) as usize % SHARDS;
        SHARD.set(Some(shard));
        shard
    })
}

/// More scopes than this in one process share the last one, which no check reads.
static TALLIES: Chunked<Tally, 1024> = Chunked::new();
static NEXT: Global = Global::new(1);
#[cfg(not(leakcheck_loom))]
static NOBODY: Tally = Tally {
    tasks: [const {
        Shard {
            started: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
        }
    }; SHARDS],
    threads: AtomicUsize::new(0),
    others: AtomicUsize::new(0),
    waiting: AtomicU32::new(0),
    endings: AtomicU32::new(0),
    places: Places::new(),
};
#[cfg(leakcheck_loom)]
loom::lazy_static! {
    static ref NOBODY: Tally = Tally::default();
}

/// Makes a new scope, and `None` after 262,143 of them.
pub(crate) fn open() -> Option<u32> {
    let index = NEXT
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            ((next as usize) < Chunked::<Tally, 1024>::LEN).then_some(next + 1)
        })
        .ok()?;
    TALLIES.get(index as usize)?;
    Some(index)
}

/// The counts of `scope`.
#[inline]
pub(crate) fn of(scope: u32) -> &'static Tally {
    TALLIES.get(scope as usize).unwrap_or(&NOBODY)
}

impl Tally {
    /// Live tasks. Ends are read before starts: if the two sums agree, there was a moment in between without any.
    #[inline]
    pub(crate) fn tasks(&self) -> usize {
        total_order();
        let sum = |count: fn(&Shard) -> &AtomicUsize| -> usize {
            self.tasks
                .iter()
                .map(|shard| count(shard).load(Ordering::SeqCst))
                .sum()
        };
        let ended = sum(|shard| &shard.ended);
        let started = sum(|shard| &shard.started);
        started.saturating_sub(ended)
    }

    #[inline]
    pub(crate) fn threads(&self) -> usize {
        total_order();
        self.threads.load(Ordering::SeqCst)
    }

    #[inline]
    pub(crate) fn task_started(&self) {
        self.tasks[shard()].started.fetch_add(1, Ordering::SeqCst);
    }

    #[inline]
    pub(crate) fn task_ended(&self) {
        self.tasks[shard()].ended.fetch_add(1, Ordering::SeqCst);
        self.announce();
    }

    pub(crate) fn thread_started(&self) {
        self.threads.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn thread_ended(&self) {
        self.threads.fetch_sub(1, Ordering::SeqCst);
        self.announce();
    }

    /// Things of all other kinds that are alive perhaps.
    #[inline]
    pub(crate) fn others(&self) -> usize {
        total_order();
        self.others.load(Ordering::SeqCst)
    }

    #[inline]
    pub(crate) fn other_started(&self) {
        self.others.fetch_add(1, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn other_ended(&self) {
        self.others.fetch_sub(1, Ordering::SeqCst);
        self.announce();
    }

    /// Where the memory of its tasks is noted.
    #[inline]
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    #[inline]
    fn announce(&self) {
        // Sequentially consistent with `expect` and the counts: either the waiter sees the new count, or this sees it.
        total_order();
        if self.waiting.load(Ordering::SeqCst) != 0 {
            self.endings.fetch_add(1, Ordering::Release);
            event::wake(&self.endings);
        }
    }

    /// Announces that something is about to wait; endings from here on are not missed.
    pub(crate) fn expect(&'static self) -> Expecting {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Expecting { tally: self }
    }
}

/// Somebody waits for endings while this lives.
#[derive(Debug)]
pub(crate) struct Expecting {
    tally: &'static Tally,
}

impl Expecting {
    /// What [`wait`](Self::wait) compares with; take it before looking at the counts.
    pub(crate) fn seen(&self) -> u32 {
        self.tally.endings.load(Ordering::Acquire)
    }

    /// Returns at the next ending after `seen`, or after `limit`.
    pub(crate) fn wait(&self, seen: u32, limit: Duration) {
        event::wait(&self.tally.endings, seen, limit);
    }
}

impl Drop for Expecting {
    fn drop(&mut self) {
        self.tally.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
