//! Writing that does the program no harm, wherever it fails.

use std::{mem::MaybeUninit, ptr};

/// What a write that fails sends to the thread; both end a process that does nothing about them.
const SENT: [i32; 2] = [libc::SIGPIPE, libc::SIGXFSZ];

/// Runs `work`, whose writes send the thread no signal.
pub(crate) fn without_signals<R>(work: impl FnOnce() -> R) -> R {
    let sent = set(&SENT);
    let (mut pending, mut before) = (set(&[]), set(&[]));
    // SAFETY: all three sets are initialised and outlive the calls, which touch this thread only.
    unsafe {
        libc::sigpending(&raw mut pending);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const sent, &raw mut before);
    }
    let result = work();
    // SAFETY: the set is initialised.
    let is_new = |signal: &i32| unsafe { libc::sigismember(&raw const pending, *signal) } == 0;
    let new: Vec<i32> = SENT.into_iter().filter(is_new).collect();
    take(&set(&new));
    // SAFETY: as above; this is the mask that the thread had.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut()) };
    result
}

fn set(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` initialises all of it, and the numbers are those of signals.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        set.assume_init()
    }
}

/// Takes what is pending of these, each of which is blocked.
fn take(signals: &libc::sigset_t) {
    let at_once = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: both outlive the call, which need not tell anything about a signal.
    while unsafe { libc::sigtimedwait(signals, ptr::null_mut(), &raw const at_once) } > 0 {}
}

/// Writes to standard error past std, whose lock a thread that is stuck may hold, as long as somebody reads it.
pub(crate) fn to_standard_error(mut text: &[u8]) {
    /// In milliseconds: who has not read anything for so long never will.
    const PATIENCE: i32 = 1000;
    while !text.is_empty() {
        let mut ready = libc::pollfd {
            fd: libc::STDERR_FILENO,
            events: libc::POLLOUT,
            revents: 0,
        };
        // What is ready takes so much at once and does not block.
        let part = &text[..text.len().min(libc::PIPE_BUF)];
        // SAFETY: the one entry and the text outlive their calls.
        let written = unsafe {
            match libc::poll(&raw mut ready, 1, PATIENCE) {
                1 => libc::write(libc::STDERR_FILENO, part.as_ptr().cast(), part.len()),
                0 => return,
                _ => -1,
            }
        };
        match usize::try_from(written) {
            Ok(written) if written > 0 => text = &text[written..],
            _ if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}
