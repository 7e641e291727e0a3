//! The calling thread's `errno`, which what is slipped into a program must leave alone.

/// Runs `work`, whose failures are no concern of the program's.
#[inline]
pub(super) fn keeping<R>(work: impl FnOnce() -> R) -> R {
    // SAFETY: `errno` is this thread's own and lives as long as the thread.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { *errno };
    let result = work();
    // SAFETY: as above; nothing holds a reference.
    unsafe { *errno = before };
    result
}
