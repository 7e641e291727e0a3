//! How much a scope has made of each kind in its measured rounds, by which paths, and how long these took.
//!
//! A scope without a rate pays one look at a flag. With one, each beginning is counted, and counted once more by its path, as
//! long as the body of a measured round runs. Nothing waits, and a signal handler may leave at any step.

use crate::{
    base::{
        model::Limited,
        sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    sys::{
        StaticTable,
        scope_counters::{self, ScopeCounters},
    },
};

/// Paths of a kind that are told apart.
const PATHS: usize = 32;

/// What a scope may make, and has made.
#[derive(Debug, Default)]
struct Rates {
    /// 1 while the body of a measured round runs.
    counts: AtomicU32,
    /// How long those that are over took.
    took_us: AtomicU64,
    kinds: [Count; Limited::ALL.len()],
}

#[derive(Debug, Default)]
struct Count {
    /// 0 where there is no rate.
    limit: AtomicU32,
    begun: AtomicUsize,
    paths: [Path; PATHS],
}

/// Free as long as its origin is 0, which is no path.
#[derive(Debug, Default)]
struct Path {
    origin: AtomicU32,
    begun: AtomicU32,
}

/// By the place of the scope's counts.
static ALL: StaticTable<Rates, 1024> = StaticTable::new();

/// What began of a kind in the measured rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Measured {
    pub(crate) limited: Limited,
    /// How many may begin in a second.
    pub(crate) limit: usize,
    pub(crate) begun: usize,
    /// How long the bodies of these rounds took.
    pub(crate) took_us: u64,
    /// The paths that have made it, as far as there was room, and how much each.
    pub(crate) paths: Vec<(u32, usize)>,
}

/// Gives the scope, which was just opened, rates: nothing where it has none of a kind.
pub(crate) fn open(scope: u64, limit: impl Fn(Limited) -> Option<u32>) {
    if !Limited::ALL.iter().any(|limited| limit(*limited).is_some()) {
        return;
    }
    let Some(rates) = ALL.get(scope_counters::place(scope)) else {
        return;
    };
    rates.counts.store(0, Ordering::Relaxed);
    rates.took_us.store(0, Ordering::Relaxed);
    for limited in Limited::ALL {
        rates.kinds[limited as usize].begin(limit(limited).unwrap_or(0));
    }
    scope_counters::of(scope).count_rates();
}

/// The body of a measured round begins.
pub(crate) fn round_begins(scope: u64) {
    if let Some(rates) = of(scope_counters::of(scope), scope) {
        rates.counts.store(1, Ordering::Release);
    }
}

/// No body runs. That of the round that is over took so long.
pub(crate) fn round_ends(scope: u64, took_us: u64) {
    if let Some(rates) = of(scope_counters::of(scope), scope) {
        rates.counts.store(0, Ordering::Release);
        rates.took_us.fetch_add(took_us, Ordering::Relaxed);
    }
}

/// What began in the measured rounds, of each kind that has a rate.
pub(crate) fn measured(scope: u64) -> Vec<Measured> {
    let Some(rates) = of(scope_counters::of(scope), scope) else {
        return Vec::new();
    };
    let measured = |limited: Limited| {
        let own = &rates.kinds[limited as usize];
        let limit = own.limit.load(Ordering::Relaxed);
        (limit != 0).then(|| Measured {
            limited,
            limit: limit as usize,
            begun: own.begun.load(Ordering::Relaxed),
            took_us: rates.took_us.load(Ordering::Relaxed),
            paths: own.paths.iter().map_while(Path::read).collect(),
        })
    };
    Limited::ALL.into_iter().filter_map(measured).collect()
}

/// One more begins.
#[inline]
pub(crate) fn begins(counters: &ScopeCounters, scope: u64, limited: Limited, origin: u32) {
    if let Some(rates) = of(counters, scope)
        && rates.counts.load(Ordering::Acquire) != 0
    {
        rates.kinds[limited as usize].add(origin);
    }
}

#[inline]
fn of(counters: &ScopeCounters, scope: u64) -> Option<&'static Rates> {
    if counters.counts_rates() {
        ALL.peek(scope_counters::place(scope))
    } else {
        None
    }
}

impl Count {
    fn begin(&self, limit: u32) {
        self.limit.store(limit, Ordering::Relaxed);
        self.begun.store(0, Ordering::Relaxed);
        for path in &self.paths {
            path.origin.store(0, Ordering::Relaxed);
            path.begun.store(0, Ordering::Relaxed);
        }
    }

    fn add(&self, origin: u32) {
        if self.limit.load(Ordering::Relaxed) == 0 {
            return;
        }
        self.begun.fetch_add(1, Ordering::Relaxed);
        if let Some(path) = self.paths.iter().find(|path| path.takes(origin)) {
            path.begun.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Path {
    /// Whether it is that path, or is from now on.
    fn takes(&self, origin: u32) -> bool {
        if origin == 0 {
            return false;
        }
        let known = self.origin.load(Ordering::Relaxed);
        let take = || {
            self.origin
                .compare_exchange(0, origin, Ordering::Relaxed, Ordering::Relaxed)
        };
        known == origin || known == 0 && take().map_or_else(|other| other == origin, |_| true)
    }

    fn read(&self) -> Option<(u32, usize)> {
        let origin = self.origin.load(Ordering::Relaxed);
        let begun = self.begun.load(Ordering::Relaxed) as usize;
        (origin != 0).then_some((origin, begun))
    }
}

// The table takes an interpreter minutes.
#[cfg(all(test, not(leakcheck_loom), not(miri)))]
mod tests {
    use super::*;
    use crate::base::model::Limited::{Fd, Process, Task, Thread};

    fn scope() -> u64 {
        let scope = scope_counters::open().expect("far below the limit");
        open(scope, |limited| match limited {
            Task => Some(5),
            Thread => Some(7),
            Fd | Process => None,
        });
        scope
    }

    fn begin(scope: u64, limited: Limited, origin: u32) {
        begins(scope_counters::of(scope), scope, limited, origin);
    }

    #[test]
    fn only_bodies_of_measured_rounds_count() {
        let scope = scope();
        begin(scope, Task, 3);
        for origin in [3, 4] {
            round_begins(scope);
            begin(scope, Task, origin);
            begin(scope, Task, 3);
            begin(scope, Fd, 3);
            round_ends(scope, 40);
            begin(scope, Task, 4);
        }
        let of = |limited, limit, begun, paths| Measured {
            limited,
            limit,
            begun,
            took_us: 80,
            paths,
        };
        let tasks = of(Task, 5, 4, vec![(3, 3), (4, 1)]);
        assert_eq!(measured(scope), [tasks, of(Thread, 7, 0, Vec::new())]);
    }

    #[test]
    fn what_no_path_has_room_for_counts() {
        let scope = scope();
        round_begins(scope);
        (0..50).for_each(|origin| begin(scope, Thread, origin));
        round_ends(scope, 1);
        let threads = &measured(scope)[1];
        assert_eq!((threads.begun, threads.paths.len()), (50, PATHS));
        assert!(threads.paths.iter().all(|(_, count)| *count == 1));
    }

    #[test]
    fn threads_that_begin_at_one_time_all_count() {
        let scope = scope();
        round_begins(scope);
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| (0..1000).for_each(|nth| begin(scope, Task, nth % 7 + 1)));
            }
        });
        let tasks = &measured(scope)[0];
        assert_eq!((tasks.begun, tasks.paths.len()), (4000, 7));
        assert_eq!(
            tasks.paths.iter().map(|(_, count)| count).sum::<usize>(),
            4000
        );
    }

    #[test]
    fn a_scope_without_a_rate_counts_nothing() {
        let scope = scope_counters::open().expect("far below the limit");
        open(scope, |_| None);
        round_begins(scope);
        begin(scope, Task, 1);
        assert!(!scope_counters::of(scope).counts_rates());
        assert_eq!(measured(scope), []);
    }
}
