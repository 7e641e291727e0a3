//! How many tasks and threads of each scope are alive: what a clean check looks at, and what a wait waits on.

use std::{
    cell::Cell,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
    time::Duration,
};

use super::{Chunked, imp::event};

/// Counters of tasks per scope; threads take turns, so that the workers of one runtime seldom share one.
const SHARDS: usize = 4;

/// The counts of one scope.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    tasks: [Shard; SHARDS],
    threads: AtomicUsize,
    /// Number of waiting checks; endings wake them only where there is one.
    waiting: AtomicU32,
    /// Changes with every ending while somebody waits.
    endings: AtomicU32,
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
    static NEXT_SHARD: AtomicUsize = AtomicUsize::new(0);
    SHARD.get().unwrap_or_else(|| {
        let shard = NEXT_SHARD.fetch_add(1, Ordering::Relaxed) % SHARDS;
        SHARD.set(Some(shard));
        shard
    })
}

/// More scopes than this in one process share the last one, which no check reads.
static TALLIES: Chunked<Tally, 1024> = Chunked::new();
static NEXT: AtomicU32 = AtomicU32::new(1);
static NOBODY: Tally = Tally {
    tasks: [const {
        Shard {
            started: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
        }
    }; SHARDS],
    threads: AtomicUsize::new(0),
    waiting: AtomicU32::new(0),
    endings: AtomicU32::new(0),
};

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

    #[inline]
    fn announce(&self) {
        // Sequentially consistent with `expect` and the counts: either the waiter sees the new count, or this sees it.
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

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(
        miri,
        ignore = "hundreds of contended steps take the interpreter minutes"
    )]
    fn starts_and_ends_on_different_threads_add_up() {
        let scope = open().expect("far below the limit");
        std::thread::scope(|threads| {
            for _ in 0..2 * SHARDS {
                threads.spawn(|| {
                    (0..100).for_each(|_| of(scope).task_started());
                    assert!(of(scope).tasks() > 0);
                });
            }
        });
        assert_eq!(of(scope).tasks(), 200 * SHARDS);
        (0..200 * SHARDS).for_each(|_| of(scope).task_ended());
        assert_eq!(of(scope).tasks(), 0);
    }
}
