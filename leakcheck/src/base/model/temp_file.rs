//! A file or folder that a test has left in a temporary folder.

use std::path::PathBuf;

/// What is known of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TempFile {
    pub(crate) path: PathBuf,
    pub(crate) owner: TempOwner,
    pub(crate) content: Content,
}

/// What would have removed it, as the functions that made it tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TempOwner {
    /// The `Drop` of a `tempfile::TempDir`.
    TempDir,
    /// That of a `tempfile::NamedTempFile`.
    NamedTempFile,
    /// Code of the test or of what it uses.
    Other,
}

/// What is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    Bytes(u64),
    /// So much in so many entries, or more.
    Entries {
        count: usize,
        bytes: u64,
        extent: Extent,
    },
    /// It has none, as a socket.
    Nothing,
}

/// How much of a folder was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Extent {
    All,
    /// There is more, or some of it could not be read.
    Part,
}
