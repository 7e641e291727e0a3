//! Creations of task cells that nobody records: the truthful twin for platforms without interposition.

use crate::sys::allocation_table::Creation;

/// Nothing is known.
pub(crate) fn find(_address: usize) -> Option<Creation> {
    None
}

/// Nothing is known in any case.
pub(crate) fn forget(_address: usize) {}

/// Nothing is known.
pub(crate) fn addresses_of(_scope: u64) -> Vec<u64> {
    Vec::new()
}

/// Nothing is known.
pub(crate) fn of_scope(_scope: u64) -> Vec<(usize, Creation)> {
    Vec::new()
}

/// No path is known.
#[cfg_attr(not(tokio_unstable), allow(dead_code, reason = "for the task hooks"))]
pub(crate) fn take_path() -> u32 {
    0
}

/// Nothing is noted.
#[cfg_attr(not(tokio_unstable), allow(dead_code, reason = "for the task hooks"))]
pub(crate) fn take_entry() -> u32 {
    0
}

/// There is nobody to ask.
pub(crate) fn ask_for_parents(_current_task: fn() -> u64) {}

/// Nothing more is seen while this lives.
#[derive(Debug)]
pub(crate) struct Watch;

/// Nothing can be watched.
pub(crate) fn watch() -> Watch {
    Watch
}

/// Nothing is missing beyond [`unavailable`].
pub(crate) fn gap() -> Option<String> {
    None
}

/// Why creations cannot be seen at all on this platform.
pub(crate) fn unavailable() -> Option<&'static str> {
    Some("where tasks are created can be observed on Linux (x86_64, aarch64) only")
}
