//! A function that a return address is inside of.

use std::path::{Path, PathBuf};

/// A function that a return address of the running program is inside of, as its own file tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    pub(crate) name: Option<&'static str>,
    pub(crate) file: Option<PathBuf>,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
}

impl Call {
    /// The name, mangled as in the symbol table, or by its last part only where debug info has no more.
    pub fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// The source file, as the compiler wrote it.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The line, counted from one.
    pub fn line(&self) -> Option<u32> {
        self.line
    }

    /// The column, counted from one.
    pub fn column(&self) -> Option<u32> {
        self.column
    }
}
