//! One of the files that make up a process.

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "where no file is told from another there is one")]
pub(crate) enum Object {
    /// The one that this code is in as well: the program.
    Program,
    /// One of the C library.
    CLibrary,
    /// Any other, or one that is not known.
    Other,
}
