//! Threads that nobody looks at: the truthful twin.

use std::time::Duration;

/// No number is known.
pub(crate) fn tid() -> i32 {
    0
}

/// It is not known which thread this is.
pub(crate) fn is_main_thread() -> bool {
    false
}

/// It is not known whether a thread sleeps.
pub(crate) fn sleeps(_tid: i32) -> Option<bool> {
    None
}

/// It is not known what holds a thread up.
pub(crate) fn wants_to_run(_tid: i32) -> bool {
    false
}

/// It is not known how long a thread has run.
pub(crate) fn cpu_time(_tid: i32) -> Option<Duration> {
    None
}

/// It is not known what a thread asks for.
pub(crate) fn syscall(_tid: i32) -> Option<(i64, u64)> {
    None
}

/// No call has a name.
pub(crate) fn name_of(_syscall: i64) -> Option<(&'static str, bool)> {
    None
}
