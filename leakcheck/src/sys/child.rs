//! A child process, as a reader of its record saw it.

use crate::base::model::ProcessState;

/// A child process that nobody has waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Child {
    /// Which child of the process it is, from one; never used again.
    pub(crate) number: u64,
    pub(crate) pid: u32,
    pub(crate) origin: u32,
    /// The nearest ancestor that the main thread started, of the thread that made it.
    pub(crate) root: u64,
    pub(crate) born_ms: u64,
    pub(crate) state: ProcessState,
}
