//! The thread that watches bodies, and the bodies that it watches.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use super::{
    round::{Round, first_look},
    ward::Ward,
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
struct Roster {
    wards: Vec<Arc<Ward>>,
    /// When the watchdog wakes next; `None` while there is none, or it is at work.
    wakes_at: Option<Instant>,
    watchdog: Option<Thread>,
    /// The process that this is about.
    generation: u32,
}

static ROSTER: Mutex<Roster> = Mutex::new(Roster {
    wards: Vec::new(),
    wakes_at: None,
    watchdog: None,
    generation: 0,
});

/// A forked child has none of its parent's bodies, and not its watchdog.
fn roster() -> Held<MutexGuard<'static, Roster>> {
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
pub(super) fn register(ward: &Arc<Ward>) {
    let due = first_look(ward, Instant::now());
    ward.is_told();
    let mut roster = roster();
    roster.wards.push(Arc::clone(ward));
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
pub(super) fn unregister(ward: &Arc<Ward>) {
    if ward.was_told() {
        roster().wards.retain(|known| !Arc::ptr_eq(known, ward));
    }
}

/// What the watchdog does, for as long as the process lives.
fn serve() {
    let mut round = Round::default();
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
