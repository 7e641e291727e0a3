//! How many tasks, threads and other things of each scope are alive: what a clean check looks at, and what a wait waits on.
//!
//! A scope has a number that no other ever has, and a place for its counts, which a later one gets once nobody holds the scope
//! and nothing of it is alive. What is left of a scope whose place was given away is in nobody's count.

use std::{
    cell::Cell,
    sync::atomic::{AtomicU32 as Global, AtomicU64 as Serial},
    time::Duration,
};

use super::{
    StaticTable, context::Context, free::Free, imp::event, record::Ended, slot_ranges::SlotRanges,
};
use crate::base::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering, total_order};

/// Counters of tasks per scope; threads take turns, so that the workers of one runtime seldom share one.
const SHARDS: usize = 4;

/// The counts of one scope.
#[derive(Debug, Default)]
pub(crate) struct ScopeCounters {
    tasks: [Shard; SHARDS],
    threads: AtomicUsize,
    others: AtomicUsize,
    /// Temporary files and folders that it has made: nobody tells when they end.
    temp_files: AtomicUsize,
    /// Those of them that could not be recorded.
    temp_files_missed: AtomicUsize,
    /// Processes that it has started, be they still there or not.
    children: AtomicUsize,
    /// Number of waiting checks; endings wake them only where there is one.
    waiting: AtomicU32,
    /// Changes with every ending while somebody waits.
    endings: AtomicU32,
    /// Where the memory of its tasks is noted.
    slot_ranges: SlotRanges,
    /// The scope that counts here.
    scope: AtomicU64,
    /// How many hold it.
    holders: AtomicU32,
    /// 1 where nobody holds it any more, until the place is given away.
    closed: AtomicU32,
    /// Links places that are free.
    next: AtomicU32,
    /// What is asked for besides: [`BY_KIND`], [`TIMES`], [`RATES`].
    wanted: AtomicU32,
}

/// What is alive is to be counted by kind as well.
const BY_KIND: u32 = 1;
/// It is to be noted when what is made begins and ends.
const TIMES: u32 = 2;
/// What begins in some rounds is to be counted.
const RATES: u32 = 4;

/// Both only grow, on a cache line of their own.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Shard {
    started: AtomicUsize,
    ended: AtomicUsize,
    #[cfg(feature = "heap")]
    allocated: AtomicUsize,
    #[cfg(feature = "heap")]
    freed: AtomicUsize,
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

/// Low bits of a scope, which say where it counts.
const PLACE_BITS: u32 = 18;
/// As many scopes as may have something alive at one time.
const PLACES: usize = StaticTable::<ScopeCounters, 1024>::LEN;
const _: () = assert!(PLACES == 1 << PLACE_BITS, "a scope says where it counts");

static ALL: StaticTable<ScopeCounters, 1024> = StaticTable::new();
/// Places that were never used begin here.
static UNUSED: Global = Global::new(1);
static OPENED: Serial = Serial::new(0);
#[cfg(not(leakcheck_loom))]
static NOBODY: ScopeCounters = ScopeCounters {
    tasks: [const {
        Shard {
            started: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            #[cfg(feature = "heap")]
            allocated: AtomicUsize::new(0),
            #[cfg(feature = "heap")]
            freed: AtomicUsize::new(0),
        }
    }; SHARDS],
    threads: AtomicUsize::new(0),
    others: AtomicUsize::new(0),
    temp_files: AtomicUsize::new(0),
    temp_files_missed: AtomicUsize::new(0),
    children: AtomicUsize::new(0),
    waiting: AtomicU32::new(0),
    endings: AtomicU32::new(0),
    slot_ranges: SlotRanges::new(),
    scope: AtomicU64::new(Context::NOBODY.scope),
    holders: AtomicU32::new(0),
    closed: AtomicU32::new(0),
    next: AtomicU32::new(0),
    wanted: AtomicU32::new(0),
};
#[cfg(leakcheck_loom)]
loom::lazy_static! {
    static ref NOBODY: ScopeCounters = ScopeCounters::default();
    static ref FREE: Free = Free::new();
}
#[cfg(not(leakcheck_loom))]
static FREE: Free = Free::new();

/// Makes a scope that nobody had before, held once. `None` where 262,143 others have something alive, or out of memory.
pub(crate) fn open() -> Option<u64> {
    let place = FREE
        .pop(|place| Some(&at(place)?.next))
        .or_else(|| sweep(2))
        .or_else(unused)
        .or_else(|| sweep(UNUSED.load(Ordering::Relaxed)))?;
    let counters = at(place)?;
    let scope = (OPENED.fetch_add(1, Ordering::Relaxed) + 1) << PLACE_BITS | u64::from(place);
    counters.slot_ranges.forget();
    counters.want_nothing();
    counters.forget_temp_files();
    counters.forget_children();
    #[cfg(feature = "heap")]
    counters.forget_allocations();
    counters.holders.store(1, Ordering::Relaxed);
    counters.scope.store(scope, Ordering::Release);
    Some(scope)
}

/// A place that nobody had so far.
fn unused() -> Option<u32> {
    let more = |next| ((next as usize) < PLACES).then_some(next + 1);
    let place = UNUSED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    let place = place.ok()?;
    ALL.get(place as usize)?;
    Some(place)
}

/// A place of a scope that is over and of which nothing is alive any more, among the next few. What outlives its test for good
/// keeps its place.
fn sweep(few: u32) -> Option<u32> {
    static SWEPT: Global = Global::new(0);
    let used = UNUSED.load(Ordering::Relaxed);
    (0..few.min(used))
        .map(|_| SWEPT.fetch_add(1, Ordering::Relaxed) % used)
        .find(|place| at(*place).is_some_and(ScopeCounters::take_place))
}

fn at(place: u32) -> Option<&'static ScopeCounters> {
    ALL.peek(place as usize)
}

/// The counts of `scope`.
#[inline]
pub(crate) fn of(scope: u64) -> &'static ScopeCounters {
    if scope == Context::UNCHECKED.scope {
        return ALL.get(0).unwrap_or(&NOBODY);
    }
    place_of(scope).map_or(&NOBODY, |(_, counters)| counters)
}

/// The place where a check's scope counts, as long as it is not over.
#[inline]
pub(crate) fn place(scope: u64) -> usize {
    usize::try_from(scope & ((1 << PLACE_BITS) - 1)).unwrap_or(0)
}

/// Where a check's scope counts; `None` where it is over and its place was given away.
#[inline]
fn place_of(scope: u64) -> Option<(u32, &'static ScopeCounters)> {
    let place = u32::try_from(place(scope)).unwrap_or(0);
    let counters = at(place).filter(|_| place != 0)?;
    (counters.scope.load(Ordering::Relaxed) == scope).then_some((place, counters))
}

/// Whether somebody holds it, or something of it is alive.
#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
pub(crate) fn is_open(scope: u64) -> bool {
    place_of(scope).is_some_and(|(_, counters)| counters.closed.load(Ordering::Acquire) == 0)
}

/// What is over was neither a task nor a thread.
#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
pub(crate) fn end_other(ended: Ended) {
    of(ended.scope).other_ended();
}

/// Nothing that is counted is alive: this is a child of the process in which it was.
pub(crate) fn forget_all() {
    for counters in (0..UNUSED.load(Ordering::Relaxed)).filter_map(at) {
        counters.threads.store(0, Ordering::Relaxed);
        counters.others.store(0, Ordering::Relaxed);
        counters.want_nothing();
        counters.forget_temp_files();
        counters.forget_children();
        for shard in &counters.tasks {
            let started = shard.started.load(Ordering::Relaxed);
            shard.ended.store(started, Ordering::Relaxed);
        }
    }
}

/// One more holds the scope, which is held, or of which something is alive.
pub(crate) fn hold(scope: u64) {
    if let Some((_, counters)) = place_of(scope) {
        counters.holders.fetch_add(1, Ordering::Relaxed);
    }
}

/// One less does.
pub(crate) fn release(scope: u64) {
    if let Some((place, counters)) = place_of(scope)
        && counters.holders.fetch_sub(1, Ordering::AcqRel) == 1
    {
        counters.closed.store(1, Ordering::Release);
        if counters.take_place() {
            FREE.push(place, &counters.next);
        }
    }
}

impl ScopeCounters {
    /// Takes the place for another scope, if nothing is alive of one that is over. Nothing of it can begin any more then: that
    /// would take a thread or a task of the scope, or who holds it.
    fn take_place(&self) -> bool {
        self.closed.load(Ordering::Acquire) == 1
            && self.holders.load(Ordering::Relaxed) == 0
            && self.tasks() == 0
            && self.threads() == 0
            && self.others() == 0
            && self
                .closed
                .compare_exchange(1, 0, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
    }

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

    /// From now on, what begins and ends is to be counted by kind as well.
    pub(crate) fn count_by_kind(&self) {
        self.wanted.fetch_or(BY_KIND, Ordering::Relaxed);
    }

    /// From now on, what begins in some rounds is to be counted.
    pub(crate) fn count_rates(&self) {
        self.wanted.fetch_or(RATES, Ordering::Relaxed);
    }

    /// All that is over.
    pub(crate) fn count_nothing(&self) {
        self.wanted.fetch_and(!(BY_KIND | RATES), Ordering::Relaxed);
    }

    /// Whether beginnings are to be counted, for whatever.
    #[inline]
    pub(crate) fn counts(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) & (BY_KIND | RATES) != 0
    }

    /// Whether what begins in some rounds is to be counted.
    #[inline]
    pub(crate) fn counts_rates(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) & RATES != 0
    }

    /// Whether what begins and ends is to be counted by kind as well.
    #[inline]
    pub(crate) fn counts_by_kind(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) & BY_KIND != 0
    }

    /// From now on it is to be noted when what is made begins and ends.
    pub(crate) fn keep_times(&self) {
        self.wanted.fetch_or(TIMES, Ordering::Relaxed);
    }

    /// That is over.
    pub(crate) fn keep_no_times(&self) {
        self.wanted.fetch_and(!TIMES, Ordering::Relaxed);
    }

    /// Whether it is to be noted when what is made begins and ends.
    #[inline]
    pub(crate) fn keeps_times(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) & TIMES != 0
    }

    fn want_nothing(&self) {
        self.wanted.store(0, Ordering::Relaxed);
    }

    /// How many temporary files and folders it has made, be they still there or not.
    #[inline]
    pub(crate) fn temp_files(&self) -> usize {
        self.temp_files.load(Ordering::SeqCst)
    }

    /// How many of them could not be recorded.
    pub(crate) fn temp_files_missed(&self) -> usize {
        self.temp_files_missed.load(Ordering::SeqCst)
    }

    #[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
    pub(crate) fn temp_file_made(&self) {
        self.temp_files.fetch_add(1, Ordering::SeqCst);
    }

    #[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
    pub(crate) fn temp_file_missed(&self) {
        self.temp_files_missed.fetch_add(1, Ordering::SeqCst);
        self.temp_file_made();
    }

    /// How many processes it has started, be they still there or not.
    #[inline]
    pub(crate) fn children(&self) -> usize {
        self.children.load(Ordering::SeqCst)
    }

    #[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
    pub(crate) fn child_started(&self) {
        self.children.fetch_add(1, Ordering::SeqCst);
    }

    fn forget_children(&self) {
        self.children.store(0, Ordering::Relaxed);
    }

    fn forget_temp_files(&self) {
        self.temp_files.store(0, Ordering::Relaxed);
        self.temp_files_missed.store(0, Ordering::Relaxed);
    }

    /// A block of memory was allocated.
    #[cfg(feature = "heap")]
    #[inline]
    pub(crate) fn allocated(&self) {
        self.tasks[shard()]
            .allocated
            .fetch_add(1, Ordering::Relaxed);
    }

    /// One was given back.
    #[cfg(feature = "heap")]
    #[inline]
    pub(crate) fn freed(&self) {
        self.tasks[shard()].freed.fetch_add(1, Ordering::Relaxed);
    }

    /// Blocks of memory that are alive, as far as threads that have ended or were waited for have had them.
    #[cfg(feature = "heap")]
    pub(crate) fn allocations(&self) -> usize {
        total_order();
        let sum = |count: fn(&Shard) -> &AtomicUsize| -> usize {
            let counts = self.tasks.iter();
            counts
                .map(|shard| count(shard).load(Ordering::SeqCst))
                .sum()
        };
        let freed = sum(|shard| &shard.freed);
        sum(|shard| &shard.allocated).saturating_sub(freed)
    }

    #[cfg(feature = "heap")]
    fn forget_allocations(&self) {
        for shard in &self.tasks {
            shard.allocated.store(0, Ordering::Relaxed);
            shard.freed.store(0, Ordering::Relaxed);
        }
    }

    /// Where the memory of its tasks is noted.
    #[inline]
    pub(crate) fn slot_ranges(&self) -> &SlotRanges {
        &self.slot_ranges
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
        Expecting { counters: self }
    }
}

/// Somebody waits for endings while this lives.
#[derive(Debug)]
pub(crate) struct Expecting {
    counters: &'static ScopeCounters,
}

impl Expecting {
    /// What [`wait`](Self::wait) compares with; take it before looking at the counts.
    pub(crate) fn seen(&self) -> u32 {
        self.counters.endings.load(Ordering::Acquire)
    }

    /// Returns at the next ending after `seen`, or after `limit`.
    pub(crate) fn wait(&self, seen: u32, limit: Duration) {
        event::wait(&self.counters.endings, seen, limit);
    }
}

impl Drop for Expecting {
    fn drop(&mut self) {
        self.counters.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
