//! Threads that nobody records: the truthful twin for platforms without interposition.

use crate::sys::thread::Thread;

/// No thread is known.
pub(crate) fn live(_scope: Option<u64>) -> Vec<Thread> {
    Vec::new()
}

/// Nobody knows: none is known.
pub(crate) fn are_all_of_std() -> bool {
    false
}

/// No thread has a number.
pub(crate) fn own_numbers() -> (u64, u64) {
    (0, 0)
}

/// The number of the first, if there were one.
pub(crate) fn next() -> u64 {
    0
}

/// There is no record to mark.
pub(crate) fn mark_runtime(_token: u32) {}

/// Nothing is missing beyond [`unavailable`].
pub(crate) fn gap() -> Option<String> {
    None
}

/// Why threads cannot be seen at all on this platform.
pub(crate) const fn unavailable() -> Option<&'static str> {
    Some("the start of threads can be observed on Linux (x86_64, aarch64) only")
}

/// What becomes of a thread, which nobody follows.
#[derive(Debug)]
pub(crate) struct Fate;

impl Fate {
    /// None is followed.
    pub(crate) fn of_this() -> Option<Self> {
        None
    }

    /// Not that anybody knew.
    pub(crate) fn was_detached(&self) -> bool {
        false
    }

    /// Not that anybody knew.
    pub(crate) fn is_detached(&self) -> bool {
        false
    }
}
