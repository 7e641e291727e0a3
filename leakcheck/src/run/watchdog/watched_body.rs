//! A body that is watched: what its own thread tells of it, and what the watchdog decides.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU64, Ordering},
    },
    task::Waker,
    time::{Duration, Instant},
};

use leakcheck_introspect::{Error, FutureAddress, TaskList, barrier};

use crate::{
    base::sync::lock_std as lock,
    check::{Check, Hung},
    sys::{fork, proc_threads},
};

/// A body under way.
#[derive(Debug)]
pub(super) struct WatchedBody {
    /// Of the body's thread, once the watchdog knows of it.
    tid: AtomicI32,
    was_told: AtomicBool,
    pub(super) start: Instant,
    pub(super) limit: Option<Duration>,
    /// Whether everything that may wake it is known.
    pub(super) is_own: bool,
    /// Emptied at the end: it keeps the runtime, and the runtime's thread may keep this.
    pub(super) check: Mutex<Option<Check>>,
    pub(super) hung: Mutex<Option<Hung>>,
    /// Where an async body is, once it was suspended.
    future: Mutex<Option<(FutureAddress, Waker)>>,
    /// How often it was polled, times two; odd while it is.
    polls: AtomicU64,
    stage: AtomicU8,
    /// The process that it runs in.
    generation: u32,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Stage {
    /// It runs, for all that is known.
    Runs,
    /// It is to be dropped by its own thread.
    GivenUp,
    /// It is being dropped.
    Drops,
    /// The process ends with it.
    ReturnKind,
    /// It has ended.
    Over,
}

impl WatchedBody {
    pub(super) fn new(check: Check, start: Instant, is_own: bool) -> Self {
        Self {
            tid: AtomicI32::new(0),
            was_told: AtomicBool::new(false),
            start,
            limit: check.time_limit(),
            is_own,
            check: Mutex::new(Some(check)),
            hung: Mutex::new(None),
            future: Mutex::new(None),
            polls: AtomicU64::new(1),
            stage: AtomicU8::new(Stage::Runs as u8),
            generation: fork::generation(),
        }
    }

    /// Whether it is a copy of one in the process that this is a forked child of: nothing here is to be told of it.
    pub(super) fn is_of_parent(&self) -> bool {
        self.generation != fork::generation()
    }

    /// The watchdog is told of it, by its own thread.
    pub(super) fn is_told(&self) {
        self.is_here();
        self.was_told.store(true, Ordering::SeqCst);
    }

    /// It is on this thread.
    pub(super) fn is_here(&self) {
        self.tid.store(proc_threads::tid(), Ordering::SeqCst);
    }

    /// Whether it was.
    pub(super) fn was_told(&self) -> bool {
        self.was_told.load(Ordering::SeqCst)
    }

    /// The kernel's number of its thread.
    pub(super) fn tid(&self) -> i32 {
        self.tid.load(Ordering::SeqCst)
    }

    /// The body's thread is about to poll it.
    pub(super) fn begins_poll(&self) {
        self.polls.fetch_or(1, Ordering::SeqCst);
    }

    /// It was polled and waits.
    pub(super) fn is_suspended(&self, waker: &Waker, address: Option<FutureAddress>) {
        let mut future = lock(&self.future);
        match (&mut *future, address) {
            (Some((_, known)), _) => known.clone_from(waker),
            (none, Some(address)) => *none = Some((address, waker.clone())),
            (None, None) => {}
        }
        drop(future);
        self.polls.fetch_add(1, Ordering::SeqCst);
    }

    /// A number that stands for one time of being suspended; `None` while it is polled, and before.
    pub(super) fn rest(&self) -> Option<u64> {
        let polls = self.polls.load(Ordering::SeqCst);
        polls.is_multiple_of(2).then_some(polls)
    }

    /// Has its thread poll it, if it is async and was suspended.
    pub(super) fn wake(&self) {
        let waker = lock(&self.future).as_ref().map(|(_, waker)| waker.clone());
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Its future, or why that cannot be read; nothing if it was not suspended all the time.
    pub(super) fn read(&self) -> Option<Result<TaskList, Error>> {
        let rest = self.rest()?;
        let (address, _) = lock(&self.future).clone()?;
        // What is read lies between the two.
        let is_behind = barrier();
        let list = TaskList::of_future(address);
        (is_behind && barrier() && self.rest() == Some(rest)).then_some(list)
    }

    /// Has its own thread read it, which is about to drop it, where it was polled each time that somebody else did: one that wakes at
    /// short intervals.
    pub(super) fn read_at_last(&self) {
        let mut hung = lock(&self.hung);
        let unread = hung.as_mut().filter(|hung| hung.snapshot.lacks_body());
        let future = lock(&self.future).clone();
        if let (Some(hung), Some((address, _)), Some(check)) = (unread, future, self.check()) {
            check.read_body(&mut hung.snapshot, TaskList::of_future(address));
            hung.snapshot.doubt();
        }
    }

    pub(super) fn check(&self) -> Option<Check> {
        lock(&self.check).clone()
    }

    pub(super) fn stage(&self) -> Stage {
        let stages = [
            Stage::Runs,
            Stage::GivenUp,
            Stage::Drops,
            Stage::ReturnKind,
            Stage::Over,
        ];
        stages[usize::from(self.stage.load(Ordering::SeqCst))]
    }

    /// Goes on to the next stage, if it is at this one.
    pub(super) fn advance(&self, from: Stage, to: Stage) -> bool {
        let (from, to) = (from as u8, to as u8);
        self.stage
            .compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }

    /// The body has ended, and what is left of the watch.
    pub(super) fn end(&self) {
        let last = loop {
            let stage = self.stage();
            if stage == Stage::ReturnKind || self.advance(stage, Stage::Over) {
                break stage;
            }
        };
        if last == Stage::ReturnKind {
            // Whatever it came to is too late: the report is being written, and the process ends.
            loop {
                std::thread::park();
            }
        }
        *lock(&self.check) = None;
        *lock(&self.future) = None;
    }
}
