//! Live tasks by id: a lock-free table that the task hooks write and a check reads.
//!
//! Ids of tokio tasks are unique for the life of the process and count upwards, so `id % size` finds a slot that is
//! nearly always free. Hooks of one task come in every order: an end may be told before the start, or without one.
//! An end that finds no start leaves a tombstone in the slot, which cancels the late start and is overwritten by the
//! next task that maps there, so tombstones take no memory of their own.

use std::collections::{HashMap, VecDeque};

use crate::base::sync::{AtomicU32, AtomicU64, AtomicUsize, Mutex, Ordering, fence, lock};

/// This id ended before its start was told.
const ENDED: u64 = 1 << 63;
/// This id's facts are being written.
const STARTING: u64 = 1 << 62;
/// Ends remembered for ids whose slot is taken by another live task.
const REMEMBERED: usize = 64;

/// What the hooks know of one task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) id: u64,
    pub(crate) scope: u64,
    pub(crate) origin: u32,
    pub(crate) runtime: u32,
    pub(crate) polls: u32,
    pub(crate) born_ms: u64,
}

/// What became of a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Recorded,
    /// The task had ended already.
    Cancelled,
}

/// One place of the table.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    id: AtomicU64,
    scope: AtomicU64,
    origin: AtomicU32,
    runtime: AtomicU32,
    polls: AtomicU32,
    born: AtomicU64,
}

/// Where slots are kept: in the process-wide chunked table, or in a small vector under a model checker.
pub(crate) trait Slots {
    fn len(&self) -> usize;
    /// The slot, made if need be; `None` out of memory.
    fn get(&self, index: usize) -> Option<&Slot>;
    /// The slot, if it was made.
    fn peek(&self, index: usize) -> Option<&Slot>;
}

/// Live tasks by id.
pub(crate) struct Registry<S> {
    slots: S,
    /// Slots beyond this index were never used.
    high: AtomicUsize,
    /// Length of `overflow.tasks`, to leave the lock alone while it is empty.
    overflowed: AtomicUsize,
    /// Length of `overflow.ended`, likewise.
    remembered: AtomicUsize,
    overflow: Mutex<Option<Overflow>>,
}

#[derive(Debug, Default)]
struct Overflow {
    tasks: HashMap<u64, Task>,
    ended: VecDeque<u64>,
}

impl<S: Slots> Registry<S> {
    #[cfg(not(leakcheck_loom))]
    pub(crate) const fn new(slots: S) -> Self {
        Self {
            slots,
            high: AtomicUsize::new(0),
            overflowed: AtomicUsize::new(0),
            remembered: AtomicUsize::new(0),
            overflow: Mutex::new(None),
        }
    }

    #[cfg(leakcheck_loom)]
    pub(crate) fn new(slots: S) -> Self {
        Self {
            slots,
            high: AtomicUsize::new(0),
            overflowed: AtomicUsize::new(0),
            remembered: AtomicUsize::new(0),
            overflow: Mutex::new(None),
        }
    }

    fn index(&self, id: u64) -> usize {
        usize::try_from(id % self.slots.len() as u64).unwrap_or(0)
    }

    /// A task was spawned.
    pub(crate) fn start(&self, task: Task) -> Start {
        if self.remembered.load(Ordering::Acquire) != 0 && self.forget_end(task.id) {
            return Start::Cancelled;
        }
        let index = self.index(task.id);
        let Some(slot) = self.slots.get(index) else {
            return self.start_in_overflow(task);
        };
        if index >= self.high.load(Ordering::Relaxed) {
            self.high.fetch_max(index + 1, Ordering::AcqRel);
        }
        let mut seen = slot.id.load(Ordering::Acquire);
        loop {
            if seen == task.id | ENDED {
                slot.id.store(0, Ordering::Release);
                return Start::Cancelled;
            }
            if seen != 0 && seen & ENDED == 0 {
                return self.start_in_overflow(task);
            }
            match slot.id.compare_exchange(
                seen,
                task.id | STARTING,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => break,
                Err(newer) => seen = newer,
            }
        }
        // A reader that sees one of the new words sees that the id has changed.
        fence(Ordering::Release);
        slot.scope.store(task.scope, Ordering::Relaxed);
        slot.origin.store(task.origin, Ordering::Relaxed);
        slot.runtime.store(task.runtime, Ordering::Relaxed);
        slot.polls.store(task.polls, Ordering::Relaxed);
        slot.born.store(task.born_ms, Ordering::Relaxed);
        let published = slot.id.compare_exchange(
            task.id | STARTING,
            task.id,
            Ordering::AcqRel,
            Ordering::Acquire,
        );
        if published.is_err() {
            // Another thread told the end in the meantime.
            slot.id.store(0, Ordering::Release);
            return Start::Cancelled;
        }
        Start::Recorded
    }

    /// A task is about to be polled: counts the poll and returns its facts.
    #[inline]
    pub(crate) fn poll(&self, id: u64) -> Option<Task> {
        let slot = self.slots.peek(self.index(id))?;
        if slot.id.load(Ordering::Acquire) == id {
            let mut task = slot.read(id);
            // One thread at a time polls a task, so a plain store loses no count.
            task.polls = task.polls.saturating_add(1);
            slot.polls.store(task.polls, Ordering::Relaxed);
            return Some(task);
        }
        if self.overflowed.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut overflow = lock(&self.overflow);
        let task = overflow.as_mut()?.tasks.get_mut(&id)?;
        task.polls = task.polls.saturating_add(1);
        Some(*task)
    }

    /// A task ended. Returns its facts where its start had been told.
    #[inline]
    pub(crate) fn end(&self, id: u64) -> Option<Task> {
        if self.overflowed.load(Ordering::Acquire) != 0
            && let Some(task) = self.end_in_overflow(id)
        {
            return Some(task);
        }
        // Made if need be: the early end of the first task of a chunk needs a place too.
        let Some(slot) = self.slots.get(self.index(id)) else {
            return self.end_too_early(id);
        };
        let mut seen = slot.id.load(Ordering::Acquire);
        loop {
            if seen == id {
                let task = slot.read(id);
                slot.id.store(0, Ordering::Release);
                return Some(task);
            }
            if seen != 0 && seen & ENDED == 0 && seen != id | STARTING {
                return self.end_too_early(id);
            }
            match slot
                .id
                .compare_exchange(seen, id | ENDED, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) => return None,
                Err(newer) => seen = newer,
            }
        }
    }

    #[cold]
    fn start_in_overflow(&self, task: Task) -> Start {
        let mut overflow = lock(&self.overflow);
        let overflow = overflow.get_or_insert_default();
        if self.take_end(overflow, task.id) {
            return Start::Cancelled;
        }
        overflow.tasks.insert(task.id, task);
        self.overflowed
            .store(overflow.tasks.len(), Ordering::Release);
        Start::Recorded
    }

    #[cold]
    fn end_in_overflow(&self, id: u64) -> Option<Task> {
        let mut overflow = lock(&self.overflow);
        let overflow = overflow.as_mut()?;
        let task = overflow.tasks.remove(&id)?;
        self.overflowed
            .store(overflow.tasks.len(), Ordering::Release);
        Some(task)
    }

    /// An end without a start whose slot belongs to another task. The start may have gone to the overflow meanwhile.
    #[cold]
    fn end_too_early(&self, id: u64) -> Option<Task> {
        let mut overflow = lock(&self.overflow);
        let overflow = overflow.get_or_insert_default();
        if let Some(task) = overflow.tasks.remove(&id) {
            self.overflowed
                .store(overflow.tasks.len(), Ordering::Release);
            return Some(task);
        }
        if overflow.ended.len() == REMEMBERED {
            overflow.ended.pop_front();
        }
        overflow.ended.push_back(id);
        self.remembered
            .store(overflow.ended.len(), Ordering::Release);
        None
    }

    /// Whether this start was cancelled by an end; also forgets ends whose start will not come any more.
    #[cold]
    fn forget_end(&self, id: u64) -> bool {
        /// An end overtakes its start by microseconds; by then few ids have been given out.
        const PASSED: u64 = 4096;
        let mut overflow = lock(&self.overflow);
        let Some(overflow) = overflow.as_mut() else {
            return false;
        };
        let cancelled = self.take_end(overflow, id);
        overflow
            .ended
            .retain(|ended| id.saturating_sub(*ended) < PASSED);
        self.remembered
            .store(overflow.ended.len(), Ordering::Release);
        cancelled
    }

    fn take_end(&self, overflow: &mut Overflow, id: u64) -> bool {
        let Some(place) = overflow.ended.iter().position(|ended| *ended == id) else {
            return false;
        };
        overflow.ended.remove(place);
        self.remembered
            .store(overflow.ended.len(), Ordering::Release);
        true
    }

    /// The live tasks that `wanted` selects, by id.
    pub(crate) fn live(&self, wanted: impl Fn(&Task) -> bool) -> Vec<Task> {
        let mut tasks: Vec<Task> = (0..self.high.load(Ordering::Acquire))
            .filter_map(|index| self.slots.peek(index)?.snapshot())
            .filter(|task| wanted(task))
            .collect();
        if self.overflowed.load(Ordering::Acquire) != 0 {
            let overflow = lock(&self.overflow);
            let tasks_there = overflow.iter().flat_map(|overflow| overflow.tasks.values());
            tasks.extend(tasks_there.filter(|task| wanted(task)));
        }
        tasks.sort_unstable_by_key(|task| task.id);
        tasks
    }
}

impl Slot {
    fn read(&self, id: u64) -> Task {
        Task {
            id,
            scope: self.scope.load(Ordering::Relaxed),
            origin: self.origin.load(Ordering::Relaxed),
            runtime: self.runtime.load(Ordering::Relaxed),
            polls: self.polls.load(Ordering::Relaxed),
            born_ms: self.born.load(Ordering::Relaxed),
        }
    }

    /// The task that lives here, unless it changes meanwhile.
    fn snapshot(&self) -> Option<Task> {
        let id = self.id.load(Ordering::Acquire);
        if id == 0 || id & (ENDED | STARTING) != 0 {
            return None;
        }
        let task = self.read(id);
        fence(Ordering::Acquire);
        (self.id.load(Ordering::Relaxed) == id).then_some(task)
    }
}

#[cfg(test)]
#[path = "registry/tests.rs"]
mod tests;
