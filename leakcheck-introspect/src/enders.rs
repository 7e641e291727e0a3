//! Who can end a wait, where the thing that is waited for counts those who have it.

use crate::{Object, Role};

/// Who can end a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Enders {
    /// Those whom the class of the object names.
    OfClass,
    /// Whoever has one of these handles: there are no others.
    All(Vec<Handles>),
    /// Others may come.
    Open,
}

/// How many of one party have an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handles {
    pub(crate) object: Object,
    pub(crate) party: Party,
    pub(crate) count: u64,
}

/// Those who have an object, by what they can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    Senders,
    Receivers,
    /// Both, and whoever owns it otherwise.
    Anybody,
}

impl Party {
    /// Whether a holder with this role is one of them.
    pub(crate) fn has(self, role: Role) -> bool {
        match self {
            Self::Senders => role == Role::Sender,
            Self::Receivers => role == Role::Receiver,
            Self::Anybody => matches!(role, Role::Sender | Role::Receiver | Role::Owner),
        }
    }
}
