//! A futex: wakes need no lock and no memory, so a thread may announce its own end with one.

use std::{sync::atomic::AtomicU32, time::Duration};

use super::errno;

/// Returns when `word` no longer holds `seen`, at a wake, at a signal, or after `limit`.
pub(crate) fn wait(word: &AtomicU32, seen: u32, limit: Duration) {
    let time = libc::timespec {
        tv_sec: limit.as_secs().try_into().unwrap_or(i32::MAX.into()),
        tv_nsec: limit.subsec_nanos().into(),
    };
    // SAFETY: the word and the time outlive the call; the kernel compares and sleeps, it writes nothing.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            seen,
            &raw const time,
        );
    }
}

/// Wakes everybody who waits on `word`. Keeps `errno`.
pub(crate) fn wake(word: &AtomicU32) {
    errno::keeping(|| {
        // SAFETY: the futex call only reads the word's address.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                word.as_ptr(),
                libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                libc::c_int::MAX,
            );
        }
    });
}
