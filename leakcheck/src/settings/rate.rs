//! How many things of a kind a test that is repeated may make in a second.

use super::limits::Limits;
use crate::base::model::Limited;

/// How many things of each kind may begin in a second of a test that is repeated; see [`Options::rate`](crate::Options::rate).
///
/// ```
/// use leakcheck::{Options, Rate};
///
/// let options = Options::new().rate(Rate::new().tasks(500).fds(50));
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "a budget does nothing until options are given it"]
pub struct Rate(Limits);

impl Rate {
    /// No budget for any kind.
    pub const fn new() -> Self {
        Self(Limits::new())
    }

    /// So many tasks of tokio spawned in a second, without those of `spawn_blocking` and of a `LocalSet`.
    ///
    /// With `--cfg tokio_unstable` each spawn is counted. Otherwise a task is told by the functions that asked for its memory, in
    /// code whose functions have names; where some have none, a report says "at least".
    ///
    /// # Panics
    ///
    /// If the number is 0.
    #[track_caller]
    pub const fn tasks(self, most: u32) -> Self {
        self.with(Limited::Task, most)
    }

    /// So many threads started in a second, those of tokio's blocking pool included.
    ///
    /// # Panics
    ///
    /// If the number is 0.
    #[track_caller]
    pub const fn threads(self, most: u32) -> Self {
        self.with(Limited::Thread, most)
    }

    /// So many file descriptors opened in a second, whichever code opens them: those that a library opens for a moment count as
    /// well.
    ///
    /// # Panics
    ///
    /// If the number is 0.
    #[track_caller]
    pub const fn fds(self, most: u32) -> Self {
        self.with(Limited::Fd, most)
    }

    /// So many child processes started in a second.
    ///
    /// # Panics
    ///
    /// If the number is 0.
    #[track_caller]
    pub const fn processes(self, most: u32) -> Self {
        self.with(Limited::Process, most)
    }

    #[track_caller]
    pub(crate) const fn with(self, limited: Limited, most: u32) -> Self {
        Self(self.0.with(limited, most))
    }

    pub(crate) const fn limits(self) -> Limits {
        self.0
    }
}
