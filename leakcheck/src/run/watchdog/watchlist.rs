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
    base::sync::{Held, lock_std as lock, try_lock_std},
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
    /// What else is to be called, and when.
    alarm: Option<Alarm>,
    /// The process that this is about.
    generation: u32,
}

/// What is called at a time, and says when it is to be called again.
#[derive(Clone, Copy, Debug)]
struct Alarm {
    at: Instant,
    rings: fn() -> Option<Instant>,
}

static WATCHLIST: Mutex<Watchlist> = Mutex::new(Watchlist {
    bodies: Vec::new(),
    wakes_at: None,
    watchdog: None,
    alarm: None,
    generation: 0,
});

/// A forked child has none of its parent's bodies, and not its watchdog.
fn watchlist() -> Held<MutexGuard<'static, Watchlist>> {
    of_this_process(lock(&WATCHLIST))
}

fn of_this_process(
    mut watchlist: Held<MutexGuard<'static, Watchlist>>,
) -> Held<MutexGuard<'static, Watchlist>> {
    let generation = fork::generation();
    if watchlist.generation != generation {
        // What they keep is the parent's, and may wait for threads that are not here.
        std::mem::forget(std::mem::take(&mut watchlist.bodies));
        watchlist.wakes_at = None;
        watchlist.watchdog = None;
        watchlist.alarm = None;
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
    watchlist.wake_for(due);
}

/// Starts the watchdog if there is none.
pub(crate) fn start() {
    watchlist().wake_for(Instant::now() + LONGEST);
}

/// Has the watchdog call `rings` at this time, if there is a watchdog. Waits for nobody: where the list is in use, nothing is
/// called.
pub(crate) fn call_at(at: Instant, rings: fn() -> Option<Instant>) -> Served {
    let Some(watchlist) = try_lock_std(&WATCHLIST) else {
        return Served::ByNobody;
    };
    let mut watchlist = of_this_process(watchlist);
    let Some(watchdog) = &watchlist.watchdog else {
        return Served::ByNobody;
    };
    if watchlist.wakes_at.is_some_and(|wakes_at| at < wakes_at) {
        watchdog.unpark();
    }
    watchlist.alarm = Some(Alarm { at, rings });
    Served::ByWatchdog
}

/// Who sees to what is to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Served {
    ByWatchdog,
    ByNobody,
}

impl Watchlist {
    /// The watchdog is to wake at this time at the latest; starts it if there is none.
    fn wake_for(&mut self, due: Instant) {
        let Some(watchdog) = &self.watchdog else {
            let started = outside(|| {
                thread::Builder::new()
                    .name("leakcheck-watchdog".to_owned())
                    .spawn(serve)
            });
            // Without a thread nobody is watched, as if nothing had been asked for.
            self.watchdog = started.ok().map(|watchdog| watchdog.thread().clone());
            return;
        };
        if self.wakes_at.is_some_and(|wakes_at| due < wakes_at) {
            watchdog.unpark();
        }
    }

    /// What is due, which is taken out.
    fn ringing(&mut self) -> Option<Alarm> {
        self.alarm.take_if(|alarm| alarm.at <= Instant::now())
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
            let mut next = schedule.next(&watchlist.bodies, now).min(now + LONGEST);
            next = watchlist.alarm.map_or(next, |alarm| alarm.at.min(next));
            watchlist.wakes_at = Some(next);
            next.saturating_duration_since(now)
        };
        // Whoever wants it earlier from here on ends the pause, even before it has begun.
        thread::park_timeout(pause);
        let ringing = {
            let mut watchlist = watchlist();
            watchlist.wakes_at = None;
            watchlist.ringing()
        };
        schedule.look();
        if let Some(Alarm { rings, .. }) = ringing {
            let again = rings().map(|at| Alarm { at, rings });
            watchlist().alarm = again;
        }
    }
}
