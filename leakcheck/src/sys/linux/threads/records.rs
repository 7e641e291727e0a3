//! The threads that are recorded, and which of them the calling one is.

use std::{
    cell::Cell,
    collections::HashMap,
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
};

use super::{
    name::{self, Name},
    stack::{self, Stack},
};
use crate::{
    base::model::Limited,
    sys::{
        StaticTable,
        budget::{self, Census},
        imp::errno,
        scope_counters,
        table::Records,
        thread::Thread,
        timeline::{self, Thing},
    },
};

/// What is known of a thread. What can change changes on the thread itself.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) origin: AtomicU32,
    /// The nearest ancestor that the main thread started, this thread included.
    pub(super) root: AtomicU64,
    pub(super) tid: AtomicU32,
    pub(super) runtime: AtomicU32,
    pub(super) creator: AtomicU32,
    pub(super) born: AtomicU64,
    pub(super) start: AtomicUsize,
    pub(super) argument: AtomicUsize,
    /// Bytes of stack that were asked for, with memory below that nothing may touch; 0 for any other stack.
    pub(super) asked_for: AtomicUsize,
    /// An address above all that the thread has on such a stack, and below its end.
    pub(super) stack: AtomicUsize,
    pub(super) name: Name,
    pub(super) rounds: AtomicU32,
    pub(super) has_room: AtomicBool,
}

pub(super) static RECORDS: Records<Facts> = Records::new(StaticTable::new());

thread_local! {
    /// This thread's number while it is recorded.
    pub(super) static OWN: Cell<u64> = const { Cell::new(0) };
    /// This thread's number and root; 0 for the main thread.
    pub(super) static SELF: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// The live threads of `scope`, or of every scope. One that has ended past the C library is not, which frees its record.
pub(crate) fn live(scope: Option<u64>) -> Vec<Thread> {
    let mut threads: Vec<Thread> = RECORDS
        .live(scope, Facts::read)
        .map(|seen| Thread {
            number: seen.number,
            ..seen.facts
        })
        .collect();
    if !threads.is_empty() {
        let newest = newest();
        threads.retain(|thread| {
            let is_there = is_there(thread.tid)
                && newest
                    .get(&thread.tid)
                    .is_none_or(|newest| *newest <= thread.number);
            if !is_there {
                over(thread.number);
            }
            is_there
        });
    }
    threads
}

/// Whether std has started every thread that is alive. Another library's may call back by a pointer that nothing counts.
pub(crate) fn are_all_of_std() -> bool {
    let start = |facts: &Facts| facts.start.load(Ordering::Relaxed);
    let mut all = RECORDS.live(None, start);
    all.all(|seen| name::is_of_std(seen.facts))
}

/// Tells of each thread of the scope.
pub(super) fn look_at_all(scope: u64, census: &mut Census) {
    let words = |facts: &Facts| {
        let tid = facts.tid.load(Ordering::Acquire).cast_signed();
        (tid, facts.origin.load(Ordering::Relaxed))
    };
    for seen in RECORDS.live(Some(scope), words) {
        let (tid, origin) = seen.facts;
        if is_there(tid) {
            census.add(seen.number, origin);
        } else if over(seen.number) {
            census.miss();
        }
    }
}

/// A thread that is started from now on has this number or a higher one.
pub(crate) fn next() -> u64 {
    RECORDS.next()
}

/// The newest thread with each of the kernel's numbers: what had one before is gone.
fn newest() -> HashMap<i32, u64> {
    let mut newest = HashMap::new();
    for seen in RECORDS.live(None, |facts| {
        facts.tid.load(Ordering::Acquire).cast_signed()
    }) {
        if seen.facts > 0 {
            let number = newest.entry(seen.facts).or_insert(seen.number);
            *number = seen.number.max(*number);
        }
    }
    newest
}

/// Whether the kernel has a thread of this process with this number; one without a number has not begun, or was not told.
fn is_there(tid: i32) -> bool {
    let no_signal = 0;
    let error = errno::keeping(|| {
        // SAFETY: numbers are passed, and no signal is sent.
        match unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), tid, no_signal) } {
            0 => 0,
            _ => errno::get(),
        }
    });
    tid <= 0 || error != libc::ESRCH
}

/// Number and root of the calling thread; 0 for the main thread and for unrecorded ones.
pub(crate) fn own_numbers() -> (u64, u64) {
    SELF.get()
}

/// The stack of a thread that is alive; `None` where the C library did not make it, or not as it makes most.
pub(in super::super) fn stack_of(tid: i32) -> Option<Stack> {
    let words = |facts: &Facts| {
        let tid = facts.tid.load(Ordering::Acquire).cast_signed();
        let words = [&facts.asked_for, &facts.stack].map(|word| word.load(Ordering::Relaxed));
        (tid, words)
    };
    // What had the number before is gone.
    let newest = RECORDS
        .live(None, words)
        .filter(|seen| seen.facts.0 == tid)
        .max_by_key(|seen| seen.number)?;
    let (_, [asked_for, high]) = newest.facts;
    (asked_for != 0 && high != 0).then(|| stack::made(high, asked_for))
}

/// Marks the calling thread as one of the runtime with this token.
pub(crate) fn mark_runtime(token: u32) {
    if let Some(record) = own() {
        record.runtime.store(token, Ordering::Release);
    }
}

/// Token of the runtime that the calling thread works for, or 0.
pub(in super::super) fn own_runtime() -> u32 {
    own().map_or(0, |own| own.runtime.load(Ordering::Relaxed))
}

/// What is known of the calling thread, and changes on it alone.
pub(super) fn own() -> Option<&'static Facts> {
    match OWN.get() {
        0 => None,
        number => RECORDS.own(number),
    }
}

/// The thread with this number has ended; false where that was known.
pub(super) fn over(number: u64) -> bool {
    let ended = RECORDS.end(number);
    if let Some(ended) = &ended {
        let counters = scope_counters::of(ended.scope);
        budget::ended(counters, ended.scope, Limited::Thread);
        timeline::ends(counters, ended.scope, Thing::Thread, number);
        counters.thread_ended();
    }
    ended.is_some()
}

impl Facts {
    /// The thread, but for its number.
    fn read(&self) -> Thread {
        Thread {
            number: 0,
            root: self.root.load(Ordering::Relaxed),
            origin: self.origin.load(Ordering::Relaxed),
            tid: self.tid.load(Ordering::Acquire).cast_signed(),
            runtime: self.runtime.load(Ordering::Acquire),
            creator: self.creator.load(Ordering::Relaxed),
            born_ms: self.born.load(Ordering::Relaxed),
            name: self.name.get(),
        }
    }
}
