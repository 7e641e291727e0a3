//! The one error of this crate.

use std::{error, fmt, io};

/// Why tasks cannot be read, in words for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    what: String,
}

impl Error {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }

    pub(crate) fn io(operation: &str, error: &io::Error) -> Self {
        Self::new(format!("failed to {operation}: {error}"))
    }
}

impl From<gimli::Error> for Error {
    fn from(error: gimli::Error) -> Self {
        Self::new(format!("the debug info of this program is broken: {error}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl error::Error for Error {}
