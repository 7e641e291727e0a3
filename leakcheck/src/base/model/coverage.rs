//! How much of each kind could be seen.

use super::Kind;

/// How much of one kind was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// Everything, with identity and creation site.
    Full,
    /// Something is missing; the text says what, and what would bring it back.
    Partial(String),
    /// Nothing; the text says why.
    Nothing(String),
}

impl Seen {
    /// The other, where all of this was seen.
    pub(crate) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Full => other(),
            less => less,
        }
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Full => f.write_str("full"),
            Self::Partial(why) => write!(f, "partial: {why}"),
            Self::Nothing(why) => write!(f, "none: {why}"),
        }
    }
}

/// What a check could see, kind by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub(crate) kinds: Vec<(Kind, Seen)>,
}

impl Coverage {
    /// How much of `kind` was seen; `None` for a kind that the options left out.
    pub fn of(&self, kind: Kind) -> Option<&Seen> {
        self.kinds.iter().find(|(k, _)| *k == kind).map(|(_, s)| s)
    }

    /// Every kind with how much of it was seen, in report order.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &Seen)> {
        self.kinds.iter().map(|(k, s)| (*k, s))
    }
}
