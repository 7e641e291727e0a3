//! Memory that tests allocate through [`Heap`](crate::sys::heap::Heap), by its address.
//!
//! The invariant: while a scope is watched, what is known of an address is the block that is there now, or nothing. Whoever writes
//! of an address owns the memory there, so no two threads write of one at once. Giving a block back forgets it in any case, be
//! the caller in a signal handler, a forked child, or a thread that is about to end; to note one may be left out at any time,
//! and then its memory counts as that of somebody else.

mod noting;
mod regions;
mod shadow;

pub(crate) use noting::{
    CLEARED, Note, Watch, allocated, clear, freed, is_installed, missed, put_back, taken, watch,
};
pub(crate) use regions::{Buffer, Read, Standpoint, clear_below, regions};
pub(crate) use shadow::blocks_of;

/// Why memory cannot be looked at on this platform: it can, where the allocator is there.
pub(crate) fn unavailable() -> Option<&'static str> {
    (!is_installed()).then_some(
        "the program has no `leakcheck::Heap` for its global allocator, through which allocations are seen",
    )
}
