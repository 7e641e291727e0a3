//! Every timer that this process makes through its C library, until it is deleted.
//!
//! `timer_create` and `timer_delete` are defined here and win over the C library's at link time. What the C library
//! calls a timer is the kernel's own number for most; for one that calls a function, it is an address of its own. The
//! helper threads for these are started inside the C library, so they are nobody's here.

use std::{
    cell::Cell,
    ffi::c_int,
    mem::zeroed,
    sync::atomic::{AtomicI32, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

use super::{errno, fork, next, slot::Slot, threads};
use crate::sys::{
    Chunked, clock,
    context::{self, Context},
    origin,
    timer::{Notice, Timer},
};

mod kernel;

type Records = Chunked<Record, 64>;

/// The kernel's number of a timer that it is not known of.
const UNKNOWN: c_int = -1;

/// One timer. Every field is an atomic, so that a reader on another thread sees old or new words, never torn ones.
#[derive(Debug, Default)]
struct Record {
    slot: Slot,
    /// What the C library calls it.
    name: AtomicUsize,
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

static RECORDS: Records = Chunked::new();
/// Records beyond this index were never used.
static HIGH: AtomicUsize = AtomicUsize::new(0);
static MADE: AtomicU64 = AtomicU64::new(0);
/// Timers that found no record.
static MISSED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// The timers of `scope`, or of every scope, that were not deleted. A forked child has none.
pub(crate) fn live(scope: Option<u32>) -> Vec<Timer> {
    if fork::in_child() {
        return Vec::new();
    }
    let is_wanted = |record: &&Record| scope.is_none_or(|scope| record.slot.scope() == scope);
    used().filter(is_wanted).filter_map(Record::look).collect()
}

/// The timer with this number, if it was not deleted.
pub(crate) fn find(number: u64) -> Option<Timer> {
    let found = of(number)?.look();
    found.filter(|timer| timer.number == number)
}

/// How long until it fires, nothing if it is not armed; `None` where that is not known.
pub(crate) fn left(number: u64) -> Option<Duration> {
    let record = of(number)?;
    let left = kernel::left(record.kernel.load(Ordering::Relaxed))?;
    // In this order: what was asked about is what has this number.
    record.slot.is_still(number).then_some(left)
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
    match MISSED.load(Ordering::Relaxed) {
        0 => None,
        missed => Some(format!(
            "{missed} POSIX timers were made while there were {}, which is as many as are recorded",
            Records::LEN
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
#[unsafe(no_mangle)]
unsafe extern "C" fn timer_create(
    clock: libc::clockid_t,
    event: *mut libc::sigevent,
    timer: *mut libc::timer_t,
) -> c_int {
    let Some(real) = next::timer_create() else {
        // SAFETY: `errno` is this thread's own.
        unsafe { *libc::__errno_location() = libc::ENOSYS };
        return -1;
    };
    // SAFETY: the caller's own arguments, passed on unchanged.
    let result = unsafe { real(clock, event, timer) };
    if result != 0 || fork::in_child() {
        return result;
    }
    // SAFETY: the C library has read the one, where there is one, and written the other.
    let (how, name) = unsafe {
        let how = (!event.is_null()).then(|| ((*event).sigev_notify, (*event).sigev_signo));
        (how, *timer as usize)
    };
    // A number that is given again: the timer that had it was deleted past the C library.
    forget(name);
    if is_noted() && !BUSY.replace(true) {
        // Without `event`, that is what happens.
        let (how, signal) = how.unwrap_or((libc::SIGEV_SIGNAL, libc::SIGALRM));
        errno::keeping(|| record(name, clock, how, signal));
        BUSY.set(false);
    }
    result
}

/// Takes the place of the C library's function: forgets the timer before its number is free, then calls on.
///
/// # Safety
///
/// As for the C library's own.
#[unsafe(no_mangle)]
unsafe extern "C" fn timer_delete(timer: libc::timer_t) -> c_int {
    let Some(real) = next::timer_delete() else {
        // SAFETY: `errno` is this thread's own.
        unsafe { *libc::__errno_location() = libc::ENOSYS };
        return -1;
    };
    if !fork::in_child() {
        forget(timer as usize);
    }
    // SAFETY: the caller's own argument, passed on unchanged.
    unsafe { real(timer) }
}

/// Whether this thread's timers are recorded.
fn is_noted() -> bool {
    context::current().scope != Context::NOBODY.scope && !threads::is_off()
}

#[inline(never)]
fn record(name: usize, clock: libc::clockid_t, how: c_int, signal: c_int) {
    // Where nobody wants paths, nothing is charged; one that could not be taken hides nothing.
    if !origin::is_enabled() {
        return;
    }
    let origin = origin::here(0);
    let Some(record) = free_record() else {
        MISSED.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let scope = context::current().scope;
    let (thread, root) = threads::own_numbers();
    record.name.store(name, Ordering::Relaxed);
    let kernel = kernel::number(name, how).unwrap_or(UNKNOWN);
    record.kernel.store(kernel, Ordering::Relaxed);
    record.origin.store(origin, Ordering::Relaxed);
    record.thread.store(thread, Ordering::Relaxed);
    record.root.store(root, Ordering::Relaxed);
    let runtime = threads::own_runtime();
    record.runtime.store(runtime, Ordering::Relaxed);
    record.born.store(clock::now_ms(), Ordering::Relaxed);
    record.clock.store(clock, Ordering::Relaxed);
    record.how.store(how, Ordering::Relaxed);
    record.signal.store(signal, Ordering::Relaxed);
    let number = MADE.fetch_add(1, Ordering::Relaxed) + 1;
    record.slot.publish(number, scope);
}

/// The timer that the C library calls this is over.
fn forget(name: usize) {
    let has_it = |record: &&Record| record.name.load(Ordering::Relaxed) == name;
    used().filter(has_it).for_each(|record| record.slot.end());
}

fn of(number: u64) -> Option<&'static Record> {
    let has_it = |record: &&Record| record.slot.number() == Some(number);
    used().find(has_it)
}

fn used() -> impl Iterator<Item = &'static Record> {
    let used = HIGH.load(Ordering::Acquire);
    (0..used).filter_map(|index| RECORDS.peek(index))
}

fn free_record() -> Option<&'static Record> {
    (0..Records::LEN).find_map(|index| {
        let record = RECORDS.get(index).filter(|record| record.slot.claim())?;
        HIGH.fetch_max(index + 1, Ordering::AcqRel);
        Some(record)
    })
}

impl Record {
    /// The timer, unless it is gone, which frees the record.
    fn look(&self) -> Option<Timer> {
        let number = self.slot.number()?;
        let signal = self.signal.load(Ordering::Relaxed);
        let timer = Timer {
            number,
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
        let kernel = self.kernel.load(Ordering::Relaxed);
        if !self.slot.is_still(number) {
            return None;
        }
        if kernel != UNKNOWN && kernel::is_gone(kernel) {
            self.slot.free(number);
            return None;
        }
        Some(timer)
    }
}

#[cfg(test)]
mod tests;
