//! How many things of a kind a test may have alive at one time.

use super::limits::Limits;
use crate::base::model::Limited;

/// How many things of each kind a test may have alive at one time; see [`Options::max_live`](crate::Options::max_live).
///
/// ```
/// use leakcheck::{MaxLive, Options};
///
/// let options = Options::new().max_live(MaxLive::new().tasks(200).threads(8));
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "a budget does nothing until options are given it"]
pub struct MaxLive(Limits);

impl MaxLive {
    /// No budget for any kind.
    pub const fn new() -> Self {
        Self(Limits::new())
    }

    /// So many tasks of tokio, without those of `spawn_blocking` and of a `LocalSet`.
    ///
    /// A task is alive from its spawn until its runtime has let go of it; on a runtime of several threads that may be a moment
    /// after its `JoinHandle` has resolved, so leave some room there. With `--cfg tokio_unstable` each spawn and end is counted.
    /// Otherwise the tasks of the test's own runtime are counted whenever its body was polled and whenever a thread of the
    /// runtime goes to sleep: a task that begins and ends in between is not seen, and a report says "at least".
    ///
    /// # Panics
    ///
    /// If the number is 0.
    #[track_caller]
    pub const fn tasks(self, most: u32) -> Self {
        self.with(Limited::Task, most)
    }

    /// So many threads, those of tokio's blocking pool included. The workers that the test's own runtime begins with do not
    /// count.
    ///
    /// # Panics
    ///
    /// If the number is 0.
    #[track_caller]
    pub const fn threads(self, most: u32) -> Self {
        self.with(Limited::Thread, most)
    }

    /// So many file descriptors, whichever code opens them: those that a library opens for a moment count as well. Those that
    /// the test's own runtime begins with do not.
    ///
    /// # Panics
    ///
    /// If the number is 0.
    #[track_caller]
    pub const fn fds(self, most: u32) -> Self {
        self.with(Limited::Fd, most)
    }

    /// So many child processes. One is alive until somebody has waited for it.
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
