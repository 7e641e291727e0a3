//! The current stack of another thread, which takes it itself in a signal handler.
//!
//! A signal makes some system calls of the thread return early (`poll`, `usleep`, a read with a time limit), so only
//! threads are asked that have been left behind. The handler allocates nothing and takes no lock of ours: it unwinds
//! into a fixed array and wakes the asker. One request is under way at a time. It names the thread, so that a signal
//! that arrives late finds nothing to do.

use std::{
    ffi::{c_int, c_void},
    mem::MaybeUninit,
    ptr::{null, null_mut},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{errno, event, fork, next};
use crate::{model::Doing, sync::lock_std, sys::origin::MAX_FRAMES};

mod calls;
mod facts;

use facts::{Facts, Room};

/// Nobody is asked.
const NOBODY: i32 = 0;
/// The asked thread is about to answer; no thread has this number.
const ANSWERING: i32 = -1;

/// The thread that is asked.
static ASKED: AtomicI32 = AtomicI32::new(NOBODY);
/// 1 once it has answered.
static ANSWERED: AtomicU32 = AtomicU32::new(0);
static FRAMES: [AtomicUsize; MAX_FRAMES] = [const { AtomicUsize::new(0) }; MAX_FRAMES];
static LEN: AtomicUsize = AtomicUsize::new(0);
/// Where it was interrupted.
static INTERRUPTED: AtomicUsize = AtomicUsize::new(0);

/// Address of the function that tells which task it polls, or 0; then what that said.
static CURRENT_TASK: AtomicUsize = AtomicUsize::new(0);
static TASK: AtomicU64 = AtomicU64::new(0);

/// Tells the number of the task that the calling thread polls, or 0. It runs in a signal handler: it must not allocate,
/// lock or unwind.
pub(crate) type CurrentTask = fn() -> u64;

/// Held by whoever asks.
static ASKING: Mutex<()> = Mutex::new(());
/// The signal that our handler was installed for, or 0. It stays installed: a signal that is still on its way would end
/// the process.
static SIGNAL: AtomicI32 = AtomicI32::new(0);
/// Whether a thread began to answer and never finished, so that it may write at any time.
static IS_BROKEN: AtomicBool = AtomicBool::new(false);

/// Asks threads what they are doing.
#[derive(Debug)]
pub(crate) struct Asker {
    room: Room,
}

impl Asker {
    pub(crate) fn new() -> Self {
        Self { room: Room::read() }
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
    ) -> Option<Doing> {
        if fork::in_child() {
            return None;
        }
        let _asking = lock_std(&ASKING);
        let facts = facts_of(tid, limit)?;
        TASK.store(0, Ordering::Relaxed);
        let ask_for = current_task.map_or(0, |ask| ask as usize);
        let (frames, unread) = match self.stack(tid, &facts, limit, ask_for) {
            Ok(frames) => (frames, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let task = Some(TASK.load(Ordering::Relaxed));
        Some(Doing {
            task: task.filter(|task| *task != 0 && unread.is_none()),
            frames,
            activity: facts.activity,
            unread,
        })
    }

    fn stack(
        &self,
        tid: i32,
        facts: &Facts,
        limit: Duration,
        current_task: usize,
    ) -> Result<Vec<usize>, &'static str> {
        if next::under_sanitizer() {
            return Err("a sanitizer delays signals");
        }
        if IS_BROKEN.load(Ordering::Relaxed) {
            return Err("a thread that was asked before it never finished its answer");
        }
        if !self.room.is_enough(facts) {
            return Err("its stack has too little room left for a signal handler");
        }
        let signal = signal().ok_or("the program handles all real-time signals")?;
        if facts.blocks(signal) {
            return Err("it blocks signals");
        }
        CURRENT_TASK.store(current_task, Ordering::Relaxed);
        answer_of(tid, signal, limit)
    }
}

/// Why threads cannot be asked at all on this platform: they can.
pub(crate) const fn unavailable() -> Option<&'static str> {
    None
}

/// What the kernel tells of a thread, once it has returned from the handler if it was asked a moment ago.
fn facts_of(tid: i32, limit: Duration) -> Option<Facts> {
    let end = Instant::now() + limit;
    loop {
        let facts = Facts::of(tid)?;
        let signal = SIGNAL.load(Ordering::Relaxed);
        // Who blocks signals of his own accord blocks more than the one that we have chosen.
        let is_in_handler = signal != 0 && facts.blocks(signal) && !facts.blocks(signal - 1);
        if !is_in_handler || Instant::now() >= end {
            return Some(facts);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Sends the signal and waits for the answer.
fn answer_of(tid: i32, signal: c_int, limit: Duration) -> Result<Vec<usize>, &'static str> {
    ANSWERED.store(0, Ordering::Relaxed);
    ASKED.store(tid, Ordering::SeqCst);
    // SAFETY: the signal has our handler; a thread that is gone is an error.
    let sent = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), tid, signal) };
    if sent == 0 {
        wait_for_answer(limit);
    }
    if ASKED
        .compare_exchange(tid, NOBODY, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok()
    {
        return Err(if sent == 0 {
            "it did not answer in time"
        } else {
            "it could not be sent a signal"
        });
    }
    // It has begun to answer, which takes microseconds unless the unwinder hangs.
    wait_for_answer(limit);
    if ANSWERED.load(Ordering::Acquire) == 0 {
        IS_BROKEN.store(true, Ordering::Relaxed);
        return Err("it did not finish its answer in time");
    }
    ASKED.store(NOBODY, Ordering::SeqCst);
    interrupted_frames().ok_or("the code where it waits cannot be unwound")
}

fn wait_for_answer(limit: Duration) {
    let end = Instant::now() + limit;
    while ANSWERED.load(Ordering::Acquire) == 0 {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        event::wait(&ANSWERED, 0, left);
    }
}

/// The frames from where the thread was interrupted: those inside are the handler's.
fn interrupted_frames() -> Option<Vec<usize>> {
    let len = LEN.load(Ordering::Relaxed).min(MAX_FRAMES);
    let all: Vec<usize> = FRAMES[..len]
        .iter()
        .map(|frame| frame.load(Ordering::Relaxed))
        .collect();
    let at = INTERRUPTED.load(Ordering::Relaxed);
    let first = all.iter().position(|frame| *frame == at)?;
    let mut frames = all[first..].to_vec();
    // Whoever reads return addresses takes one off, to be inside the call; this one is not behind a call.
    frames[0] += 1;
    Some(frames)
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
        let mut len = 0;
        let record = |frame: &backtrace::Frame| {
            let Some(slot) = FRAMES.get(len) else {
                return false;
            };
            slot.store(frame.ip() as usize, Ordering::Relaxed);
            len += 1;
            true
        };
        // SAFETY: as in `stack`: the lock that this leaves out is for Windows. The unwinder does not allocate, and the
        // arrays are this thread's own while it answers.
        unsafe { backtrace::trace_unsynchronized(record) };
        LEN.store(len, Ordering::Relaxed);
        TASK.store(current_task(), Ordering::Relaxed);
        ANSWERED.store(1, Ordering::Release);
        event::wake(&ANSWERED);
    });
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

/// The signal that has our handler: a real-time one that the program does not use, installed if need be.
fn signal() -> Option<c_int> {
    let known = SIGNAL.load(Ordering::Relaxed);
    if known != 0 && action_of(known)?.sa_sigaction == answer as *const () as usize {
        return Some(known);
    }
    let found = (libc::SIGRTMIN()..=libc::SIGRTMAX())
        .rev()
        .find(|signal| install(*signal))?;
    SIGNAL.store(found, Ordering::Relaxed);
    Some(found)
}

/// Installs our handler for a signal that has none.
fn install(signal: c_int) -> bool {
    let is_free = |action: &libc::sigaction| action.sa_sigaction == libc::SIG_DFL;
    if !action_of(signal).is_some_and(|action| is_free(&action)) {
        return false;
    }
    let mut before = MaybeUninit::uninit();
    // SAFETY: zeroed is a valid `sigaction` with an empty mask; both pointers are to locals. The handler restores what
    // it changes, and runs on the interrupted thread's own stack: an alternate one may be too small for it.
    unsafe {
        let mut ours: libc::sigaction = std::mem::zeroed();
        ours.sa_sigaction = answer as *const () as usize;
        ours.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
        if libc::sigaction(signal, &raw const ours, before.as_mut_ptr()) != 0 {
            return false;
        }
        let before = before.assume_init();
        if !is_free(&before) {
            // Another thread was faster: the signal is its.
            libc::sigaction(signal, &raw const before, null_mut());
            return false;
        }
    }
    true
}

fn action_of(signal: c_int) -> Option<libc::sigaction> {
    let mut action = MaybeUninit::uninit();
    // SAFETY: only asks; the pointer is to a local, which is written where the call succeeds.
    unsafe {
        (libc::sigaction(signal, null(), action.as_mut_ptr()) == 0).then(|| action.assume_init())
    }
}

#[cfg(test)]
mod tests;
