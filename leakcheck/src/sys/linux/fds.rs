//! Every descriptor that a check's threads open through the C library, until it is closed.
//!
//! The functions that make and close descriptors are defined in [`stubs`] and win over the C library's at link time.
//! Threads that work for no check pass through, unless the whole process is checked. A record ends once the kernel has closed
//! what it is of, and not where it has not.

use crate::sys::descriptor::{Descriptor, FdInfo};

mod closing;
pub(super) mod file;
mod inspect;
mod noting;
mod opening;
mod several;
mod stubs;
mod table;
mod waiting;

pub(super) use table::{Stream, streams};

#[cfg(feature = "heap")]
pub(crate) use noting::are_untracked;
pub(crate) use noting::{untracked, watch_everyone};

/// Those of `scope`, or of every scope, that are open.
pub(crate) fn live(scope: Option<u64>) -> Vec<Descriptor> {
    table::live(scope)
}

/// What the descriptor with this number is; `None` where it was closed meanwhile.
pub(crate) fn look(number: u64, fd: i32) -> Option<FdInfo> {
    let info = inspect::of(fd)?;
    // In this order: what was looked at is what was recorded.
    table::is(fd, number).then_some(info)
}

/// What the system says of a descriptor, whoever has made it.
pub(crate) fn look_at(fd: i32) -> Option<FdInfo> {
    inspect::of(fd)
}

/// Notes a descriptor that the C library has opened for the caller by itself.
pub(super) fn noted(fd: i32) {
    if noting::is_noted() {
        noting::note(fd, noting::ANY);
    }
}

/// Why descriptors cannot be seen at all on this platform: they can.
pub(crate) const fn unavailable() -> Option<&'static str> {
    None
}

/// This is a child of the process that has opened them: they were there before.
pub(super) fn clear() {
    table::clear();
}

/// Why descriptors may have gone unseen, if so.
pub(crate) fn gap() -> Option<String> {
    table::gap().or_else(stubs::gap)
}

#[cfg(test)]
mod tests;
