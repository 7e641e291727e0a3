//! POSIX timers that nobody records: the truthful twin for where nothing can stand in front of what makes them.

use std::time::Duration;

use crate::sys::timer::Timer;

/// No timer is known.
pub(crate) fn live(_scope: Option<u64>) -> Vec<Timer> {
    Vec::new()
}

/// No timer has a number.
pub(crate) fn find(_number: u64) -> Option<Timer> {
    None
}

/// Nothing is known of a timer.
pub(crate) fn left(_number: u64) -> Option<Duration> {
    None
}

/// Nothing is made.
pub(crate) fn with_one<R>(work: impl FnOnce() -> R) -> Option<R> {
    drop(work);
    None
}

/// Nothing is missing beyond [`unavailable`].
pub(crate) fn gap() -> Option<String> {
    None
}

/// Why timers cannot be seen at all.
pub(crate) const fn unavailable() -> Option<&'static str> {
    Some(
        "`timer_create` can be observed on Linux (x86_64, aarch64) with a C library that is linked dynamically only",
    )
}
