//! The calling thread's `errno`, which what is slipped into a program must leave alone.

use std::ffi::c_int;

/// What it is.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "frames of the caller's stack are dear"
)]
pub(super) fn get() -> c_int {
    // SAFETY: `errno` is this thread's own and lives as long as the thread.
    unsafe { *libc::__errno_location() }
}

/// Makes it what it was.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "frames of the caller's stack are dear"
)]
pub(super) fn set(value: c_int) {
    // SAFETY: as above; nothing holds a reference.
    unsafe { *libc::__errno_location() = value };
}

/// What a function returns that the C library does not have.
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) fn missing() -> c_int {
    set(libc::ENOSYS);
    -1
}

/// Runs `work`, whose failures are no concern of the program's.
#[inline]
pub(super) fn keeping<R>(work: impl FnOnce() -> R) -> R {
    let before = get();
    let result = work();
    set(before);
    result
}
