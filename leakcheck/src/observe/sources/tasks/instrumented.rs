//! Runtimes that somebody else built and had instrumented.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use leakcheck_introspect::{Error, TaskList};
use tokio::runtime::{Builder, Handle};

use super::{
    pruned_list::PrunedList,
    token::{Token, adopt_threads},
};
use crate::base::sync::lock_std as lock;
#[cfg(not(tokio_unstable))]
use crate::observe::sources::threads;

/// Those that are known. A handle keeps the settings of its runtime and the descriptors that it waited with.
static KNOWN: Mutex<PrunedList<Handle>> = Mutex::new(PrunedList::new());
/// Those that are built perhaps, and not known yet.
static AWAITED: AtomicUsize = AtomicUsize::new(0);

/// A runtime becomes known when one of its threads starts or goes to sleep: a builder tells of no handle.
pub(super) fn await_runtime(builder: &mut Builder, token: Token) {
    let ended = lock(&KNOWN).take_ended(is_of_no_use);
    // Outside of the lock: it closes their descriptors.
    drop(ended);
    let seen = Arc::new(AtomicUsize::new(0));
    let make_known = move || {
        if seen.load(Ordering::Relaxed) == 0
            && let Ok(handle) = Handle::try_current()
            && seen.fetch_add(1, Ordering::Relaxed) == 0
        {
            lock(&KNOWN).push(handle);
            let less = |awaited: usize| awaited.checked_sub(1);
            // It may have been given up.
            let _ = AWAITED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
    };
    AWAITED.fetch_add(1, Ordering::Relaxed);
    adopt_threads(builder, token, make_known.clone());
    builder.on_thread_park(make_known);
}

/// Whether nothing will ever be found there.
fn is_of_no_use(runtime: &Handle) -> bool {
    leakcheck_introspect::available().is_err()
        || TaskList::outline_of_runtime(runtime).is_ok_and(|list| list.is_over())
}

/// Whether any of them has tasks, once those are known that are just being built.
#[cfg(not(tokio_unstable))]
pub(super) fn have_tasks() -> bool {
    if AWAITED.load(Ordering::Relaxed) > 0 {
        wait_until_known();
    }
    let known = lock(&KNOWN);
    known
        .iter()
        .any(|runtime| runtime.metrics().num_alive_tasks() > 0)
}

/// The threads of a new runtime take a moment to start, and longer where there is no processor for them. One that was never
/// built, or never runs anything, is waited for once.
#[cfg(not(tokio_unstable))]
#[cold]
fn wait_until_known() {
    const PATIENCE: std::time::Duration = std::time::Duration::from_millis(100);
    const OVERLOAD: std::time::Duration = std::time::Duration::from_secs(10);
    let start = std::time::Instant::now();
    while AWAITED.load(Ordering::Relaxed) > 0 {
        let waited = start.elapsed();
        if waited > OVERLOAD || waited > PATIENCE && !threads::are_beginning() {
            AWAITED.store(0, Ordering::Relaxed);
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// The lists of those that have tasks and can be read, of one moment as far as they say so.
pub(super) fn lists(read: fn(&Handle) -> Result<TaskList, Error>) -> Vec<TaskList> {
    let known: Vec<Handle> = lock(&KNOWN).iter().cloned().collect();
    let mut read: Vec<(&Handle, TaskList)> = known
        .iter()
        .filter(|runtime| runtime.metrics().num_alive_tasks() > 0)
        .filter_map(|runtime| Some((runtime, read(runtime).ok()?)))
        .collect();
    for (runtime, list) in &mut read {
        list.confirm(runtime);
    }
    read.into_iter().map(|(_, list)| list).collect()
}

/// Why it is not known whose tasks they have, although in this program that can be read.
pub(super) fn gap() -> Option<String> {
    let known: Vec<Handle> = lock(&KNOWN).iter().cloned().collect();
    known
        .iter()
        .filter(|runtime| runtime.metrics().num_alive_tasks() > 0)
        .find_map(|runtime| TaskList::outline_of_runtime(runtime).err())
        .filter(|_| leakcheck_introspect::available().is_ok())
        .map(|error| {
            format!("the tasks of a runtime that another has built could not be read: {error}")
        })
}
