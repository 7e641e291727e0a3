//! The current stack of another thread, which takes it itself in a signal handler.
//!
//! A signal is sent to a thread only where these hold, one after the other, and otherwise what the kernel says is all that is told:
//!
//! 1. The thread waits in a system call that is known to bear a signal, blocks no signal at all, and stood still from one look to
//!    the next; the last look is the last thing before the signal. So it is in no handler, and is not about to wait for signals:
//!    who waits for one must block it first.
//! 2. It is on the stack that the C library made for it, and that has room for the handler and the kernel's frame, several times
//!    over. The handler looks again, where the stack pointer is what it is, before it unwinds.
//! 3. Nobody in the process waits for this signal, has ever waited for it, or begins to while it is under way (`awaited`).
//!    It has no handler but ours.
//! 4. What was not taken in time is taken back before anything else is done: nothing stays pending.
//!
//! What is left is a thread that comes back from its call between the last look and the signal, in some microseconds. It is in
//! the handler then as soon as the signal is there, wherever it is: not on a stack that is too small for the unwinder (2), nor
//! waiting for this signal (3). Only a system call that it has begun meanwhile may end early, as it may by any signal.
//!
//! The handler allocates nothing and takes no lock of ours: it unwinds into a fixed array and wakes the asker. One request is under
//! way at a time. It names the thread, so that a signal that arrives late finds nothing to do.

use std::{
    ffi::{c_int, c_void},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{calls, errno, event, fork, proc, real_fns, threads};
use crate::{
    base::{model::ThreadActivity, sync::lock_std},
    sys::creation_stack::paths::MAX_FRAMES,
};

pub(super) mod awaited;
mod facts;
mod room;
mod signal;

use awaited::Permit;
use facts::Facts;
use room::{Room, Stack};

/// Nobody is asked.
const NOBODY: i32 = 0;
/// The asked thread is about to answer; no thread has this number.
const ANSWERING: i32 = -1;

/// The thread that is asked.
static ASKED: AtomicI32 = AtomicI32::new(NOBODY);
/// 1 once it has answered.
static ANSWERED: AtomicU32 = AtomicU32::new(0);
static FRAMES: [AtomicUsize; MAX_FRAMES] = [const { AtomicUsize::new(0) }; MAX_FRAMES];
/// The stack pointer at each of these.
static POINTERS: [AtomicUsize; MAX_FRAMES] = [const { AtomicUsize::new(0) }; MAX_FRAMES];
static LEN: AtomicUsize = AtomicUsize::new(0);
/// Where it was interrupted.
static INTERRUPTED: AtomicUsize = AtomicUsize::new(0);
/// Where its stack ends, as the asker knows it.
static LOW: AtomicUsize = AtomicUsize::new(0);

/// Address of the function that tells which task it polls, or 0; then what that said.
static CURRENT_TASK: AtomicUsize = AtomicUsize::new(0);
static TASK: AtomicU64 = AtomicU64::new(0);

/// Tells the number of the task that the calling thread polls, or 0. It runs in a signal handler: it must not allocate,
/// lock or unwind.
pub(crate) type CurrentTask = fn() -> u64;

/// A return address, and the stack pointer of the function that it is in.
type Place = (usize, usize);

/// Held by whoever asks.
static ASKING: Mutex<()> = Mutex::new(());
/// Whether a thread began to answer and never finished, so that it may write at any time.
static IS_BROKEN: AtomicBool = AtomicBool::new(false);

/// What the handler and the unwinder use at most; a test measures it.
const UNWINDING: usize = room::HANDLER / 2;

/// Asks threads what they are doing.
#[derive(Debug)]
pub(crate) struct Asker {
    room: Room,
    /// The signals that can be read from descriptors, where that is known.
    by_descriptors: Option<u64>,
}

impl Asker {
    pub(crate) fn new() -> Self {
        Self {
            room: Room::read(),
            by_descriptors: awaited::by_descriptors(),
        }
    }

    /// What the thread is doing, if it answers within `limit`; what the kernel knows of it in any case. `None` for a
    /// thread that does not exist.
    ///
    /// `current_task` may be given for a thread of a runtime only: on any other, tokio's thread-local storage would be
    /// made by the first question, which takes memory.
    pub(crate) fn ask(
        &self,
        tid: i32,
        limit: Duration,
        current_task: Option<CurrentTask>,
    ) -> Option<ThreadActivity> {
        if fork::in_child() {
            return None;
        }
        let _asking = lock_std(&ASKING);
        let mut seen = Seen::of(tid, limit)?;
        TASK.store(0, Ordering::Relaxed);
        CURRENT_TASK.store(
            current_task.map_or(0, |ask| ask as usize),
            Ordering::Relaxed,
        );
        let end = Instant::now() + limit;
        let mut tries = 1;
        let (frames, unread) = loop {
            match self.stack(tid, &seen, limit) {
                Ok(Some(frames)) => break (frames, None),
                Err(why) => break (Vec::new(), Some(why)),
                Ok(None) if tries == TRIES || Instant::now() >= end => {
                    break (Vec::new(), Some(RESTLESS));
                }
                Ok(None) => {}
            }
            tries += 1;
            seen = Seen::of(tid, limit)?;
        };
        let (frames, stack_pointers) = frames.into_iter().unzip();
        let task = Some(TASK.load(Ordering::Relaxed));
        Some(ThreadActivity {
            task: task.filter(|task| *task != 0 && unread.is_none()),
            frames,
            stack_pointers,
            kernel: seen.facts.activity,
            unread,
        })
    }

    /// `None` of one that has moved.
    fn stack(
        &self,
        tid: i32,
        seen: &Seen,
        limit: Duration,
    ) -> Result<Option<Vec<Place>>, &'static str> {
        if real_fns::under_sanitizer() {
            return Err("a sanitizer delays signals");
        }
        if cfg!(any(target_env = "musl", target_feature = "crt-static")) {
            return Err("with a static C library it is not known who waits for signals");
        }
        if IS_BROKEN.load(Ordering::Relaxed) {
            return Err("a thread that was asked before it never finished its answer");
        }
        let Some(stack) = self.own_stack(tid, seen)? else {
            return Ok(None);
        };
        let descriptors = self
            .by_descriptors
            .ok_or("it is not known which signals are read from descriptors")?;
        let (signal, permit) = signal::take(answer, |signal| Permit::of(signal, descriptors))
            .ok_or("the program handles all real-time signals, or waits for them")?;
        // For the last time, right before: what was done meanwhile took long.
        if !Facts::of(tid).is_some_and(|now| now.is_unmoved(&seen.facts)) {
            return Ok(None);
        }
        let answer = answer_of(tid, signal, stack, limit);
        drop(permit);
        answer.map(Some)
    }

    /// The thread's own stack, where nothing speaks against a signal; `None` of one that has moved.
    fn own_stack(&self, tid: i32, seen: &Seen) -> Result<Option<Stack>, &'static str> {
        if let Some(objection) = seen.facts.objection(tid) {
            return Err(objection);
        }
        match seen.facts.waiting.filter(|_| seen.is_at_rest) {
            Some(waiting) => self.room.of(tid, waiting.stack_pointer).map(Some),
            None => Ok(None),
        }
    }
}

/// Why a thread is not interrupted that was seen in different places each time.
const RESTLESS: &str = "it does not keep still";
/// How often one is asked that has moved: on a loaded machine much goes by between two looks.
const TRIES: u32 = 4;

/// Why threads cannot be asked at all on this platform: they can.
pub(crate) const fn unavailable() -> Option<&'static str> {
    None
}

/// A thread as it was seen.
struct Seen {
    facts: Facts,
    /// Whether it stood still between two looks.
    is_at_rest: bool,
}

impl Seen {
    /// Looks until the thread stands still, a few times; longer where it returns from the handler, asked a moment ago.
    fn of(tid: i32, limit: Duration) -> Option<Self> {
        const LOOKS: u32 = 8;
        const APART: Duration = Duration::from_micros(200);
        let end = Instant::now() + limit;
        let mut facts = Facts::of(tid)?;
        let mut looks = 1;
        loop {
            let is_in_handler = signal::known().is_some_and(|signal| facts.blocks_only(signal));
            if (!is_in_handler && looks >= LOOKS) || Instant::now() >= end {
                return Some(Self {
                    facts,
                    is_at_rest: false,
                });
            }
            thread::sleep(APART);
            let again = Facts::of(tid)?;
            looks += 1;
            if again.is_unmoved(&facts) && !is_in_handler {
                return Some(Self {
                    facts: again,
                    is_at_rest: true,
                });
            }
            facts = again;
        }
    }
}

/// Sends the signal and waits for the answer. Nothing of it is left when this returns.
fn answer_of(
    tid: i32,
    signal: c_int,
    stack: Stack,
    limit: Duration,
) -> Result<Vec<Place>, &'static str> {
    ANSWERED.store(0, Ordering::Relaxed);
    LOW.store(stack.low, Ordering::Relaxed);
    ASKED.store(tid, Ordering::SeqCst);
    // SAFETY: the signal has our handler; a thread that is gone is an error.
    let sent = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), tid, signal) };
    if sent == 0 {
        wait_for_answer(tid, signal, limit);
    }
    if ASKED
        .compare_exchange(tid, NOBODY, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok()
    {
        if sent != 0 {
            return Err("it could not be sent a signal");
        }
        signal::forget(signal, answer);
        return Err("it did not answer in time");
    }
    // It has begun to answer, which takes microseconds unless the unwinder hangs.
    wait_for_answer(tid, signal, limit);
    if ANSWERED.load(Ordering::Acquire) == 0 {
        IS_BROKEN.store(true, Ordering::Relaxed);
        return Err("it did not finish its answer in time");
    }
    ASKED.store(NOBODY, Ordering::SeqCst);
    interrupted_frames()
}

/// Returns at the answer, after `limit`, or when the thread has come to block the signal meanwhile and may wait for it next.
fn wait_for_answer(tid: i32, signal: c_int, limit: Duration) {
    const SLICE: Duration = Duration::from_millis(2);
    let end = Instant::now() + limit;
    while ANSWERED.load(Ordering::Acquire) == 0 {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        event::wait(&ANSWERED, 0, left.min(SLICE));
        let is_kept_out = |facts: &Facts| facts.has_pending(signal) && facts.blocks(signal);
        if ANSWERED.load(Ordering::Acquire) == 0 && Facts::of(tid).as_ref().is_some_and(is_kept_out)
        {
            break;
        }
    }
}

/// The frames from where the thread was interrupted: those inside are the handler's.
fn interrupted_frames() -> Result<Vec<Place>, &'static str> {
    let len = LEN.load(Ordering::Relaxed).min(MAX_FRAMES);
    let noted = FRAMES.iter().zip(&POINTERS).take(len);
    let noted = noted.map(|(frame, pointer)| {
        (
            frame.load(Ordering::Relaxed),
            pointer.load(Ordering::Relaxed),
        )
    });
    let all: Vec<Place> = noted.collect();
    let at = INTERRUPTED.load(Ordering::Relaxed);
    if all.is_empty() {
        return Err("it went on, and has too little room on its stack now");
    }
    let first = all.iter().position(|frame| frame.0 == at);
    let first = first.ok_or("the code where it waits cannot be unwound")?;
    let mut frames = all[first..].to_vec();
    // Whoever reads return addresses takes one off, to be inside the call; this one is not behind a call.
    frames[0].0 += 1;
    Ok(frames)
}

/// Runs on the asked thread, wherever that is.
unsafe extern "C" fn answer(_signal: c_int, _info: *mut libc::siginfo_t, context: *mut c_void) {
    errno::keeping(|| {
        if fork::in_child() {
            return;
        }
        // SAFETY: `gettid` has no preconditions.
        let own = unsafe { libc::gettid() };
        if ASKED
            .compare_exchange(own, ANSWERING, Ordering::SeqCst, Ordering::SeqCst)
            .is_err()
        {
            return;
        }
        // SAFETY: the kernel passes the context of what it interrupted.
        let at = unsafe { program_counter(context.cast()) };
        INTERRUPTED.store(at, Ordering::Relaxed);
        let len = if has_room() { unwind() } else { 0 };
        LEN.store(len, Ordering::Relaxed);
        if len != 0 {
            TASK.store(current_task(), Ordering::Relaxed);
        }
        ANSWERED.store(1, Ordering::Release);
        event::wake(&ANSWERED);
    });
}

/// Whether the unwinder has room where this is.
fn has_room() -> bool {
    let local = 0_u8;
    let here = std::ptr::from_ref(&local) as usize;
    here.checked_sub(LOW.load(Ordering::Relaxed))
        .is_some_and(|room| room >= UNWINDING)
}

/// Notes the frames of the calling thread, and returns how many.
#[inline(never)]
fn unwind() -> usize {
    let mut len = 0;
    let record = |frame: &backtrace::Frame| {
        let (Some(slot), Some(pointer)) = (FRAMES.get(len), POINTERS.get(len)) else {
            return false;
        };
        slot.store(frame.ip() as usize, Ordering::Relaxed);
        pointer.store(frame.sp() as usize, Ordering::Relaxed);
        len += 1;
        true
    };
    // SAFETY: as in `unwind_cache`: the lock that this leaves out is for Windows. The unwinder does not allocate, and the
    // arrays are this thread's own while it answers.
    unsafe { backtrace::trace_unsynchronized(record) };
    len
}

/// The number of the task that this thread polls, or 0 where that was not asked.
fn current_task() -> u64 {
    let address = CURRENT_TASK.load(Ordering::Relaxed);
    if address == 0 {
        return 0;
    }
    // SAFETY: the asker stored the address of a function of this type.
    let current_task = unsafe { std::mem::transmute::<usize, CurrentTask>(address) };
    current_task()
}

/// Where a thread was interrupted.
///
/// # Safety
///
/// `context` must be what the kernel gave to a signal handler.
unsafe fn program_counter(context: *const libc::ucontext_t) -> usize {
    // SAFETY: by contract.
    let machine = unsafe { &(*context).uc_mcontext };
    #[cfg(target_arch = "x86_64")]
    let counter = machine.gregs[libc::REG_RIP as usize].cast_unsigned();
    #[cfg(target_arch = "aarch64")]
    let counter = machine.pc;
    usize::try_from(counter).unwrap_or(0)
}

#[cfg(test)]
mod tests;
