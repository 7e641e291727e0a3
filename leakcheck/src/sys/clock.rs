//! A monotonic clock in milliseconds that costs a few nanoseconds to read.

/// Milliseconds since some fixed moment, in steps of up to 4 ms.
#[cfg(all(target_os = "linux", not(any(miri, leakcheck_loom))))]
#[inline]
pub(crate) fn now_ms() -> u64 {
    now(libc::CLOCK_MONOTONIC_COARSE) / 1_000_000
}

/// Microseconds since the same moment, exactly; dearer by some tens of nanoseconds.
#[cfg(all(target_os = "linux", not(any(miri, leakcheck_loom))))]
pub(crate) fn now_us() -> u64 {
    now(libc::CLOCK_MONOTONIC) / 1000
}

/// Nanoseconds.
#[cfg(all(target_os = "linux", not(any(miri, leakcheck_loom))))]
#[inline]
fn now(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is valid for writing; these clocks exist on every Linux since 2.6.32.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000
        + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// Milliseconds since the first call.
#[cfg(not(all(target_os = "linux", not(any(miri, leakcheck_loom)))))]
pub(crate) fn now_ms() -> u64 {
    now_us() / 1000
}

/// Microseconds since the first call.
#[cfg(not(all(target_os = "linux", not(any(miri, leakcheck_loom)))))]
pub(crate) fn now_us() -> u64 {
    use std::{sync::OnceLock, time::Instant};

    static START: OnceLock<Instant> = OnceLock::new();
    let elapsed = START.get_or_init(Instant::now).elapsed();
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}
