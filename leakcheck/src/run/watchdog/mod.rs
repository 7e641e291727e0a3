//! Bodies that hang are seen from another thread, which reports them and ends them where that is possible.
//!
//! The thread is one for the process, and starts when the first body has a time limit or has to wait for something that
//! no task of its own runtime is about to do. It belongs to no test.

mod body;
mod schedule;
mod watch;
mod watched_body;

pub(crate) use watch::{Among, Parks, Watch, parks};

pub use body::TestBody;

use std::{
    sync::{Arc, Mutex, MutexGuard},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use self::{
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
    wards: Vec<Arc<WatchedBody>>,
    /// When the watchdog wakes next; `None` while there is none, or it is at work.
    wakes_at: Option<Instant>,
    watchdog: Option<Thread>,
    /// The process that this is about.
    generation: u32,
}

static ROSTER: Mutex<Watchlist> = Mutex::new(Watchlist {
    wards: Vec::new(),
    wakes_at: None,
    watchdog: None,
    generation: 0,
});

/// A forked child has none of its parent's bodies, and not its watchdog.
fn roster() -> Held<MutexGuard<'static, Watchlist>> {
    let mut roster = lock(&ROSTER);
    let generation = fork::generation();
    if roster.generation != generation {
        // What they keep is the parent's, and may wait for threads that are not here.
        std::mem::forget(std::mem::take(&mut roster.wards));
        roster.wakes_at = None;
        roster.watchdog = None;
        roster.generation = generation;
    }
    roster
}

/// Has a body watched from now on.
fn register(watched: &Arc<WatchedBody>) {
    let due = first_look(watched, Instant::now());
    watched.is_told();
    let mut roster = roster();
    roster.wards.push(Arc::clone(watched));
    let Some(watchdog) = &roster.watchdog else {
        let started = outside(|| {
            thread::Builder::new()
                .name("leakcheck-watchdog".to_owned())
                .spawn(serve)
        });
        // Without a thread nobody is watched, as if nothing had been asked for.
        roster.watchdog = started.ok().map(|watchdog| watchdog.thread().clone());
        return;
    };
    if roster.wakes_at.is_some_and(|wakes_at| due < wakes_at) {
        watchdog.unpark();
    }
}

/// Ends that.
fn unregister(watched: &Arc<WatchedBody>) {
    if watched.was_told() {
        roster().wards.retain(|known| !Arc::ptr_eq(known, watched));
    }
}

/// What the watchdog does, for as long as the process lives.
fn serve() {
    let mut round = Schedule::default();
    loop {
        let pause = {
            let mut roster = roster();
            let now = Instant::now();
            let next = round.next(&roster.wards, now).min(now + LONGEST);
            roster.wakes_at = Some(next);
            next.saturating_duration_since(now)
        };
        // Whoever wants it earlier from here on ends the pause, even before it has begun.
        thread::park_timeout(pause);
        roster().wakes_at = None;
        round.look();
    }
}
