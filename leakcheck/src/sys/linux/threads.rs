//! Every thread that this process starts through its C library, from `pthread_create` to its last breath.
//!
//! `pthread_create` and `pthread_setname_np` are defined here and win over the C library's at link time, also for C
//! code and loaded libraries. The end of a thread is told by the destructor of a thread-specific key, which runs on
//! every way out, after Rust's thread-locals and before `pthread_join` returns.

use std::{
    cell::Cell,
    ffi::{CStr, c_char, c_int, c_void},
    sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence},
};

use once_cell::race::{OnceBool, OnceNonZeroUsize};

use super::{
    fork,
    next::{self, Start},
    trampoline,
};
use crate::sys::{
    Chunked, clock,
    context::{self, Context},
    origin, tally,
};

mod stack;

/// Longest name that is kept; Linux itself keeps 15 bytes.
const NAME: usize = 64;
/// A claimed record that is not filled in yet.
const CLAIMED: u64 = u64::MAX;

/// One live thread. Every field is an atomic, so that a reader on another thread sees old or new words, never torn ones;
/// `number` is stored last and checked twice.
#[derive(Debug, Default)]
struct Record {
    /// Which thread of the process it is, from one; 0 for a free record.
    number: AtomicU64,
    scope: AtomicU32,
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
    /// Length of the name plus one; 0 for a thread that was given none.
    named: AtomicU32,
    name: [AtomicU64; NAME / 8],
    rounds: AtomicU32,
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

static RECORDS: Chunked<Record, 256> = Chunked::new();
/// Records beyond this index were never used.
static HIGH: AtomicUsize = AtomicUsize::new(0);
static STARTED: AtomicU64 = AtomicU64::new(0);
/// Threads that found no record.
static MISSED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Index plus one of this thread's record.
    static OWN: Cell<usize> = const { Cell::new(0) };
    /// This thread's number and root; 0 for the main thread.
    static SELF: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// The live threads of `scope`, or of every scope.
pub(crate) fn live(scope: Option<u32>) -> Vec<Thread> {
    let used = HIGH.load(Ordering::Acquire);
    (0..used)
        .filter_map(|index| RECORDS.peek(index))
        .filter(|record| scope.is_none_or(|scope| record.scope.load(Ordering::Relaxed) == scope))
        .filter_map(Record::read)
        .collect()
}

/// Number and root of the calling thread; 0 for the main thread and for unrecorded ones.
pub(crate) fn own_numbers() -> (u64, u64) {
    SELF.get()
}

/// The stack of a thread that is alive; `None` where the C library did not make it, or not as it makes most.
pub(super) fn stack_of(tid: i32) -> Option<Stack> {
    let used = HIGH.load(Ordering::Acquire);
    let mut records = (0..used).filter_map(|index| RECORDS.peek(index));
    records.find_map(|record| {
        let words = [&record.asked_for, &record.stack];
        let [asked_for, high] = words.map(|word| word.load(Ordering::Relaxed));
        // Whose words these are tells the number, which is read twice after them.
        let is_its = record.read()?.tid == tid && record.stack.load(Ordering::Relaxed) == high;
        (is_its && asked_for != 0 && high != 0).then(|| stack::made(high, asked_for))
    })
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
    match MISSED.load(Ordering::Relaxed) {
        0 => None,
        missed => Some(format!(
            "{missed} threads were started while {} were alive, which is as many as are recorded",
            Chunked::<Record, 256>::LEN
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
#[unsafe(no_mangle)]
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
    if is_off() || fork::in_child() || BUSY.replace(true) {
        return pass();
    }
    let claimed = claim(start, argument, stack::asked_for(attributes));
    BUSY.set(false);
    let Some((index, record)) = claimed else {
        MISSED.fetch_add(1, Ordering::Relaxed);
        return pass();
    };
    // SAFETY: the trampoline takes a record's index for its argument and is given one.
    let result = unsafe { create(thread, attributes, trampoline::enter, index as *mut c_void) };
    if result != 0 {
        record.free();
    }
    result
}

/// Takes the place of the C library's function: keeps the name, then calls on.
///
/// # Safety
///
/// As for the C library's own.
#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_setname_np(thread: libc::pthread_t, name: *const c_char) -> c_int {
    // SAFETY: the caller passes a C string.
    let given = unsafe { CStr::from_ptr(name) };
    // SAFETY: always safe to ask.
    let is_own = unsafe { libc::pthread_equal(thread, libc::pthread_self()) } != 0;
    if is_own
        && !fork::in_child()
        && let Some(record) = own()
    {
        record.set_name(given.to_bytes());
    }
    set_kernel_name(thread, is_own, given)
}

fn set_kernel_name(thread: libc::pthread_t, is_own: bool, name: &CStr) -> c_int {
    const LIMIT: usize = 15;
    if name.count_bytes() > LIMIT {
        return libc::ERANGE;
    }
    if is_own {
        // SAFETY: the name is a C string of at most 16 bytes.
        return match unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) } {
            0 => 0,
            _ => libc::EINVAL,
        };
    }
    foreign_name(thread, name)
}

#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
fn foreign_name(thread: libc::pthread_t, name: &CStr) -> c_int {
    type SetName = unsafe extern "C" fn(libc::pthread_t, *const c_char) -> c_int;
    // SAFETY: the symbol, where there is one, is the C library's function of this signature.
    unsafe {
        match libc::dlsym(libc::RTLD_NEXT, c"pthread_setname_np".as_ptr()) {
            real if real.is_null() => libc::ENOSYS,
            real => std::mem::transmute::<*mut c_void, SetName>(real)(thread, name.as_ptr()),
        }
    }
}

/// A static C library has no next symbol; nothing in Rust names another thread.
#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
fn foreign_name(_thread: libc::pthread_t, _name: &CStr) -> c_int {
    libc::ENOSYS
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

/// Runs on the new thread before anything else does.
pub(super) fn begin(index: usize) -> trampoline::Target {
    let record = RECORDS
        .peek(index)
        .expect("the creator claimed this very record");
    // SAFETY: `gettid` has no preconditions.
    let tid = unsafe { libc::gettid() };
    record.stack.store(stack::high(), Ordering::Relaxed);
    record.tid.store(tid.cast_unsigned(), Ordering::Release);
    OWN.set(index + 1);
    context::replace(Context {
        scope: record.scope.load(Ordering::Relaxed),
        origin: record.origin.load(Ordering::Relaxed),
    });
    SELF.set((
        record.number.load(Ordering::Relaxed),
        record.root.load(Ordering::Relaxed),
    ));
    arm_end(index);
    let start = record.start.load(Ordering::Acquire);
    trampoline::Target {
        // SAFETY: `claim` stored the caller's start routine here.
        start: unsafe { std::mem::transmute::<usize, Start>(start) },
        argument: record.argument.load(Ordering::Acquire) as *mut c_void,
    }
}

/// Claims a record and fills it in.
fn claim(
    start: Start,
    argument: *mut c_void,
    asked_for: usize,
) -> Option<(usize, &'static Record)> {
    let (index, record) = free_record()?;
    let here = context::current();
    // A reader that sees one of the new words sees that the number has changed.
    fence(Ordering::Release);
    record.scope.store(here.scope, Ordering::Relaxed);
    record.origin.store(origin::here(0), Ordering::Relaxed);
    record.tid.store(0, Ordering::Relaxed);
    record.runtime.store(0, Ordering::Relaxed);
    let creator = own().map_or(0, |own| own.runtime.load(Ordering::Relaxed));
    record.creator.store(creator, Ordering::Relaxed);
    record.born.store(clock::now_ms(), Ordering::Relaxed);
    record.start.store(start as usize, Ordering::Relaxed);
    record.argument.store(argument as usize, Ordering::Relaxed);
    record.asked_for.store(asked_for, Ordering::Relaxed);
    record.stack.store(0, Ordering::Relaxed);
    record.named.store(0, Ordering::Relaxed);
    record.rounds.store(0, Ordering::Relaxed);
    tally::of(here.scope).thread_started();
    let number = STARTED.fetch_add(1, Ordering::Relaxed) + 1;
    let root = match SELF.get() {
        (0, _) => number,
        (_, root) => root,
    };
    record.root.store(root, Ordering::Relaxed);
    record.number.store(number, Ordering::Release);
    Some((index, record))
}

fn free_record() -> Option<(usize, &'static Record)> {
    (0..Chunked::<Record, 256>::LEN).find_map(|index| {
        let record = RECORDS.get(index)?;
        if record.number.load(Ordering::Relaxed) != 0 {
            return None;
        }
        record
            .number
            .compare_exchange(0, CLAIMED, Ordering::Acquire, Ordering::Relaxed)
            .ok()?;
        HIGH.fetch_max(index + 1, Ordering::AcqRel);
        Some((index, record))
    })
}

fn own() -> Option<&'static Record> {
    RECORDS.peek(OWN.get().checked_sub(1)?)
}

impl Record {
    fn read(&self) -> Option<Thread> {
        let number = self.number.load(Ordering::Acquire);
        if number == 0 || number == CLAIMED {
            return None;
        }
        let thread = Thread {
            number,
            root: self.root.load(Ordering::Relaxed),
            origin: self.origin.load(Ordering::Relaxed),
            tid: self.tid.load(Ordering::Acquire).cast_signed(),
            runtime: self.runtime.load(Ordering::Acquire),
            creator: self.creator.load(Ordering::Relaxed),
            born_ms: self.born.load(Ordering::Relaxed),
            name: self.name(),
        };
        fence(Ordering::Acquire);
        (self.number.load(Ordering::Relaxed) == number).then_some(thread)
    }

    fn free(&self) {
        let scope = self.scope.load(Ordering::Relaxed);
        self.number.store(0, Ordering::Release);
        tally::of(scope).thread_ended();
    }

    /// Keeps the whole name where std knows it: what the kernel gets is cut to 15 bytes.
    fn set_name(&self, given: &[u8]) {
        // std makes the thread's handle known before it sets the name, so this neither allocates nor registers one.
        let current = std::thread::current();
        let whole = current.name().map_or(given, str::as_bytes);
        let name = if whole.starts_with(given) {
            whole
        } else {
            given
        };
        let name = &name[..name.len().min(NAME)];
        for (word, bytes) in self.name.iter().zip(name.chunks(8)) {
            let mut padded = [0; 8];
            padded[..bytes.len()].copy_from_slice(bytes);
            word.store(u64::from_ne_bytes(padded), Ordering::Relaxed);
        }
        let len = u32::try_from(name.len()).unwrap_or(0);
        self.named.store(len + 1, Ordering::Release);
    }

    fn name(&self) -> Option<String> {
        let len = self.named.load(Ordering::Acquire).checked_sub(1)?;
        let bytes: Vec<u8> = self
            .name
            .iter()
            .flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes())
            .take(len as usize)
            .collect();
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Asks for [`end`] to run on this thread when everything else has.
fn arm_end(index: usize) {
    if let Some(key) = key() {
        // SAFETY: the key was created and is never deleted; the value is not a pointer to anything.
        unsafe { libc::pthread_setspecific(key, (index + 1) as *const c_void) };
    }
}

fn key() -> Option<libc::pthread_key_t> {
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
    let Some(record) = (value as usize)
        .checked_sub(1)
        .and_then(|index| RECORDS.peek(index))
    else {
        return;
    };
    if fork::in_child() {
        return;
    }
    let round = record.rounds.fetch_add(1, Ordering::Relaxed) + 1;
    if round < ROUNDS
        && !next::under_sanitizer()
        && let Some(key) = key()
    {
        // SAFETY: as in `arm_end`; setting the value again asks for one more round.
        unsafe { libc::pthread_setspecific(key, value) };
        return;
    }
    OWN.set(0);
    record.free();
}
