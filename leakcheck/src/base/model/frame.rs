//! One line of a stack, with its place in the source.

use std::path::PathBuf;

/// Whose code a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodeOwner {
    /// The project under test: the package itself or a path dependency of it.
    User,
    /// A crate from a registry, a git checkout or a vendor directory.
    Dependency,
    /// What starts things for others: std, tokio, the test harness and this crate.
    Internal,
}

/// One function on a stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    pub(crate) function: String,
    pub(crate) file: Option<String>,
    /// The same as the compiler names it, where it is the user's: relative to the workspace.
    pub(crate) from_root: Option<String>,
    pub(crate) path: Option<PathBuf>,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
    pub(crate) owner: CodeOwner,
}

impl Frame {
    /// The file as somebody can open it who has started the tests.
    pub(crate) fn shown(&self) -> Option<&str> {
        self.from_root.as_deref().or(self.file.as_deref())
    }

    /// Full path of the function, without closures and generic arguments; empty where it has no name.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The file: relative to the test's package, or `crate-version/..` for a dependency.
    pub fn file(&self) -> Option<&str> {
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

    /// Whose code it is.
    pub fn owner(&self) -> CodeOwner {
        self.owner
    }
}
