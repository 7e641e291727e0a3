//! Every timer that this process makes through its C library, until it is deleted.
//!
//! `timer_create` and `timer_delete` are defined here and win over the C library's at link time. What the C library
//! calls a timer is the kernel's own number for most; for one that calls a function, it is an address of its own. The
//! helper threads for these are started inside the C library, so they are nobody's here.

use crate::base::model::Notice;
use std::{
    ffi::c_int,
    mem::zeroed,
    sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering},
    time::Duration,
};

use super::{
    errno, fork, real_fns,
    spare::{self, Done},
    threads,
};
use crate::sys::{
    StaticTable, clock,
    context::{self, Context},
    creation_stack,
    record::{Ended, Seen},
    scope_counters::{self, end_other},
    table::Records,
    timeline::{self, Beginning, Thing},
    timer::Timer,
};

mod kernel;

/// The kernel's number of a timer that it is not known of.
const UNKNOWN: c_int = -1;

/// What is known of a timer, by what the C library calls it.
#[derive(Debug, Default)]
struct Facts {
    /// What the kernel calls it, or [`UNKNOWN`].
    kernel: AtomicI32,
    origin: AtomicU32,
    thread: AtomicU64,
    root: AtomicU64,
    runtime: AtomicU32,
    born: AtomicU64,
    clock: AtomicI32,
    how: AtomicI32,
    signal: AtomicI32,
}

static RECORDS: Records<Facts> = Records::new(StaticTable::new());

/// The timers of `scope`, or of every scope, that were not deleted. A forked child has none.
pub(crate) fn live(scope: Option<u64>) -> Vec<Timer> {
    if fork::in_child() {
        return Vec::new();
    }
    RECORDS
        .live(scope, Facts::read)
        .filter_map(|seen| look(&seen))
        .collect()
}

/// The timer with this number, if it was not deleted.
pub(crate) fn find(number: u64) -> Option<Timer> {
    look(&RECORDS.find(number, Facts::read)?)
}

/// How long until it fires, nothing if it is not armed; `None` where that is not known.
pub(crate) fn left(number: u64) -> Option<Duration> {
    let kernel = |facts: &Facts| facts.kernel.load(Ordering::Relaxed);
    let left = kernel::left(RECORDS.find(number, kernel)?.facts)?;
    // In this order: what was asked about is what has this number.
    RECORDS.find(number, kernel).map(|_| left)
}

/// This is a child of the process whose timers are recorded, and has none of them.
pub(super) fn clear() {
    RECORDS.clear();
}

/// Runs `work` while there is one timer more, which never fires; `None` where none could be made.
pub(crate) fn with_one<R>(work: impl FnOnce() -> R) -> Option<R> {
    // SAFETY: zero is valid for every field of the plain struct; both places outlive the call.
    let timer = unsafe {
        let mut event: libc::sigevent = zeroed();
        event.sigev_notify = libc::SIGEV_NONE;
        let mut timer: libc::timer_t = zeroed();
        let result = libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, &raw mut timer);
        (result == 0).then_some(timer)?
    };
    let result = work();
    // SAFETY: it was made above and is deleted once.
    unsafe { libc::timer_delete(timer) };
    Some(result)
}

/// Why timers may have gone unseen, if so.
pub(crate) fn gap() -> Option<String> {
    match RECORDS.missed() {
        0 => gap_of_foreign! { "timer_create" "timer_delete" },
        missed => Some(format!(
            "{missed} POSIX timers were made while there were {}, which is as many as are recorded",
            Records::<Facts>::LEN
        )),
    }
}

/// Why timers cannot be seen at all on this platform: they can.
pub(crate) const fn unavailable() -> Option<&'static str> {
    None
}

/// Takes the place of the C library's function: calls on, then records the timer.
///
/// # Safety
///
/// As for the C library's own.
unsafe extern "C" fn timer_create(
    clock: libc::clockid_t,
    event: *mut libc::sigevent,
    timer: *mut libc::timer_t,
) -> c_int {
    let Some(real) = real_fns::timer_create() else {
        return errno::missing();
    };
    // SAFETY: the caller's own arguments, passed on unchanged.
    let result = unsafe { real(clock, event, timer) };
    if result != 0 || fork::in_child() || fork::shares_memory() {
        return result;
    }
    // SAFETY: the C library has read the one, where there is one, and written the other.
    let (how, name) = unsafe {
        let how = (!event.is_null()).then(|| ((*event).sigev_notify, (*event).sigev_signo));
        (how, *timer as usize)
    };
    // A number that is given again: the timer that had it was deleted past the C library.
    forget(name);
    if is_noted() {
        // Without `event`, that is what happens.
        let (how, signal) = how.unwrap_or((libc::SIGEV_SIGNAL, libc::SIGALRM));
        let mut made = Made {
            name,
            clock,
            how,
            signal,
        };
        if errno::keeping(|| spare::run(record, &mut made)) == Done::No {
            RECORDS.miss();
        }
    }
    result
}

/// Takes the place of the C library's function: forgets the timer before its number is free, then calls on.
///
/// # Safety
///
/// As for the C library's own.
unsafe extern "C" fn timer_delete(timer: libc::timer_t) -> c_int {
    let Some(real) = real_fns::timer_delete() else {
        return errno::missing();
    };
    if !fork::in_child() && !fork::shares_memory() {
        forget(timer as usize);
    }
    // SAFETY: the caller's own argument, passed on unchanged.
    unsafe { real(timer) }
}

#[cfg(not(leakcheck_sanitized))]
jump! {
    "timer_create" timer_create;
    "timer_delete" timer_delete;
}
// A sanitizer's own come along in any case.
#[cfg(leakcheck_sanitized)]
jump_always! {
    "timer_create" timer_create;
    "timer_delete" timer_delete;
}

/// Whether this thread's timers are recorded.
fn is_noted() -> bool {
    context::current().scope != Context::NOBODY.scope && !threads::is_off()
}

/// What was made.
struct Made {
    name: usize,
    clock: libc::clockid_t,
    how: c_int,
    signal: c_int,
}

fn record(made: &mut Made) {
    let &mut Made {
        name,
        clock,
        how,
        signal,
    } = made;
    // Where nobody wants paths, nothing is charged; one that could not be taken hides nothing.
    if !creation_stack::is_enabled() {
        return;
    }
    let origin = creation_stack::here(0);
    let scope = context::current().scope;
    let (thread, root) = threads::own_numbers();
    let kernel = kernel::number(name, how).unwrap_or(UNKNOWN);
    let Some(claim) = RECORDS.claim(name as u64) else {
        return;
    };
    let counters = scope_counters::of(scope);
    counters.other_started();
    let number = claim.number;
    claim.publish(name as u64, scope, |facts| {
        facts.kernel.store(kernel, Ordering::Relaxed);
        facts.origin.store(origin, Ordering::Relaxed);
        facts.thread.store(thread, Ordering::Relaxed);
        facts.root.store(root, Ordering::Relaxed);
        let runtime = threads::own_runtime();
        facts.runtime.store(runtime, Ordering::Relaxed);
        facts.born.store(clock::now_ms(), Ordering::Relaxed);
        facts.clock.store(clock, Ordering::Relaxed);
        facts.how.store(how, Ordering::Relaxed);
        facts.signal.store(signal, Ordering::Relaxed);
    });
    timeline::begins(counters, scope, || Beginning {
        thing: Thing::Timer,
        number,
        origin,
        task: timeline::current_task(),
        thread,
    });
}

/// A timer is over.
fn end(timer: Ended) {
    let counters = scope_counters::of(timer.scope);
    timeline::ends(counters, timer.scope, Thing::Timer, timer.number);
    end_other(timer);
}

/// The timer that the C library calls this is over.
fn forget(name: usize) {
    RECORDS.end_all(name as u64, end);
}

/// The timer, unless it is gone, which frees the record.
fn look(seen: &Seen<(Timer, c_int)>) -> Option<Timer> {
    let (timer, kernel) = seen.facts;
    if kernel != UNKNOWN && kernel::is_gone(kernel) {
        RECORDS.end(seen.number).into_iter().for_each(end);
        return None;
    }
    Some(Timer {
        number: seen.number,
        ..timer
    })
}

impl Facts {
    /// The timer and what the kernel calls it.
    fn read(&self) -> (Timer, c_int) {
        let signal = self.signal.load(Ordering::Relaxed);
        let timer = Timer {
            number: 0,
            origin: self.origin.load(Ordering::Relaxed),
            thread: self.thread.load(Ordering::Relaxed),
            root: self.root.load(Ordering::Relaxed),
            runtime: self.runtime.load(Ordering::Relaxed),
            born_ms: self.born.load(Ordering::Relaxed),
            clock: self.clock.load(Ordering::Relaxed),
            notice: match self.how.load(Ordering::Relaxed) {
                libc::SIGEV_NONE => Notice::Nothing,
                libc::SIGEV_SIGNAL => Notice::Signal(signal),
                libc::SIGEV_THREAD_ID => Notice::SignalToThread(signal),
                libc::SIGEV_THREAD => Notice::Function,
                _ => Notice::Unknown,
            },
        };
        (timer, self.kernel.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests;
