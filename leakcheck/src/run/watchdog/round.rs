//! When the watchdog looks at which body, and what it does about it.

use std::{
    process,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use leakcheck_introspect::barrier;

use super::ward::{Stage, Ward};
use crate::{
    base::{
        model::{Fate, Hang, HangCause, HangEnd},
        sync::lock_std as lock,
    },
    check::{Check, Deadlock, Hung, wait::Pulse},
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
pub(super) struct Round {
    plans: Vec<Plan>,
}

/// What is planned for a body without an end in sight.
#[derive(Clone, Debug)]
struct Plan {
    /// Held, so that no other has its address.
    ward: Arc<Ward>,
    look_at: Instant,
    /// The time of being suspended that was seen last.
    rest: Option<u64>,
    pause: Duration,
    /// Whether it was found stuck once.
    is_suspected: bool,
}

/// When to look at a body for the first time.
pub(super) fn first_look(ward: &Ward, now: Instant) -> Instant {
    let quiet = now + QUIET;
    deadline(ward).map_or(quiet, |deadline| deadline.min(quiet))
}

fn deadline(ward: &Ward) -> Option<Instant> {
    ward.start.checked_add(ward.limit?)
}

impl Round {
    /// When to look next; `now` or earlier where something is due.
    pub(super) fn next(&mut self, wards: &[Arc<Ward>], now: Instant) -> Instant {
        let is_known = |plans: &[Plan], ward: &Arc<Ward>| {
            plans.iter().any(|plan| Arc::ptr_eq(&plan.ward, ward))
        };
        self.plans
            .retain(|plan| wards.iter().any(|ward| Arc::ptr_eq(&plan.ward, ward)));
        for ward in wards {
            if !is_known(&self.plans, ward) {
                self.plans.push(Plan::new(Arc::clone(ward), now));
            }
        }
        let running = self.plans.iter().filter(|plan| plan.is_running());
        let due = running.map(|plan| {
            deadline(&plan.ward).map_or(plan.look_at, |deadline| deadline.min(plan.look_at))
        });
        due.min().unwrap_or(now + LONGEST_PAUSE)
    }

    /// Looks at whatever is due.
    pub(super) fn look(&mut self) {
        for plan in self.plans.iter_mut().filter(|plan| plan.is_running()) {
            let now = Instant::now();
            if let Some(limit) = plan.ward.limit
                && deadline(&plan.ward).is_some_and(|deadline| deadline <= now)
            {
                give_up(&plan.ward, HangCause::Timeout(limit), None);
            } else if plan.look_at <= now
                && let Some(deadlock) = plan.prove(now)
            {
                give_up(&plan.ward, HangCause::Deadlock, Some(deadlock));
            }
        }
    }
}

impl Plan {
    fn new(ward: Arc<Ward>, now: Instant) -> Self {
        Self {
            look_at: now + QUIET,
            rest: ward.rest(),
            pause: QUIET,
            is_suspected: false,
            ward,
        }
    }

    fn is_running(&self) -> bool {
        self.ward.stage() == Stage::Runs
    }

    /// Looks, and gives the proof if this was the second time that the same suspension was found to have no end.
    fn prove(&mut self, now: Instant) -> Option<Deadlock> {
        let rest = self.ward.rest();
        if rest.is_none() || rest != self.rest {
            *self = Self::new(Arc::clone(&self.ward), now);
            return None;
        }
        let is_own = self.ward.is_own;
        let deadlock = is_own.then(|| deadlock(&self.ward)).flatten();
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
fn deadlock(ward: &Ward) -> Option<Deadlock> {
    let rest = ward.rest()?;
    // Who was woken runs, or waits for a processor.
    let sleeps = || sys::proc_threads::sleeps(ward.tid()) == Some(true);
    if !sleeps() {
        return None;
    }
    let (check, body) = ward.check().zip(ward.read())?;
    let deadlock = check.deadlock(body.ok()?)?;
    (sleeps() && barrier() && ward.rest() == Some(rest)).then_some(deadlock)
}

/// Has the body dropped by its own thread, and ends the process where that cannot be.
fn give_up(ward: &Ward, cause: HangCause, deadlock: Option<Deadlock>) {
    let Some(check) = ward.check() else {
        return;
    };
    let after = ward.start.elapsed();
    let rest = ward.rest();
    let mut sight = check.sight(ward.read());
    match deadlock {
        Some(deadlock) => sight.prove(deadlock),
        None if !barrier() || ward.rest() != rest => sight.doubt(),
        None => {}
    }
    let mut hung = Hung {
        cause,
        after,
        fate: Fate::GivenUp,
        sight,
    };
    *lock(&ward.hung) = Some(hung.clone());
    if !ward.advance(Stage::Runs, Stage::GivenUp) {
        return;
    }
    let why = match why_not_given_up(ward, &check) {
        Some(why) if is_last(ward) => why,
        _ => return,
    };
    let thread = check.stuck_thread(ward.tid(), &mut hung);
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
fn why_not_given_up(ward: &Ward, check: &Check) -> Option<HangEnd> {
    ward.wake();
    let threads: Vec<i32> = check.threads().chain([ward.tid()]).collect();
    let wait = |stage: Stage, steps: u32| (0..steps).all(|_| step(ward, stage, &threads));
    if wait(Stage::GivenUp, STEPS_TO_NOTICE) {
        return Some(match ward.rest() {
            Some(_) => HangEnd::SynchronousTask,
            None => HangEnd::SynchronousBody,
        });
    }
    wait(Stage::Drops, STEPS_TO_DROP).then_some(HangEnd::DropBlocks)
}

/// Waits for a step that counts; false where the body went on meanwhile.
fn step(ward: &Ward, stage: Stage, threads: &[i32]) -> bool {
    let known = || threads.iter().copied().filter(|tid| *tid != 0);
    let mut pulse = Pulse::default();
    pulse.note(known());
    let start = Instant::now();
    loop {
        thread::sleep(STEP);
        if ward.stage() != stage {
            return false;
        }
        if !pulse.is_held_up(known(), STEP / 2) || start.elapsed() > LONGEST_STEP {
            return true;
        }
    }
}

/// Whether the body cannot come to an end any more.
fn is_last(ward: &Ward) -> bool {
    ward.advance(Stage::GivenUp, Stage::Ends) || ward.advance(Stage::Drops, Stage::Ends)
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
