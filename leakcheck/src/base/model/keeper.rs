//! Who keeps a descriptor open.

use std::sync::Arc;

use super::{Fact, Frame};

/// One descriptor and who keeps it open, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// What only this one is: its number, its addresses or path.
    pub(crate) facts: Vec<Fact>,
    pub(crate) by: Vec<Keeper>,
}

/// Somebody who has a descriptor, or uses it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Keeper {
    /// A task, or the test's body, which has the number 0.
    Task {
        id: u64,
        name: Arc<str>,
        /// The variables that hold it.
        locals: Vec<Arc<str>>,
        /// Whether it certainly holds it; otherwise the variable may have been moved out of.
        is_certain: bool,
        /// How many may share it, such as all owners of an `Arc`.
        owners: u64,
    },
    /// A static, which certainly holds it.
    Static {
        name: Arc<str>,
        /// The way inside: `.slots[0]`, empty where it is the static itself.
        local: Arc<str>,
        at: Option<Frame>,
    },
    /// A thread that still runs, with what it does with the descriptor.
    Thread {
        number: u64,
        name: Option<String>,
        does: Use,
    },
    /// A closure of `spawn_blocking` that still runs.
    Closure {
        id: u64,
        name: Option<String>,
        does: Use,
    },
}

/// What a thread does with a descriptor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Use {
    /// It has opened it.
    Opened,
    /// It is blocked in this call on it.
    Blocked(String),
}

impl Keeper {
    /// The number of the task that it is.
    pub(crate) const fn task(&self) -> Option<u64> {
        match self {
            Self::Task { id, .. } | Self::Closure { id, .. } => Some(*id),
            Self::Static { .. } | Self::Thread { .. } => None,
        }
    }

    /// Whether the descriptor certainly stays open as long as that runs.
    pub(crate) const fn is_certain(&self) -> bool {
        matches!(
            self,
            Self::Task {
                is_certain: true,
                ..
            }
        )
    }

    /// Whether it is a static.
    pub(crate) const fn is_static(&self) -> bool {
        matches!(self, Self::Static { .. })
    }

    /// How many may share it with a task, which is one of them.
    pub(crate) const fn owners(&self) -> u64 {
        match self {
            Self::Task { owners, .. } => *owners,
            Self::Static { .. } | Self::Thread { .. } | Self::Closure { .. } => 1,
        }
    }

    /// Whether it is blocked in a call on it.
    pub(crate) const fn is_blocked(&self) -> bool {
        match self {
            Self::Task { .. } | Self::Static { .. } => false,
            Self::Thread { does, .. } | Self::Closure { does, .. } => {
                matches!(does, Use::Blocked(_))
            }
        }
    }
}
