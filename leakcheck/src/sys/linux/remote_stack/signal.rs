//! The signal that threads are asked by: one that the program does not use.

use std::{
    ffi::{c_int, c_void},
    mem::MaybeUninit,
    ptr::{null, null_mut},
    sync::atomic::{AtomicI32, Ordering},
};

pub(super) type Handler = unsafe extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// The signal that our handler was installed for, or 0. It stays installed: a signal that is still on its way would end
/// the process.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// The signal that has our handler, if any.
pub(super) fn known() -> Option<c_int> {
    Some(SIGNAL.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
}

/// A real-time signal that has this handler, installed if need be, and that may be sent for all that `permit` knows.
pub(super) fn take<P>(handler: Handler, permit: impl Fn(c_int) -> Option<P>) -> Option<(c_int, P)> {
    if let Some(known) = known()
        && is_ours(known, handler)
        && let Some(permit) = permit(known)
    {
        return Some((known, permit));
    }
    let mut signals = (libc::SIGRTMIN()..=libc::SIGRTMAX()).rev();
    let found = signals.find_map(|signal| {
        let permit = permit(signal)?;
        (is_ours(signal, handler) || install(signal, handler)).then_some((signal, permit))
    })?;
    SIGNAL.store(found.0, Ordering::Relaxed);
    Some(found)
}

/// Takes back what was sent and nobody has taken: to ignore a signal for a moment is to forget it.
pub(super) fn forget(signal: c_int, handler: Handler) {
    let ignored = plain(libc::SIG_IGN);
    if is_ours(signal, handler) && replace(signal, handler as usize, &ignored) {
        replace(signal, libc::SIG_IGN, &ours(handler));
    }
}

/// Installs our handler for a signal that has none.
pub(super) fn install(signal: c_int, handler: Handler) -> bool {
    action_of(signal).is_some_and(|action| action.sa_sigaction == libc::SIG_DFL)
        && replace(signal, libc::SIG_DFL, &ours(handler))
}

/// Replaces what is done about a signal if that was this before.
fn replace(signal: c_int, expected: usize, action: &libc::sigaction) -> bool {
    let mut before = MaybeUninit::uninit();
    // SAFETY: both pointers are to locals, of which the second is written where the call succeeds.
    unsafe {
        if libc::sigaction(signal, action, before.as_mut_ptr()) != 0 {
            return false;
        }
        let before = before.assume_init();
        if before.sa_sigaction != expected {
            // Another thread was faster: the signal is its.
            libc::sigaction(signal, &raw const before, null_mut());
            return false;
        }
    }
    true
}

/// It runs on the interrupted thread's own stack, whose room was looked at: an alternate one may be too small for it.
fn ours(handler: Handler) -> libc::sigaction {
    let mut ours = plain(handler as usize);
    ours.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
    ours
}

fn plain(what: usize) -> libc::sigaction {
    // SAFETY: zeroed is a valid `sigaction` with an empty mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = what;
    action
}

fn is_ours(signal: c_int, handler: Handler) -> bool {
    action_of(signal).is_some_and(|action| action.sa_sigaction == handler as usize)
}

pub(super) fn action_of(signal: c_int) -> Option<libc::sigaction> {
    let mut action = MaybeUninit::uninit();
    // SAFETY: only asks; the pointer is to a local, which is written where the call succeeds.
    unsafe {
        (libc::sigaction(signal, null(), action.as_mut_ptr()) == 0).then(|| action.assume_init())
    }
}
