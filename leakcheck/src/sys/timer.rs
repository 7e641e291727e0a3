//! A timer that `timer_create` has made.

use crate::base::model::Notice;

/// A timer as the function that made it was seen to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timer {
    /// Which timer of the process it is, from one; never used again.
    pub(crate) number: u64,
    pub(crate) origin: u32,
    /// Number of the thread that made it; 0 for the main thread.
    pub(crate) thread: u64,
    /// The nearest ancestor of that thread that the main thread started.
    pub(crate) root: u64,
    /// Token of the runtime that the thread works for, or 0.
    pub(crate) runtime: u32,
    pub(crate) born_ms: u64,
    /// The clock that it runs by, as the C library numbers them.
    pub(crate) clock: i32,
    pub(crate) notice: Notice,
}
