//! One live thing as a source saw it: raw words, nothing formatted.

use std::sync::Arc;

use super::{Fact, Keeper, Kind, ThreadActivity, TimerKind};

/// Identity that survives the reuse of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ResourceId {
    /// `tokio::task::Id`, unique in the process for its whole life.
    Task(u64),
    /// The n-th thread that was started in the process.
    Thread(u64),
    /// The n-th thing of another kind.
    Other(Kind, u64),
}

/// Facts that only one kind has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Detail {
    /// How often the task was polled, where that is counted, and its future, where that could be read.
    /// Tasks that are suspended at the same place have the same `place`.
    Task {
        polls: Option<u32>,
        future: Option<Arc<str>>,
        place: u64,
        /// What the thread was doing that runs it, where it is blocked in that and counts as left behind.
        activity: Option<Arc<ThreadActivity>>,
    },
    /// Kernel thread id and the name given to it. `runtime` is the token of the runtime that owns it, and `parent`
    /// that of the one whose thread started it; 0 for none that is known.
    Thread {
        tid: i32,
        name: Option<String>,
        runtime: u32,
        parent: u32,
        /// What it was doing once it counted as left behind, where that was looked at.
        activity: Option<Arc<ThreadActivity>>,
        /// The same for threads that do the same.
        place: u64,
        /// The closure of `spawn_blocking` that it runs, where one is known: then it is that which was left behind. Empty
        /// where its name is not certain.
        closure: Option<Arc<str>>,
    },
    /// Anything else.
    Other(OtherResource),
}

impl Detail {
    /// A task that was looked at from outside only.
    pub(crate) const fn task(polls: Option<u32>, future: Option<Arc<str>>) -> Self {
        Self::Task {
            polls,
            future,
            place: 0,
            activity: None,
        }
    }

    /// How it is tied to the runtime with this token, which the check itself built.
    pub(crate) fn relation(&self, own: Option<u32>) -> RuntimeRelation {
        match (self, own) {
            (Self::Thread { runtime, .. }, Some(own)) if *runtime == own => RuntimeRelation::Member,
            (Self::Thread { parent, .. }, Some(own)) if *parent == own => RuntimeRelation::Child,
            _ => RuntimeRelation::None,
        }
    }
}

/// A thing of another kind. A source's list has its number at most; the rest is found out where it is to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct OtherResource {
    /// What the system calls it: the number of a descriptor or process.
    pub(crate) number: Option<u64>,
    /// What it is, the same for all of a group: `TCP socket`.
    pub(crate) name: Option<String>,
    /// What only this one is.
    pub(crate) facts: Vec<Fact>,
    /// Who keeps its time, of a timer.
    pub(crate) timer: Option<TimerKind>,
    /// Who has it, of a descriptor.
    pub(crate) held: Vec<Keeper>,
    /// Who made it, of a descriptor or POSIX timer.
    pub(crate) creator: Option<Creator>,
}

/// Who made a descriptor or POSIX timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Creator {
    /// Number of the thread; 0 for the main thread.
    pub(crate) thread: u64,
    /// Token of the runtime that the thread works for; 0 for none that is known.
    pub(crate) runtime: u32,
    /// Whether it is what a reactor waits on, of which each runtime has one.
    pub(crate) is_selector: bool,
}

/// How a thread is tied to the runtime that the check itself built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RuntimeRelation {
    #[default]
    None,
    /// It is one of the runtime's own threads.
    Member,
    /// One of the runtime's threads started it.
    Child,
}

/// One live thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) id: ResourceId,
    /// Index of the creation path in `sys::origin`, or 0 where none was taken.
    pub(crate) origin: u32,
    /// Age in milliseconds, where its beginning was noted.
    pub(crate) age_ms: Option<u64>,
    pub(crate) detail: Detail,
}

impl Resource {
    /// Whether it is the thread with this number of the kernel.
    pub(crate) fn is_thread_of(&self, number: i32) -> bool {
        matches!(self.detail, Detail::Thread { tid, .. } if tid == number)
    }

    pub(crate) const fn kind(&self) -> Kind {
        match (self.id, &self.detail) {
            (
                _,
                Detail::Thread {
                    closure: Some(_), ..
                },
            ) => Kind::BlockingTask,
            (ResourceId::Task(_), _) => Kind::Task,
            (ResourceId::Thread(_), _) => Kind::Thread,
            (ResourceId::Other(kind, _), _) => kind,
        }
    }
}
