//! How many things of each kind a scope has alive, where it has a budget, and who made them when they were most.
//!
//! A scope without a budget pays one look at a flag. With one, each beginning and end of a thread, descriptor, process and task is
//! counted by kind. Only above the budget, at a new peak, are the records of the kind looked through; beyond the first few not at
//! each peak, but whenever there are an eighth more. What ended past the C library is noticed by that and counts no more.

use super::{
    StaticTable, clock,
    record::Ended,
    scope_counters::{self, ScopeCounters, end_other},
    timeline::{self, Thing},
};
use crate::base::{
    model::Limited,
    sync::{AtomicU64, AtomicUsize, Ordering},
};

mod census;
mod peaks;
pub(crate) mod rates;

pub(crate) use census::Census;
pub(crate) use peaks::Makers;

/// What a scope may have.
#[derive(Debug, Default)]
struct Budget {
    /// When the body began; 0 before.
    began: AtomicU64,
    kinds: [Allowance; Limited::ALL.len()],
}

/// What it may have of a kind, and has.
#[derive(Debug, Default)]
struct Allowance {
    /// 0 where there is no budget.
    limit: AtomicUsize,
    /// More is too much: the budget and what was there before the body; nothing is while no body runs.
    most: AtomicUsize,
    live: AtomicUsize,
    /// What was there before the body.
    before: AtomicUsize,
    /// Things with a lower number were there before the body.
    since: AtomicU64,
    /// The highest number beyond that so far, and in the low half when that was, in milliseconds from the body's beginning.
    highest: AtomicU64,
    /// How many there were when the records were looked through.
    counted: AtomicUsize,
}

const NEVER: usize = usize::MAX;

/// By the place of the scope's counts.
static ALL: StaticTable<Budget, 1024> = StaticTable::new();

/// Gives the scope, which was just opened, a budget: nothing where it has none of a kind.
pub(crate) fn open(scope: u64, limit: impl Fn(Limited) -> Option<u32>) {
    if !Limited::ALL.iter().any(|limited| limit(*limited).is_some()) {
        return;
    }
    let Some(budget) = ALL.get(scope_counters::place(scope)) else {
        return;
    };
    budget.began.store(0, Ordering::Relaxed);
    for limited in Limited::ALL {
        let own = &budget.kinds[limited as usize];
        let limit = limit(limited).map_or(0, |limit| limit as usize);
        own.limit.store(limit, Ordering::Relaxed);
        own.most.store(NEVER, Ordering::Relaxed);
        for count in [&own.live, &own.before, &own.counted] {
            count.store(0, Ordering::Relaxed);
        }
        for word in [&own.since, &own.highest] {
            word.store(0, Ordering::Relaxed);
        }
    }
    scope_counters::of(scope).count_by_kind();
}

/// From here on it counts what is too much. Threads with a lower number than this were there before.
pub(crate) fn body_begins(scope: u64, first_thread: u64) {
    let Some(budget) = of(scope_counters::of(scope), scope) else {
        return;
    };
    // A body that is repeated goes on with the budget of its first round.
    if budget.began.load(Ordering::Relaxed) == 0 {
        budget
            .began
            .store(clock::now_ms().max(1), Ordering::Relaxed);
        for own in &budget.kinds {
            let before = own.live.load(Ordering::Relaxed);
            own.before.store(before, Ordering::Relaxed);
        }
        let threads = &budget.kinds[Limited::Thread as usize];
        threads.since.store(first_thread, Ordering::Relaxed);
    }
    for own in &budget.kinds {
        let limit = own.limit.load(Ordering::Relaxed);
        if limit != 0 {
            let before = own.before.load(Ordering::Relaxed);
            own.most.store(limit + before, Ordering::Relaxed);
        }
    }
}

/// Until the next body begins, nothing is too much.
pub(crate) fn body_has_ended(scope: u64) {
    for own in of(scope_counters::of(scope), scope)
        .iter()
        .flat_map(|budget| &budget.kinds)
    {
        own.most.store(NEVER, Ordering::Relaxed);
    }
}

/// The scope has no budget any more.
pub(crate) fn close(scope: u64) {
    scope_counters::of(scope).count_nothing();
    peaks::forget(scope);
}

/// Where a scope has gone over its budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Peak {
    pub(crate) limited: Limited,
    pub(crate) limit: usize,
    /// The most that were alive at one time.
    pub(crate) highest: usize,
    /// When that was, from the beginning of the body.
    pub(crate) after_ms: u64,
    pub(crate) makers: Makers,
}

/// Whether the scope has gone over its budget.
pub(crate) fn is_breached(scope: u64) -> bool {
    let is_over = |own: &Allowance| own.highest.load(Ordering::Relaxed) != 0;
    of(scope_counters::of(scope), scope).is_some_and(|budget| budget.kinds.iter().any(is_over))
}

/// Where the scope has gone over its budget, by how much and when.
pub(crate) fn breaches(scope: u64) -> Vec<Peak> {
    let Some(budget) = of(scope_counters::of(scope), scope) else {
        return Vec::new();
    };
    let peak = |limited: Limited| {
        let own = &budget.kinds[limited as usize];
        let (highest, after_ms) = parts(own.highest.load(Ordering::Relaxed));
        (highest != 0).then(|| Peak {
            limited,
            limit: own.limit.load(Ordering::Relaxed),
            highest,
            after_ms,
            makers: peaks::makers(scope, limited).if_near(highest),
        })
    };
    Limited::ALL.into_iter().filter_map(peak).collect()
}

/// Whether the scope counts things of this kind, because it has a budget for them.
pub(crate) fn is_limited(scope: u64, limited: Limited) -> bool {
    let budget = of(scope_counters::of(scope), scope);
    budget.is_some_and(|budget| {
        let own = &budget.kinds[limited as usize];
        own.limit.load(Ordering::Relaxed) != 0
    })
}

/// One more begins, made by this path. What is returned is to be looked into once it is recorded.
#[inline]
pub(crate) fn started(
    counters: &ScopeCounters,
    scope: u64,
    limited: Limited,
    origin: u32,
) -> Option<Rise> {
    if !counters.counts() {
        return None;
    }
    rates::begins(counters, scope, limited, origin);
    let budget = of(counters, scope)?;
    let own = &budget.kinds[limited as usize];
    let live = own.live.fetch_add(1, Ordering::Relaxed) + 1;
    own.rise(budget, scope, limited, live)
}

/// So many are there now, of a kind whose beginnings and ends are not counted.
#[cfg_attr(
    tokio_unstable,
    allow(dead_code, reason = "the task hooks tell of each")
)]
pub(crate) fn seen(scope: u64, limited: Limited, live: usize) -> Option<Rise> {
    let budget = of(scope_counters::of(scope), scope)?;
    budget.kinds[limited as usize].rise(budget, scope, limited, live)
}

/// One less is alive; to be told before the counts of the scope are, after which the place may be another's.
#[inline]
pub(crate) fn ended(counters: &ScopeCounters, scope: u64, limited: Limited) {
    if let Some(budget) = of(counters, scope) {
        let own = &budget.kinds[limited as usize];
        own.live.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A descriptor was closed.
#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
pub(crate) fn end_fd(fd: Ended) {
    // In this order: as long as it counts, no other scope gets the place.
    ended(scope_counters::of(fd.scope), fd.scope, Limited::Fd);
    end_other(fd);
}

/// Somebody has waited for a process.
#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
pub(crate) fn end_process(process: Ended) {
    let counters = scope_counters::of(process.scope);
    ended(counters, process.scope, Limited::Process);
    timeline::ends(counters, process.scope, Thing::Process, process.number);
    end_other(process);
}

#[inline]
fn of(counters: &ScopeCounters, scope: u64) -> Option<&'static Budget> {
    if counters.counts_by_kind() {
        ALL.peek(scope_counters::place(scope))
    } else {
        None
    }
}

/// A number and when it was reached, in one word, so that they stay together.
fn word(number: usize, after_ms: u64) -> u64 {
    let half = |number: u64| number.min(u32::MAX.into());
    half(number as u64) << 32 | half(after_ms)
}

fn parts(word: u64) -> (usize, u64) {
    let low = word & u64::from(u32::MAX);
    (usize::try_from(word >> 32).unwrap_or(usize::MAX), low)
}

impl Allowance {
    /// Whether this is more than there may be, and than there ever was.
    fn rise(
        &'static self,
        budget: &'static Budget,
        scope: u64,
        limited: Limited,
        live: usize,
    ) -> Option<Rise> {
        if live <= self.most.load(Ordering::Relaxed) {
            return None;
        }
        let (highest, _) = parts(self.highest.load(Ordering::Relaxed));
        let own = live - self.before.load(Ordering::Relaxed).min(live);
        (own > highest).then_some(Rise {
            budget,
            scope,
            limited,
            live: own,
        })
    }
}

/// More than a budget allows, and than there were before.
#[derive(Debug)]
#[must_use = "it counts once it is looked into"]
pub(crate) struct Rise {
    budget: &'static Budget,
    scope: u64,
    limited: Limited,
    live: usize,
}

impl Rise {
    /// Notes it. `look` tells of everything of the kind that the scope has recorded below the number `next`.
    pub(crate) fn note(self, next: u64, look: impl FnOnce(&mut Census)) {
        let own = &self.budget.kinds[self.limited as usize];
        let counted = own.counted.load(Ordering::Relaxed);
        // Nothing tells of the end of a process, so that each number has to be made sure of.
        let is_told = self.limited != Limited::Process;
        if is_told && counted != 0 && self.live < counted + (counted / 8).max(1) {
            self.reached(self.live);
            return;
        }
        let mut census = Census::new(own.since.load(Ordering::Relaxed), next);
        look(&mut census);
        // Where something had ended untold, only what was seen is certain: it was there before the look and at it.
        let peak = if is_told && census.gone == 0 {
            self.live
        } else {
            census.alive.min(self.live)
        };
        let limit = own.limit.load(Ordering::Relaxed);
        if peak <= limit {
            return;
        }
        if self.reached(peak) {
            let counted = if census.gone == 0 { peak } else { 0 };
            own.counted.store(counted, Ordering::Relaxed);
            peaks::publish(self.scope, self.limited, &census);
        }
    }

    /// So many were alive; whether that is the most so far.
    fn reached(&self, peak: usize) -> bool {
        let own = &self.budget.kinds[self.limited as usize];
        let began = self.budget.began.load(Ordering::Relaxed);
        let after_ms = clock::now_ms().saturating_sub(began);
        let higher = |seen: u64| (peak > parts(seen).0).then(|| word(peak, after_ms));
        own.highest
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, higher)
            .is_ok()
    }
}

// The first peak makes a table that takes an interpreter minutes; what tables do is tried in `table`.
#[cfg(all(test, not(leakcheck_loom), not(miri)))]
mod tests;
