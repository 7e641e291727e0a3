//! A file or folder that was made in a temporary folder.

use std::path::PathBuf;

/// A file or folder as the function that made it was seen to do, and that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TempFile {
    /// Which of those of the process it is, from one; never used again.
    pub(crate) number: u64,
    pub(crate) origin: u32,
    /// Number of the thread that made it; 0 for the main thread.
    pub(crate) thread: u64,
    /// Token of the runtime that this thread works for, or 0.
    pub(crate) runtime: u32,
    pub(crate) born_ms: u64,
    pub(crate) path: PathBuf,
}
