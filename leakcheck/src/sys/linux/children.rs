//! Every child that this process starts through its C library, until somebody has waited for it.
//!
//! `posix_spawn`, `posix_spawnp`, `fork` and `vfork` are defined here and win over the C library's at link time. Nothing tells
//! of the end of a child: the kernel is asked, in a way that leaves a child that has exited to whoever waits for it.

use std::{
    cell::Cell,
    ffi::{c_char, c_int},
    fs,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

use super::{
    errno, fork, proc,
    real_fns::{self, Spawn},
    spare::{self, Done},
    threads,
};
use crate::{
    base::model::{Limited, ProcessState},
    sys::{
        StaticTable,
        budget::{self, Census, end_process},
        child::Child,
        clock,
        context::{self, Context},
        creation_stack,
        record::Seen,
        scope_counters,
        table::Records,
        timeline::{self, Beginning, Thing},
    },
};

#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
mod clone;
mod end;
mod every;
mod given;
mod kernel;
mod unseen;
mod vfork;

pub(crate) use end::end;
pub(crate) use every::{are_shown, every, open_streams, runs};
pub(crate) use given::{forget as forget_given, is_made_for_this, of as given};

/// What must be found out before a child is started.
pub(super) fn learn() {
    given::learn();
}

/// What is known of a child, by its id.
#[derive(Debug, Default)]
struct Facts {
    pid: AtomicU32,
    origin: AtomicU32,
    /// The nearest ancestor that the main thread started, of the thread that made it.
    root: AtomicU64,
    born: AtomicU64,
    /// When it was started, by the kernel's clock, which tells it from a later one of the same id; 0 where unknown.
    started: AtomicU64,
}

static RECORDS: Records<Facts> = Records::new(StaticTable::new());

thread_local! {
    static HEARD: Cell<bool> = const { Cell::new(false) };
}

/// The children of `scope`, or of every scope, that nobody has waited for.
pub(crate) fn live(scope: Option<u64>) -> Vec<Child> {
    RECORDS
        .live(scope, Facts::read)
        .filter_map(|seen| look(&seen))
        .collect()
}

/// The child with this number, if nobody has waited for it.
pub(crate) fn find(number: u64) -> Option<Child> {
    look(&RECORDS.find(number, Facts::read)?)
}

/// This is a child of the process whose processes are recorded, and has none of them.
pub(super) fn clear() {
    RECORDS.clear();
    given::clear();
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

/// Whether the way by which std starts programs leads here.
pub(crate) fn is_ours() -> bool {
    foreign! { "posix_spawnp" }.is_empty()
}

/// Why children may have gone unseen, if so.
pub(crate) fn gap() -> Option<String> {
    match (RECORDS.missed(), given::missed()) {
        (0, 0) => gap_of_foreign! { "posix_spawn" "posix_spawnp" "fork" "vfork" "popen" "system" },
        (0, missed) => Some(format!(
            "{missed} more pipes and sockets were there when processes were started than are recorded"
        )),
        (missed, _) => Some(format!(
            "{missed} processes were started while {} were not waited for, which is as many as are recorded",
            Records::<Facts>::LEN
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
    unsafe { spawn(real_fns::posix_spawn(), pid, call) }
}

/// Takes the place of the C library's function: calls on, then records the child.
///
/// # Safety
///
/// As for the C library's own.
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
    unsafe { spawn(real_fns::posix_spawnp(), pid, call) }
}

/// Takes the place of the C library's function: calls on, then records the child.
///
/// # Safety
///
/// As for the C library's own.
unsafe extern "C" fn fork() -> libc::pid_t {
    let Some(real) = real_fns::fork() else {
        return errno::missing();
    };
    // SAFETY: the caller's contract.
    let pid = unsafe { real() };
    if pid != 0 {
        started(pid);
    }
    pid
}

#[cfg(not(leakcheck_sanitized))]
jump! {
    "posix_spawn" posix_spawn;
    "posix_spawnp" posix_spawnp;
    "fork" fork;
}
// A sanitizer's own come along in any case.
#[cfg(leakcheck_sanitized)]
jump_always! {
    "posix_spawn" posix_spawn;
    "posix_spawnp" posix_spawnp;
    "fork" fork;
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
    if threads::is_off() || fork::in_child() || fork::shares_memory() {
        return;
    }
    let scope = context::current().scope;
    let Ok(pid @ 1..) = u32::try_from(pid) else {
        return;
    };
    if scope != Context::NOBODY.scope {
        let done = errno::keeping(|| spare::run(record, &mut Started { pid, scope }));
        if done == Done::No {
            RECORDS.miss();
        }
    }
}

/// What was started, and for whom.
struct Started {
    pid: u32,
    scope: u64,
}

fn record(&mut Started { pid, scope }: &mut Started) {
    /// Nobody else may look for a long time, and nothing tells of the end of a child: of so many it is asked for each new one.
    const ASKED: usize = 2;
    // A number that is given again: the child that had it was waited for.
    RECORDS.end_all(pid.into(), end_process);
    RECORDS.some(ASKED, Facts::read).for_each(|seen| {
        look(&seen);
    });
    let origin = creation_stack::here(0);
    let (thread, root) = threads::own_numbers();
    let started = kernel::start(pid).unwrap_or(0);
    given::note(given::Start {
        scope,
        origin,
        since: started,
    });
    let counters = scope_counters::of(scope);
    counters.child_started();
    let Some(claim) = RECORDS.claim(pid.into()) else {
        return;
    };
    counters.other_started();
    let rise = budget::started(counters, scope, Limited::Process, origin);
    let number = claim.number;
    claim.publish(pid.into(), scope, |facts| {
        facts.pid.store(pid, Ordering::Relaxed);
        facts.origin.store(origin, Ordering::Relaxed);
        facts.root.store(root, Ordering::Relaxed);
        facts.born.store(clock::now_ms(), Ordering::Relaxed);
        facts.started.store(started, Ordering::Relaxed);
    });
    timeline::begins(counters, scope, || Beginning {
        thing: Thing::Process,
        number,
        origin,
        task: 0,
        thread,
    });
    if let Some(rise) = rise {
        rise.note(number + 1, |census| look_at_all(scope, census));
    }
}

/// Tells of each child of the scope.
fn look_at_all(scope: u64, census: &mut Census) {
    for seen in RECORDS.live(Some(scope), Facts::read) {
        if let Some(child) = look(&seen) {
            census.add(child.number, child.origin);
        }
    }
}

/// The child, unless it is over, which frees the record.
fn look(seen: &Seen<(Child, u64)>) -> Option<Child> {
    let (child, started) = seen.facts;
    let state = kernel::state(child.pid, started);
    if state.is_none() {
        RECORDS.end(seen.number).into_iter().for_each(end_process);
    }
    Some(Child {
        number: seen.number,
        state: state?,
        ..child
    })
}

impl Facts {
    /// The child as it was started, and when that was.
    fn read(&self) -> (Child, u64) {
        let child = Child {
            number: 0,
            pid: self.pid.load(Ordering::Relaxed),
            origin: self.origin.load(Ordering::Relaxed),
            root: self.root.load(Ordering::Relaxed),
            born_ms: self.born.load(Ordering::Relaxed),
            state: ProcessState::Running,
        };
        (child, self.started.load(Ordering::Relaxed))
    }
}
