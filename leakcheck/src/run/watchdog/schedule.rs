//! When the watchdog looks at which body, and what it does about it.

use std::{
    process,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use leakcheck_introspect::barrier;

use super::watched_body::{Stage, WatchedBody};
use crate::{
    base::{
        model::{Fate, Hang, HangCause, HangEnd},
        sync::lock_std as lock,
    },
    check::{Check, Deadlock, Hung, cancelled_run::CancelledRun, wait::Pulse},
    observe::scope::outside,
    report::output,
    sys,
};

/// A body that was not polled for this long may be one that never will be.
const QUIET: Duration = Duration::from_millis(500);
/// Between the two looks that a proof takes.
const AGAIN: Duration = Duration::from_millis(100);
/// Between looks at a body that goes on waiting and is not stuck.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long a body that was given up may take to notice, and how long to be dropped. A step counts once every thread that
/// could have done something about it has been let run for half of it, or did not want to: on a machine that has no time
/// for them none passes.
const STEP: Duration = Duration::from_millis(10);
const STEPS_TO_NOTICE: u32 = 50;
const STEPS_TO_DROP: u32 = 200;
/// A step counts after so long in any case: a thread that waits for a disk that is gone is never let run.
const LONGEST_STEP: Duration = Duration::from_secs(10);

/// What a failing test run ends with.
const EXIT_CODE: i32 = 101;

/// What is planned for each body.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    plans: Vec<Plan>,
}

/// What is planned for a body without an end in snapshot.
#[derive(Clone, Debug)]
struct Plan {
    /// Held, so that no other has its address.
    watched: Arc<WatchedBody>,
    look_at: Instant,
    /// The time of being suspended that was seen last.
    rest: Option<u64>,
    pause: Duration,
    /// Whether it was found stuck once.
    is_suspected: bool,
}

/// When to look at a body for the first time.
pub(super) fn first_look(watched: &WatchedBody, now: Instant) -> Instant {
    let quiet = now + QUIET;
    deadline(watched).map_or(quiet, |deadline| deadline.min(quiet))
}

fn deadline(watched: &WatchedBody) -> Option<Instant> {
    watched.start.checked_add(watched.limit?)
}

impl Schedule {
    /// When to look next; `now` or earlier where something is due.
    pub(super) fn next(&mut self, bodies: &[Arc<WatchedBody>], now: Instant) -> Instant {
        let is_known = |plans: &[Plan], watched: &Arc<WatchedBody>| {
            plans.iter().any(|plan| Arc::ptr_eq(&plan.watched, watched))
        };
        self.plans.retain(|plan| {
            bodies
                .iter()
                .any(|watched| Arc::ptr_eq(&plan.watched, watched))
        });
        for watched in bodies {
            if !is_known(&self.plans, watched) {
                self.plans.push(Plan::new(Arc::clone(watched), now));
            }
        }
        let running = self.plans.iter().filter(|plan| plan.is_running());
        let due = running.map(|plan| {
            deadline(&plan.watched).map_or(plan.look_at, |deadline| deadline.min(plan.look_at))
        });
        due.min().unwrap_or(now + LONGEST_PAUSE)
    }

    /// Looks at whatever is due.
    pub(super) fn look(&mut self) {
        for plan in self.plans.iter_mut().filter(|plan| plan.is_running()) {
            let now = Instant::now();
            if let Some(limit) = plan.watched.limit
                && deadline(&plan.watched).is_some_and(|deadline| deadline <= now)
            {
                give_up(&plan.watched, HangCause::Timeout(limit), None);
            } else if plan.look_at <= now
                && let Some(deadlock) = plan.prove(now)
            {
                give_up(&plan.watched, HangCause::Deadlock, Some(deadlock));
            }
        }
    }
}

impl Plan {
    fn new(watched: Arc<WatchedBody>, now: Instant) -> Self {
        Self {
            look_at: now + QUIET,
            rest: watched.rest(),
            pause: QUIET,
            is_suspected: false,
            watched,
        }
    }

    fn is_running(&self) -> bool {
        self.watched.stage() == Stage::Runs
    }

    /// Looks, and gives the proof if this was the second time that the same suspension was found to have no end.
    fn prove(&mut self, now: Instant) -> Option<Deadlock> {
        let rest = self.watched.rest();
        if rest.is_none() || rest != self.rest {
            *self = Self::new(Arc::clone(&self.watched), now);
            return None;
        }
        let is_own = self.watched.is_own;
        let deadlock = is_own.then(|| deadlock(&self.watched)).flatten();
        if deadlock.is_none() {
            self.is_suspected = false;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            self.look_at = Instant::now() + self.pause;
            return None;
        }
        self.look_at = Instant::now() + AGAIN;
        let was_suspected = std::mem::replace(&mut self.is_suspected, true);
        deadlock.filter(|_| was_suspected)
    }
}

/// The proof that the body waits for ever, if it is suspended and was not woken.
fn deadlock(watched: &WatchedBody) -> Option<Deadlock> {
    let rest = watched.rest()?;
    // Who was woken runs, or waits for a processor.
    let sleeps = || sys::proc_threads::sleeps(watched.tid()) == Some(true);
    if !sleeps() {
        return None;
    }
    let (check, body) = watched.check().zip(watched.read())?;
    let deadlock = check.deadlock(body.ok()?)?;
    (sleeps() && barrier() && watched.rest() == Some(rest)).then_some(deadlock)
}

/// Has the body dropped by its own thread, and ends the process where that cannot be.
fn give_up(watched: &WatchedBody, cause: HangCause, deadlock: Option<Deadlock>) {
    let Some(check) = watched.check() else {
        return;
    };
    let after = watched.start.elapsed();
    let rest = watched.rest();
    let mut snapshot = check.snapshot(watched.read());
    match deadlock {
        Some(deadlock) => snapshot.prove(deadlock),
        None if !barrier() || watched.rest() != rest => snapshot.doubt(),
        None => {}
    }
    let mut hung = Hung {
        cause,
        after,
        fate: Fate::GivenUp,
        snapshot,
    };
    *lock(&watched.hung) = Some(hung.clone());
    if !watched.advance(Stage::Runs, Stage::GivenUp) {
        return;
    }
    let why = match why_not_given_up(watched, &check) {
        Some(why) if is_last(watched) => why,
        _ => return,
    };
    let thread = check.stuck_thread(watched.tid(), &mut hung);
    let told = Hang {
        thread: Some(thread),
        fate: Fate::EndedProcess(why),
        ..check.explain_hang(&hung)
    };
    let env = check.env();
    output::publish_directly(&check.cut_short(told), env);
    end_process();
}

/// Waits for the body to be dropped, or to end by itself; says why it was not.
fn why_not_given_up(watched: &WatchedBody, check: &Check) -> Option<HangEnd> {
    watched.wake();
    let threads: Vec<i32> = check.threads().chain([watched.tid()]).collect();
    let wait = |stage: Stage, steps: u32| (0..steps).all(|_| step(watched, stage, &threads));
    if wait(Stage::GivenUp, STEPS_TO_NOTICE) {
        return Some(match watched.rest() {
            Some(_) => HangEnd::SynchronousTask,
            // It was cancelled before.
            None if check.cancelled_run().is_some_and(CancelledRun::has_dropped) => {
                HangEnd::DropBlocks
            }
            None => HangEnd::SynchronousBody,
        });
    }
    wait(Stage::Drops, STEPS_TO_DROP).then_some(HangEnd::DropBlocks)
}

/// Waits for a step that counts; false where the body went on meanwhile.
fn step(watched: &WatchedBody, stage: Stage, threads: &[i32]) -> bool {
    let known = || threads.iter().copied().filter(|tid| *tid != 0);
    let mut pulse = Pulse::default();
    pulse.note(known());
    let start = Instant::now();
    loop {
        thread::sleep(STEP);
        if watched.stage() != stage {
            return false;
        }
        if !pulse.is_held_up(known(), STEP / 2) || start.elapsed() > LONGEST_STEP {
            return true;
        }
    }
}

/// Whether the body cannot come to an end any more.
fn is_last(watched: &WatchedBody) -> bool {
    watched.advance(Stage::GivenUp, Stage::ReturnKind)
        || watched.advance(Stage::Drops, Stage::ReturnKind)
}

/// Ends the process as a failing test run does, with what was written to standard output.
fn end_process() -> ! {
    // What runs at the end of a process may wait for the thread that is stuck.
    const LIMIT: Duration = Duration::from_secs(1);
    let at_last = || {
        thread::sleep(LIMIT);
        sys::exit::at_once(EXIT_CODE)
    };
    let started = outside(|| {
        thread::Builder::new()
            .name("leakcheck-exit".to_owned())
            .spawn(at_last)
    });
    if started.is_err() {
        sys::exit::at_once(EXIT_CODE);
    }
    process::exit(EXIT_CODE)
}
