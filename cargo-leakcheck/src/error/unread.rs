//! What is wrong with a line of a history.

use std::fmt::{Display, Formatter};

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The file does not begin as a history does.
    Title,
    /// Git has left it in a merge.
    Merge,
    /// It does not begin with a time, a commit and a branch.
    Head,
    /// This is no number with a name.
    Number(String),
    /// This number is missing.
    Missing(&'static str),
}

impl Display for Unread {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Title => f.write_str("expected `leakcheck history 1`; if it is no history, name another file with --history"),
            Self::Merge => f.write_str(
                "a merge was left here: keep the lines of both sides, and let git do so with `leakcheck.history merge=union` in `.gitattributes`",
            ),
            Self::Head => f.write_str("expected a time, a commit and a branch, with one space between them"),
            Self::Number(field) => write!(f, "`{field}` is no number with a name, such as `new=3`"),
            Self::Missing(name) => write!(f, "`{name}=` is missing"),
        }
    }
}
