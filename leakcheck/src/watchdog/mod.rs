//! Bodies that hang are seen from another thread, which reports them and ends them where that is possible.
//!
//! The thread is one for the process, and starts when the first body has a time limit or has to wait for something that
//! no task of its own runtime is about to do. It belongs to no test.

mod body;
mod round;
mod ward;
mod watch;

pub(crate) use watch::{Among, Parks, Watch, parks};

pub use body::TestBody;

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use self::{
    round::{Round, first_look},
    ward::Ward,
};
use crate::{scope::outside, sync::lock_std as lock};

/// The longest sleep: whoever registers later than that in the future need not wake the watchdog.
const LONGEST: Duration = Duration::from_millis(500);

/// What the watchdog and the tests share.
#[derive(Debug)]
struct Roster {
    wards: Vec<Arc<Ward>>,
    /// When the watchdog wakes next; `None` while there is none, or it is at work.
    wakes_at: Option<Instant>,
    runs: bool,
}

static ROSTER: Mutex<Roster> = Mutex::new(Roster {
    wards: Vec::new(),
    wakes_at: None,
    runs: false,
});
static CHANGED: Condvar = Condvar::new();

/// Has a body watched from now on.
fn register(ward: &Arc<Ward>) {
    let due = first_look(ward, Instant::now());
    ward.is_told();
    let mut roster = lock(&ROSTER);
    roster.wards.push(Arc::clone(ward));
    if !roster.runs {
        let started = outside(|| {
            thread::Builder::new()
                .name("leakcheck-watchdog".to_owned())
                .spawn(serve)
        });
        // Without a thread nobody is watched, as if nothing had been asked for.
        roster.runs = started.is_ok();
    } else if roster.wakes_at.is_some_and(|wakes_at| due < wakes_at) {
        CHANGED.notify_one();
    }
}

/// Ends that.
fn unregister(ward: &Arc<Ward>) {
    if ward.was_told() {
        lock(&ROSTER)
            .wards
            .retain(|known| !Arc::ptr_eq(known, ward));
    }
}

/// What the watchdog does, for as long as the process lives.
fn serve() {
    let mut round = Round::default();
    loop {
        {
            let mut roster = lock(&ROSTER);
            let now = Instant::now();
            let next = round.next(&roster.wards, now).min(now + LONGEST);
            roster.wakes_at = Some(next);
            let (mut roster, _) = CHANGED
                .wait_timeout(roster, next.saturating_duration_since(now))
                .unwrap_or_else(PoisonError::into_inner);
            roster.wakes_at = None;
        }
        round.look();
    }
}
