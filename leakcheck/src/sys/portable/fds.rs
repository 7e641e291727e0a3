//! Descriptors that nobody records: the truthful twin for platforms without interposition, and for a static C library.

use crate::sys::descriptor::{Descriptor, FdInfo};

/// No descriptor is known.
pub(crate) fn live(_scope: Option<u64>) -> Vec<Descriptor> {
    Vec::new()
}

/// Nothing is known of any.
pub(crate) fn look(_number: u64, _fd: i32) -> Option<FdInfo> {
    None
}

/// Nor this.
pub(crate) fn look_at(_fd: i32) -> Option<FdInfo> {
    None
}

/// Nothing is told apart.
#[cfg(feature = "heap")]
#[allow(dead_code, reason = "asked where allocations are seen")]
pub(crate) const fn are_untracked() -> bool {
    false
}

/// See [`untracked`].
#[derive(Debug)]
pub(crate) struct Untracked;

/// While this lives, what this thread opens is nobody's, as everything is here.
pub(crate) fn untracked() -> Untracked {
    Untracked
}

/// Nothing is missing beyond [`unavailable`].
pub(crate) fn gap() -> Option<String> {
    None
}

/// Why descriptors cannot be seen at all on this platform.
pub(crate) const fn unavailable() -> Option<&'static str> {
    Some(
        "descriptors can be observed on Linux (x86_64, aarch64) with a C library that is linked dynamically only",
    )
}

/// Nothing is noted.
pub(crate) fn watch_everyone() {}
