//! A live thread, as a reader of its record saw it.

/// A live thread.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    /// Which thread of the process it is, from one; never used again.
    pub(crate) number: u64,
    /// The nearest ancestor that the main thread started.
    pub(crate) root: u64,
    pub(crate) origin: u32,
    pub(crate) tid: i32,
    /// Token of the runtime that it works for, or 0.
    pub(crate) runtime: u32,
    /// Token of the runtime whose thread started it, or 0.
    pub(crate) creator: u32,
    pub(crate) born_ms: u64,
    pub(crate) name: Option<String>,
}
