//! Every thread that this process starts through its C library, from `pthread_create` to its last breath.
//!
//! `pthread_create` and `pthread_setname_np` are defined here and win over the C library's at link time, also for C
//! code and loaded libraries. The end of a thread is told by the destructor of a thread-specific key, which runs on
//! every way out, after Rust's thread-locals and before `pthread_join` returns.

use std::{
    cell::Cell,
    collections::HashMap,
    ffi::{CStr, c_int, c_void},
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
};

use once_cell::race::{OnceBool, OnceNonZeroUsize};

use super::{
    errno, fork, next,
    spare::{self, Done},
    trampoline::{Begin, Start, Target, enter},
};
use crate::sys::{
    Chunked, clock,
    context::{self, Context},
    origin,
    table::Records,
    tally,
};

mod naming;
mod stack;

use naming::Name;
pub(crate) use naming::learn;

/// What is known of a thread. What can change changes on the thread itself.
#[derive(Debug, Default)]
struct Facts {
    origin: AtomicU32,
    /// The nearest ancestor that the main thread started, this thread included.
    root: AtomicU64,
    tid: AtomicU32,
    runtime: AtomicU32,
    creator: AtomicU32,
    born: AtomicU64,
    start: AtomicUsize,
    argument: AtomicUsize,
    /// Bytes of stack that were asked for, with memory below that nothing may touch; 0 for any other stack.
    asked_for: AtomicUsize,
    /// An address above all that the thread has on such a stack, and below its end.
    stack: AtomicUsize,
    name: Name,
    rounds: AtomicU32,
    has_room: AtomicBool,
}

/// A live thread as a reader saw it.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) number: u64,
    pub(crate) root: u64,
    pub(crate) origin: u32,
    pub(crate) tid: i32,
    pub(crate) runtime: u32,
    pub(crate) creator: u32,
    pub(crate) born_ms: u64,
    pub(crate) name: Option<String>,
}

/// The stack that the C library made for a thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stack {
    /// All that the thread has on it is below this.
    pub(super) high: usize,
    /// It reaches down to this at least, where that can be told.
    pub(super) low: Option<usize>,
}

static RECORDS: Records<Facts> = Records::new(Chunked::new());

thread_local! {
    /// This thread's number while it is recorded.
    static OWN: Cell<u64> = const { Cell::new(0) };
    /// This thread's number and root; 0 for the main thread.
    static SELF: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// The live threads of `scope`, or of every scope. One that has ended past the C library is not, which frees its record.
pub(crate) fn live(scope: Option<u64>) -> Vec<Thread> {
    let mut threads: Vec<Thread> = RECORDS
        .live(scope, Facts::read)
        .map(|seen| Thread {
            number: seen.number,
            ..seen.facts
        })
        .collect();
    if !threads.is_empty() {
        let newest = newest();
        threads.retain(|thread| {
            let is_there = is_there(thread.tid)
                && newest
                    .get(&thread.tid)
                    .is_none_or(|newest| *newest <= thread.number);
            if !is_there {
                over(thread.number);
            }
            is_there
        });
    }
    threads
}

/// The newest thread with each of the kernel's numbers: what had one before is gone.
fn newest() -> HashMap<i32, u64> {
    let mut newest = HashMap::new();
    for seen in RECORDS.live(None, |facts| {
        facts.tid.load(Ordering::Acquire).cast_signed()
    }) {
        if seen.facts > 0 {
            let number = newest.entry(seen.facts).or_insert(seen.number);
            *number = seen.number.max(*number);
        }
    }
    newest
}

/// Whether the kernel has a thread of this process with this number; one without a number has not begun, or was not told.
fn is_there(tid: i32) -> bool {
    let no_signal = 0;
    let error = errno::keeping(|| {
        // SAFETY: numbers are passed, and no signal is sent; `errno` is this thread's own.
        unsafe {
            match libc::syscall(libc::SYS_tgkill, libc::getpid(), tid, no_signal) {
                0 => 0,
                _ => *libc::__errno_location(),
            }
        }
    });
    tid <= 0 || error != libc::ESRCH
}

/// Number and root of the calling thread; 0 for the main thread and for unrecorded ones.
pub(crate) fn own_numbers() -> (u64, u64) {
    SELF.get()
}

/// The stack of a thread that is alive; `None` where the C library did not make it, or not as it makes most.
pub(super) fn stack_of(tid: i32) -> Option<Stack> {
    let words = |facts: &Facts| {
        let tid = facts.tid.load(Ordering::Acquire).cast_signed();
        let words = [&facts.asked_for, &facts.stack].map(|word| word.load(Ordering::Relaxed));
        (tid, words)
    };
    // What had the number before is gone.
    let newest = RECORDS
        .live(None, words)
        .filter(|seen| seen.facts.0 == tid)
        .max_by_key(|seen| seen.number)?;
    let (_, [asked_for, high]) = newest.facts;
    (asked_for != 0 && high != 0).then(|| stack::made(high, asked_for))
}

/// Marks the calling thread as one of the runtime with this token.
pub(crate) fn mark_runtime(token: u32) {
    if let Some(record) = own() {
        record.runtime.store(token, Ordering::Release);
    }
}

/// Token of the runtime that the calling thread works for, or 0.
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) fn own_runtime() -> u32 {
    own().map_or(0, |own| own.runtime.load(Ordering::Relaxed))
}

/// Why threads may have gone unseen, if so.
pub(crate) fn gap() -> Option<String> {
    match RECORDS.missed() {
        0 => gap_of_foreign! { "pthread_create" "pthread_setname_np" },
        missed => Some(format!(
            "{missed} threads were started while {} were alive, which is as many as are recorded",
            Records::<Facts>::LEN
        )),
    }
}

/// Why threads cannot be seen at all on this platform: they can.
pub(crate) const fn unavailable() -> Option<&'static str> {
    None
}

/// Takes the place of the C library's function: records the thread, then calls on.
///
/// # Safety
///
/// As for the C library's own.
unsafe extern "C" fn pthread_create(
    thread: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    start: Start,
    argument: *mut c_void,
) -> c_int {
    let Some(create) = next::pthread_create() else {
        return libc::ENOSYS;
    };
    // SAFETY: the caller's own arguments, passed on unchanged.
    let pass = || unsafe { create(thread, attributes, start, argument) };
    if naming::learns(start as usize) {
        return libc::EAGAIN;
    }
    if is_off() || fork::in_child() {
        return pass();
    }
    let mut claim = Claim {
        start,
        argument,
        asked_for: stack::asked_for(attributes),
        // SAFETY: the caller's own attributes, or none.
        has_room: unsafe { has_room(attributes) },
        number: None,
    };
    if errno::keeping(|| spare::run(claim_record, &mut claim)) == Done::No {
        RECORDS.miss();
    }
    let Some(number) = claim.number else {
        return pass();
    };
    // SAFETY: the trampoline takes a recorded thread's number for its argument and is given one.
    let result = unsafe { create(thread, attributes, enter::<Facts>, number as *mut c_void) };
    if result != 0 {
        over(number);
    }
    result
}

/// Whether the thread has enough stack for calls that may take a lot of it.
///
/// # Safety
///
/// `attributes` must be null or those of a thread.
unsafe fn has_room(attributes: *const libc::pthread_attr_t) -> bool {
    const ENOUGH: usize = 64 << 10;
    let mut size = 0;
    // SAFETY: valid by contract; the size outlives the call.
    attributes.is_null()
        || unsafe { libc::pthread_attr_getstacksize(attributes, &raw mut size) } == 0
            && size >= ENOUGH
}

#[cfg(not(any(
    target_env = "musl",
    target_feature = "crt-static",
    leakcheck_sanitized
)))]
jump! {
    "pthread_create" pthread_create;
    "pthread_setname_np" naming::pthread_setname_np;
}
// The C library's own comes along with the name by which it is called, a sanitizer's in any case.
#[cfg(any(
    target_env = "musl",
    target_feature = "crt-static",
    leakcheck_sanitized
))]
jump_always! {
    "pthread_create" pthread_create;
    "pthread_setname_np" naming::pthread_setname_np;
}

/// This is a child of the process whose threads are recorded, and has none of them.
pub(super) fn clear() {
    RECORDS.clear();
}

/// Whether `LEAKCHECK=off` was set when the first thread or process was started.
pub(super) fn is_off() -> bool {
    static OFF: OnceBool = OnceBool::new();
    OFF.get_or_init(|| {
        // std's own reader takes a lock and allocates, which an interposed function must not.
        // SAFETY: the name is a C string; the value is compared at once and not kept.
        unsafe {
            let value = libc::getenv(c"LEAKCHECK".as_ptr());
            !value.is_null() && CStr::from_ptr(value) == c"off"
        }
    })
}

impl Begin for Facts {
    /// Runs on the new thread, which has this number, before anything else does.
    extern "C" fn begin(number: u64) -> Target {
        let born = |facts: &Facts| {
            (
                facts.origin.load(Ordering::Relaxed),
                facts.root.load(Ordering::Relaxed),
                facts.start.load(Ordering::Relaxed),
                facts.argument.load(Ordering::Relaxed),
                facts.has_room.load(Ordering::Relaxed),
            )
        };
        let seen = RECORDS
            .find(number, born)
            .expect("the creator has recorded this very thread");
        let (origin, root, start, argument, has_room) = seen.facts;
        OWN.set(number);
        if let Some(own) = own() {
            // SAFETY: `gettid` has no preconditions.
            let tid = unsafe { libc::gettid() };
            own.stack.store(stack::high(), Ordering::Relaxed);
            own.tid.store(tid.cast_unsigned(), Ordering::Release);
        }
        context::replace(Context {
            scope: seen.scope,
            origin,
        });
        SELF.set((number, root));
        arm_end(number);
        if has_room {
            spare::learn();
        }
        Target {
            // SAFETY: `claim` stored the caller's start routine here.
            start: unsafe { std::mem::transmute::<usize, Start>(start) },
            argument: argument as *mut c_void,
        }
    }
}

/// A thread that is about to be started.
struct Claim {
    start: Start,
    argument: *mut c_void,
    asked_for: usize,
    has_room: bool,
    /// Its number, once it is recorded.
    number: Option<u64>,
}

/// Records a thread that is about to be started.
fn claim_record(wanted: &mut Claim) {
    let here = context::current();
    let origin = origin::here(0);
    let creator = own().map_or(0, |own| own.runtime.load(Ordering::Relaxed));
    let Some(claim) = RECORDS.claim(RECORDS.any_key()) else {
        return;
    };
    let number = claim.number;
    let root = match SELF.get() {
        (0, _) => number,
        (_, root) => root,
    };
    tally::of(here.scope).thread_started();
    claim.publish(0, here.scope, |facts| {
        facts.origin.store(origin, Ordering::Relaxed);
        facts.root.store(root, Ordering::Relaxed);
        facts.tid.store(0, Ordering::Relaxed);
        facts.runtime.store(0, Ordering::Relaxed);
        facts.creator.store(creator, Ordering::Relaxed);
        facts.born.store(clock::now_ms(), Ordering::Relaxed);
        facts.start.store(wanted.start as usize, Ordering::Relaxed);
        let argument = wanted.argument as usize;
        facts.argument.store(argument, Ordering::Relaxed);
        facts.has_room.store(wanted.has_room, Ordering::Relaxed);
        facts.asked_for.store(wanted.asked_for, Ordering::Relaxed);
        facts.stack.store(0, Ordering::Relaxed);
        facts.name.clear();
        facts.rounds.store(0, Ordering::Relaxed);
    });
    wanted.number = Some(number);
}

fn own() -> Option<&'static Facts> {
    match OWN.get() {
        0 => None,
        number => RECORDS.own(number),
    }
}

/// The thread with this number has ended.
fn over(number: u64) {
    if let Some(ended) = RECORDS.end(number) {
        tally::of(ended.scope).thread_ended();
    }
}

impl Facts {
    /// The thread, but for its number.
    fn read(&self) -> Thread {
        Thread {
            number: 0,
            root: self.root.load(Ordering::Relaxed),
            origin: self.origin.load(Ordering::Relaxed),
            tid: self.tid.load(Ordering::Acquire).cast_signed(),
            runtime: self.runtime.load(Ordering::Acquire),
            creator: self.creator.load(Ordering::Relaxed),
            born_ms: self.born.load(Ordering::Relaxed),
            name: self.name.get(),
        }
    }
}

/// Asks for [`end`] to run on this thread when everything else has.
fn arm_end(number: u64) {
    if let Some(key) = key() {
        // SAFETY: the key was created and is never deleted; the value is not a pointer to anything.
        unsafe { libc::pthread_setspecific(key, number as *const c_void) };
    }
}

pub(super) fn key() -> Option<libc::pthread_key_t> {
    static KEY: OnceNonZeroUsize = OnceNonZeroUsize::new();
    KEY.get_or_try_init(|| {
        let mut key = 0;
        // SAFETY: `key` is valid for writing; the destructor takes what `arm_end` sets. A key made by the loser of
        // a race is left unused.
        let result = unsafe { libc::pthread_key_create(&raw mut key, Some(end)) };
        // Keys count from zero, the cell's values from one.
        if result == 0 {
            std::num::NonZeroUsize::new(key as usize + 1).ok_or(())
        } else {
            Err(())
        }
    })
    .ok()
    .and_then(|key| libc::pthread_key_t::try_from(key.get() - 1).ok())
}

/// Destructor of the key. Asks to be run again, to come after the destructors of others, as often as the C library
/// allows; a sanitizer's own state for the thread is gone in the last round, so there it takes the first.
unsafe extern "C" fn end(value: *mut c_void) {
    /// `PTHREAD_DESTRUCTOR_ITERATIONS` of every libc here.
    const ROUNDS: u32 = 4;
    let number = value as u64;
    let Some(own) = RECORDS.own(number) else {
        return;
    };
    naming::ends();
    if fork::in_child() {
        return;
    }
    let round = own.rounds.fetch_add(1, Ordering::Relaxed) + 1;
    if round < ROUNDS
        && !next::under_sanitizer()
        && let Some(key) = key()
    {
        // SAFETY: as in `arm_end`; setting the value again asks for one more round.
        unsafe { libc::pthread_setspecific(key, value) };
        return;
    }
    OWN.set(0);
    // Whatever it still does is in nobody's count, so it is nobody's.
    context::replace(Context::NOBODY);
    over(number);
}
