//! Every child that this process starts through its C library, until somebody has waited for it.
//!
//! `posix_spawn`, `posix_spawnp` and `fork` are defined here and win over the C library's at link time. `vfork` is not:
//! its child runs on in the caller's own frame, so nothing may stand in between. Nothing tells of the end of a child
//! either: the kernel is asked, in a way that leaves a child that has exited to whoever waits for it.

use std::{
    cell::Cell,
    ffi::{c_char, c_int},
    fs,
    sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering},
};

use super::{
    errno, fork,
    next::{self, Spawn},
    proc,
    slot::Slot,
    threads,
};
use crate::sys::{
    Chunked, clock,
    context::{self, Context},
    origin,
};

mod kernel;
pub(crate) use kernel::State;

type Records = Chunked<Record, 64>;

/// One child. Every field is an atomic, so that a reader on another thread sees old or new words, never torn ones.
#[derive(Debug, Default)]
struct Record {
    slot: Slot,
    pid: AtomicU32,
    origin: AtomicU32,
    /// The nearest ancestor that the main thread started, of the thread that made it.
    root: AtomicU64,
    born: AtomicU64,
    /// When it was started, by the kernel's clock, which tells it from a later one of the same id; 0 where unknown.
    started: AtomicU64,
}

/// A child as a reader saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process {
    pub(crate) number: u64,
    pub(crate) pid: u32,
    pub(crate) origin: u32,
    pub(crate) root: u64,
    pub(crate) born_ms: u64,
    pub(crate) state: State,
}

static RECORDS: Records = Chunked::new();
/// Records beyond this index were never used.
static HIGH: AtomicUsize = AtomicUsize::new(0);
static STARTED: AtomicU64 = AtomicU64::new(0);
/// Children that found no record.
static MISSED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static BUSY: Cell<bool> = const { Cell::new(false) };
    static HEARD: Cell<bool> = const { Cell::new(false) };
}

/// The children of `scope`, or of every scope, that nobody has waited for.
pub(crate) fn live(scope: Option<u32>) -> Vec<Process> {
    let is_wanted = |record: &&Record| scope.is_none_or(|scope| record.slot.scope() == scope);
    used().filter(is_wanted).filter_map(Record::look).collect()
}

/// The child with this number, if nobody has waited for it.
pub(crate) fn find(number: u64) -> Option<Process> {
    let has_number = |record: &&Record| record.slot.number() == Some(number);
    let found = used().find(has_number)?.look();
    found.filter(|process| process.number == number)
}

/// The name of the program that it runs.
pub(crate) fn program(pid: u32) -> Option<String> {
    let stat = fs::read(format!("{}/stat", proc::of_process(pid)?)).ok()?;
    let name = kernel::Stat::parse(&stat)?.name;
    Some(String::from_utf8_lossy(name).into_owned())
}

/// Whether it runs the program that this process runs; nothing is known of a zombie.
pub(crate) fn is_copy(pid: u32) -> bool {
    let program = |place: &str| fs::read_link(format!("{place}/exe")).ok();
    let its = proc::of_process(pid).and_then(|place| program(&place));
    its.is_some() && its == program("/proc/self")
}

/// The words of its command line; none of a zombie.
pub(crate) fn command(pid: u32) -> Vec<String> {
    let line = proc::of_process(pid).and_then(|place| fs::read(format!("{place}/cmdline")).ok());
    let line = line.unwrap_or_default();
    let line = line.strip_suffix(&[0]).unwrap_or(&line);
    if line.is_empty() {
        return Vec::new();
    }
    line.split(|byte| *byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}

/// Whether `work`, which tries to start a process on this thread, is heard of here.
pub(crate) fn is_heard(work: impl FnOnce()) -> bool {
    HEARD.set(false);
    work();
    HEARD.replace(false)
}

/// Why children may have gone unseen, if so.
pub(crate) fn gap() -> Option<String> {
    match MISSED.load(Ordering::Relaxed) {
        0 => None,
        missed => Some(format!(
            "{missed} processes were started while {} were not waited for, which is as many as are recorded",
            Records::LEN
        )),
    }
}

/// Why children cannot be seen at all on this platform: they can.
pub(crate) const fn unavailable() -> Option<&'static str> {
    None
}

/// Takes the place of the C library's function: calls on, then records the child.
///
/// # Safety
///
/// As for the C library's own.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_spawn(
    pid: *mut libc::pid_t,
    path: *const c_char,
    actions: *const libc::posix_spawn_file_actions_t,
    attributes: *const libc::posix_spawnattr_t,
    arguments: *const *mut c_char,
    environment: *const *mut c_char,
) -> c_int {
    // SAFETY: the caller's own arguments, passed on unchanged.
    let call =
        |real: Spawn, pid| unsafe { real(pid, path, actions, attributes, arguments, environment) };
    // SAFETY: the caller passes a place for the number, or null.
    unsafe { spawn(next::posix_spawn(), pid, call) }
}

/// Takes the place of the C library's function: calls on, then records the child.
///
/// # Safety
///
/// As for the C library's own.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_spawnp(
    pid: *mut libc::pid_t,
    file: *const c_char,
    actions: *const libc::posix_spawn_file_actions_t,
    attributes: *const libc::posix_spawnattr_t,
    arguments: *const *mut c_char,
    environment: *const *mut c_char,
) -> c_int {
    // SAFETY: the caller's own arguments, passed on unchanged.
    let call =
        |real: Spawn, pid| unsafe { real(pid, file, actions, attributes, arguments, environment) };
    // SAFETY: the caller passes a place for the number, or null.
    unsafe { spawn(next::posix_spawnp(), pid, call) }
}

/// Takes the place of the C library's function: calls on, then records the child.
///
/// # Safety
///
/// As for the C library's own.
#[unsafe(no_mangle)]
unsafe extern "C" fn fork() -> libc::pid_t {
    // Looked for ahead: the child may come here, where the loader's locks may be held for ever.
    let _ = (next::posix_spawn(), next::posix_spawnp());
    let _ = (next::timer_create(), next::timer_delete());
    let Some(real) = next::fork() else {
        // SAFETY: `errno` is this thread's own.
        unsafe { *libc::__errno_location() = libc::ENOSYS };
        return -1;
    };
    // SAFETY: the caller's contract.
    let pid = unsafe { real() };
    if pid != 0 {
        started(pid);
    }
    pid
}

/// Starts a process by `call`, whatever it gets for the place of the child's number.
///
/// # Safety
///
/// `pid` must be null or valid for writing.
unsafe fn spawn(
    real: Option<Spawn>,
    pid: *mut libc::pid_t,
    call: impl FnOnce(Spawn, *mut libc::pid_t) -> c_int,
) -> c_int {
    let Some(real) = real else {
        return libc::ENOSYS;
    };
    let mut child = 0;
    let error = call(real, &raw mut child);
    if error == 0 && !pid.is_null() {
        // SAFETY: valid by contract.
        unsafe { *pid = child };
    }
    started(if error == 0 { child } else { -1 });
    error
}

/// A process was started, or was not if there is no such number.
fn started(pid: libc::pid_t) {
    if threads::is_off() || fork::in_child() {
        return;
    }
    HEARD.set(true);
    let scope = context::current().scope;
    let Ok(pid @ 1..) = u32::try_from(pid) else {
        return;
    };
    if scope != Context::NOBODY.scope && !BUSY.replace(true) {
        errno::keeping(|| record(pid, scope));
        BUSY.set(false);
    }
}

fn record(pid: u32, scope: u32) {
    // A number that is given again: the child that had it was waited for.
    let had_it = |record: &&Record| record.pid.load(Ordering::Relaxed) == pid;
    for record in used().filter(had_it) {
        record.slot.end();
    }
    let Some(record) = free_record() else {
        MISSED.fetch_add(1, Ordering::Relaxed);
        return;
    };
    record.pid.store(pid, Ordering::Relaxed);
    record.origin.store(origin::here(0), Ordering::Relaxed);
    record
        .root
        .store(threads::own_numbers().1, Ordering::Relaxed);
    record.born.store(clock::now_ms(), Ordering::Relaxed);
    let started = kernel::start(pid).unwrap_or(0);
    record.started.store(started, Ordering::Relaxed);
    let number = STARTED.fetch_add(1, Ordering::Relaxed) + 1;
    record.slot.publish(number, scope);
}

fn used() -> impl Iterator<Item = &'static Record> {
    let used = HIGH.load(Ordering::Acquire);
    (0..used).filter_map(|index| RECORDS.peek(index))
}

/// A record that nobody has. Where all that were ever used are taken, those are given back first whose child is gone:
/// nobody else may look for a long time.
fn free_record() -> Option<&'static Record> {
    const SWEEP: usize = 128;
    let high = HIGH.load(Ordering::Acquire);
    let claimed = |index| RECORDS.get(index).filter(|record| record.slot.claim());
    if let Some(free) = (0..high).find_map(claimed) {
        return Some(free);
    }
    if high > 0 && high.is_multiple_of(SWEEP) {
        used().for_each(|record| {
            record.look();
        });
    }
    (0..Records::LEN).find_map(|index| {
        let record = claimed(index)?;
        HIGH.fetch_max(index + 1, Ordering::AcqRel);
        Some(record)
    })
}

impl Record {
    /// The child, unless it is over, which frees the record.
    fn look(&self) -> Option<Process> {
        let number = self.slot.number()?;
        let pid = self.pid.load(Ordering::Relaxed);
        let started = self.started.load(Ordering::Relaxed);
        let process = Process {
            number,
            pid,
            origin: self.origin.load(Ordering::Relaxed),
            root: self.root.load(Ordering::Relaxed),
            born_ms: self.born.load(Ordering::Relaxed),
            state: State::Running,
        };
        if !self.slot.is_still(number) {
            return None;
        }
        let state = kernel::state(pid, started);
        if state.is_none() {
            self.slot.free(number);
        }
        Some(Process {
            state: state?,
            ..process
        })
    }
}
