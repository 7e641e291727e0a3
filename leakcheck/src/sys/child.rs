//! Child processes and what they were given, as readers of their records saw them.

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

/// Any process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "where no child is recorded nothing is looked at")]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    /// When it was started, by the kernel's clock, which tells it from a later one of the same id.
    pub(crate) start: u64,
    pub(crate) state: ProcessState,
}

/// What passes bytes from one process to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
pub(crate) enum StreamKind {
    Pipe,
    Socket,
}

#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
impl StreamKind {
    /// As a word of a record.
    pub(crate) const fn to_word(kind: Option<Self>) -> u32 {
        match kind {
            None => 0,
            Some(Self::Pipe) => 1,
            Some(Self::Socket) => 2,
        }
    }

    /// See [`to_word`](Self::to_word).
    pub(crate) const fn of_word(word: u32) -> Option<Self> {
        match word {
            1 => Some(Self::Pipe),
            2 => Some(Self::Socket),
            _ => None,
        }
    }
}

/// A pipe or socket that a scope had open when it started a child, be it closed since or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
pub(crate) struct Given {
    pub(crate) number: u64,
    /// What no other file has while this one is there.
    pub(crate) identity: u64,
    pub(crate) kind: StreamKind,
    /// Where it was made; where the child was started, of a standard stream.
    pub(crate) origin: u32,
    /// Thread and runtime that made it.
    pub(crate) thread: u64,
    pub(crate) runtime: u32,
    /// When the first child was started that may have it.
    pub(crate) since: u64,
    /// Whether a child of another scope may have it.
    pub(crate) is_shared: bool,
    /// Which standard stream of this process it is, if it is one.
    pub(crate) standard: Option<i32>,
}

/// A pipe or socket that a process has open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "where no child is recorded nothing is looked at")]
pub(crate) struct Open {
    pub(crate) fd: i32,
    pub(crate) identity: u64,
    pub(crate) kind: StreamKind,
}
