//! One level of a chain of awaits.

use std::{fmt, sync::Arc};

/// An async function, block or other future that is suspended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    pub(crate) function: Arc<str>,
    pub(crate) kind: FrameKind,
    pub(crate) location: Option<Location>,
    /// Which of its awaits it is at, by the name that the compiler gave the state.
    pub(crate) state: &'static str,
    pub(crate) locals: Vec<Local>,
    pub(crate) inner: Vec<Frame>,
}

impl Frame {
    /// Path of the function, or of the type of a hand-written future.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// What kind of future it is.
    pub fn kind(&self) -> FrameKind {
        self.kind
    }

    /// Where it is suspended; inside `select!` and `join!`, the line of the macro in the caller's own file.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// What tells its await apart from others of the function, of which one line may have several; empty where it is at none.
    pub fn state(&self) -> &str {
        self.state
    }

    /// What lives across the await, as far as it has a name in the source.
    pub fn locals(&self) -> &[Local] {
        &self.locals
    }

    /// What it awaits: one frame, or several where it selects or joins.
    pub fn inner(&self) -> &[Frame] {
        &self.inner
    }
}

/// What kind of future a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// An `async fn` or block, suspended at an await.
    Suspended,
    /// An `async fn` or block that was never polled.
    Unresumed,
    /// An `async fn` or block that has returned or panicked.
    Finished,
    /// A future that is not an async function: it has no line of its own.
    Future,
    /// There are more inside it than are followed.
    Unfollowed,
}

/// A line of source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    pub(crate) file: Arc<str>,
    pub(crate) line: u32,
}

impl Location {
    /// Path of the file as the compiler saw it, joined with its directory.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Line, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A variable that lives across an await.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Local {
    pub(crate) name: Arc<str>,
    pub(crate) ty: Arc<str>,
}

impl Local {
    /// Its name in the source.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type; values are never shown.
    pub fn ty(&self) -> &str {
        &self.ty
    }
}
