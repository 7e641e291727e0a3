//! The thread that watches bodies, and the bodies that it watches.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use super::{
    schedule::{Schedule, first_look},
    watched_body::WatchedBody,
};
use crate::{
    base::sync::{Held, lock_std as lock},
    observe::scope::outside,
    sys::fork,
};

/// The longest sleep: whoever registers later than that in the future need not wake the watchdog.
const LONGEST: Duration = Duration::from_millis(500);

/// What the watchdog and the tests share.
#[derive(Debug)]
struct Watchlist {
    bodies: Vec<Arc<WatchedBody>>,
    /// When the watchdog wakes next; `None` while there is none, or it is at work.
    wakes_at: Option<Instant>,
    watchdog: Option<Thread>,
    /// The process that this is about.
    generation: u32,
}

static WATCHLIST: Mutex<Watchlist> = Mutex::new(Watchlist {
    bodies: Vec::new(),
    wakes_at: None,
    watchdog: None,
    generation: 0,
});

/// A forked child has none of its parent's bodies, and not its watchdog.
fn watchlist() -> Held<MutexGuard<'static, Watchlist>> {
    let mut watchlist = lock(&WATCHLIST);
    let generation = fork::generation();
    if watchlist.generation != generation {
        // What they keep is the parent's, and may wait for threads that are not here.
        std::mem::forget(std::mem::take(&mut watchlist.bodies));
        watchlist.wakes_at = None;
        watchlist.watchdog = None;
        watchlist.generation = generation;
    }
    watchlist
}

/// Has a body watched from now on.
pub(super) fn register(watched_body: &Arc<WatchedBody>) {
    let due = first_look(watched_body, Instant::now());
    watched_body.is_told();
    let mut watchlist = watchlist();
    watchlist.bodies.push(Arc::clone(watched_body));
    let Some(watchdog) = &watchlist.watchdog else {
        let started = outside(|| {
            thread::Builder::new()
                .name("leakcheck-watchdog".to_owned())
                .spawn(serve)
        });
        // Without a thread nobody is watched, as if nothing had been asked for.
        watchlist.watchdog = started.ok().map(|watchdog| watchdog.thread().clone());
        return;
    };
    if watchlist.wakes_at.is_some_and(|wakes_at| due < wakes_at) {
        watchdog.unpark();
    }
}

/// Ends that.
pub(super) fn unregister(watched_body: &Arc<WatchedBody>) {
    if watched_body.was_told() {
        watchlist()
            .bodies
            .retain(|known| !Arc::ptr_eq(known, watched_body));
    }
}

/// What the watchdog does, for as long as the process lives.
fn serve() {
    let mut schedule = Schedule::default();
    loop {
        let pause = {
            let mut watchlist = watchlist();
            let now = Instant::now();
            let next = schedule.next(&watchlist.bodies, now).min(now + LONGEST);
            watchlist.wakes_at = Some(next);
            next.saturating_duration_since(now)
        };
        // Whoever wants it earlier from here on ends the pause, even before it has begun.
        thread::park_timeout(pause);
        watchlist().wakes_at = None;
        schedule.look();
    }
}
