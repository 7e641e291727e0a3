//! Where live timers were made, as far as somebody has told.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{base::sync::lock_std as lock, observe::scope::ScopeId, sys::creation_stack};

/// A live timer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    pub(super) origin: u32,
    /// What it was last armed for, on the clock of its runtime.
    pub(super) deadline: Option<Instant>,
    scope: ScopeId,
    /// Handles of its span.
    handles: usize,
}

const SHARDS: usize = 16;

/// By the numbers of their spans.
static LIVE: [Mutex<BTreeMap<u64, Made>>; SHARDS] = [const { Mutex::new(BTreeMap::new()) }; SHARDS];

/// How many timers were made in all.
static EVER: AtomicU64 = AtomicU64::new(0);

fn shard(number: u64) -> &'static Mutex<BTreeMap<u64, Made>> {
    &LIVE[usize::try_from(number % SHARDS as u64).unwrap_or(0)]
}

/// A number for a timer whose span nobody else has asked for.
pub(super) fn number() -> u64 {
    EVER.fetch_add(1, Ordering::Relaxed)
}

/// One was made here, on a line that has this address.
pub(super) fn begin(number: u64, line: usize) {
    let made = Made {
        origin: creation_stack::here(line),
        deadline: None,
        scope: ScopeId::current(),
        handles: 1,
    };
    lock(shard(number)).insert(number, made);
}

/// Whether this is one that lives.
pub(super) fn is_known(number: u64) -> bool {
    lock(shard(number)).contains_key(&number)
}

/// It is armed, and fires after this time.
pub(super) fn arm(number: u64, left: Duration) {
    let deadline = tokio::time::Instant::now().into_std().checked_add(left);
    if let Some(made) = lock(shard(number)).get_mut(&number) {
        made.deadline = deadline;
    }
}

/// There is one more handle of its span.
pub(super) fn share(number: u64) {
    if let Some(made) = lock(shard(number)).get_mut(&number) {
        made.handles += 1;
    }
}

/// There is one handle less; whether it was the last.
pub(super) fn release(number: u64) -> bool {
    let mut live = lock(shard(number));
    let Some(made) = live.get_mut(&number) else {
        return false;
    };
    made.handles -= 1;
    let is_last = made.handles == 0;
    if is_last {
        live.remove(&number);
    }
    is_last
}

/// It is gone.
pub(super) fn end(number: u64) {
    lock(shard(number)).remove(&number);
}

/// Those of a scope.
pub(super) fn of(scope: ScopeId) -> Vec<Made> {
    let of_shard = |shard: &Mutex<BTreeMap<u64, Made>>| -> Vec<Made> {
        let live = lock(shard);
        let made = live.values().filter(|made| made.scope == scope);
        made.copied().collect()
    };
    LIVE.iter().flat_map(of_shard).collect()
}
