//! A monotonic clock in milliseconds that costs a few nanoseconds to read.

/// Milliseconds since some fixed moment, in steps of up to 4 ms.
#[cfg(all(target_os = "linux", not(any(miri, leakcheck_loom))))]
#[inline]
pub(crate) fn now_ms() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is valid for writing; this clock exists on every Linux since 2.6.32.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &raw mut time) };
    u64::try_from(time.tv_sec).unwrap_or(0) * 1000
        + u64::try_from(time.tv_nsec / 1_000_000).unwrap_or(0)
}

/// Milliseconds since the first call.
#[cfg(not(all(target_os = "linux", not(any(miri, leakcheck_loom)))))]
pub(crate) fn now_ms() -> u64 {
    use std::{sync::OnceLock, time::Instant};

    static START: OnceLock<Instant> = OnceLock::new();
    let elapsed = START.get_or_init(Instant::now).elapsed();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
