//! What is given to the shell.

use std::process::ExitCode;

/// Codes that neither `cargo test` nor nextest uses, apart from 2, which is usual for a wrong command line, and also tells that
/// there is nothing of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing new was left behind.
    Clean,
    /// All tests that failed did so for new leaks only; or a rule is unused or over-broad, where that is denied.
    Leaks,
    /// What is to be explained is not there.
    Unknown,
    /// Something could not be read or written.
    Broken,
    /// Tests failed by themselves, or did not build.
    Cargo(u8),
}

impl Exit {
    /// What counts most: a failure of cargo's, then what is broken, then leaks. Who accepts leaks can rely on the rest.
    pub(crate) fn of(cargo: Option<u8>, is_broken: bool, fails: bool) -> Self {
        match cargo {
            Some(code) => Self::Cargo(code),
            None if is_broken => Self::Broken,
            None if fails => Self::Leaks,
            None => Self::Clean,
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Unknown => 2,
            Self::Leaks => 10,
            Self::Broken => 11,
            Self::Cargo(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_most_is_told() {
        for (cargo, is_broken, leaks, expected) in [
            (None, false, false, 0),
            (None, false, true, 10),
            (None, true, true, 11),
            (Some(101), true, true, 101),
            (Some(100), false, false, 100),
        ] {
            assert_eq!(Exit::of(cargo, is_broken, leaks).code(), expected);
        }
    }
}
