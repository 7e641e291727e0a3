//! A task that owns its own handle.

use super::Frame;

/// A handle of a task inside what the task itself owns: whatever ends with the last owner of that does not end before the task
/// does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnHandle {
    pub(crate) kind: HandleKind,
    pub(crate) local: String,
    pub(crate) path: String,
    pub(crate) is_certain: bool,
    pub(crate) is_proven: bool,
    /// Whether what has it may end the task when it is dropped.
    pub(crate) may_end: bool,
    pub(crate) at: Option<Frame>,
}

/// What somebody can do with a handle of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HandleKind {
    /// Await and abort it: a `JoinHandle`.
    Join,
    /// Abort it: an `AbortHandle`.
    Abort,
}

impl HandleKind {
    /// The word that the JSON form uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Abort => "abort",
        }
    }
}

impl OwnHandle {
    /// Which handle it is.
    pub fn kind(&self) -> HandleKind {
        self.kind
    }

    /// The variable of the task that leads to it: `cache`.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The fields between: `.handle`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether the task certainly has it; otherwise the variable may have been moved out of.
    pub fn is_certain(&self) -> bool {
        self.is_certain
    }

    /// Whether nobody else owns it or anything on the way: every `Arc` and `Rc` there has this one owner.
    pub fn is_proven(&self) -> bool {
        self.is_proven
    }

    /// Where the function that has this variable is suspended.
    pub fn at(&self) -> Option<&Frame> {
        self.at.as_ref()
    }
}
