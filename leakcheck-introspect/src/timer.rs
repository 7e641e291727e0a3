//! The armed timers of a runtime.

use std::time::Instant;

use tokio::runtime::Handle;

use crate::{Error, read};

/// The timers that a runtime's time driver has armed: what `sleep`, `interval` and `timeout` have registered when they
/// were polled.
#[derive(Clone, Debug)]
pub struct TimerList {
    pub(crate) timers: Vec<Timer>,
    pub(crate) gap: Option<String>,
}

/// An armed timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    pub(crate) deadline: Option<Instant>,
    pub(crate) waker: Option<u64>,
}

impl TimerList {
    /// Reads the armed timers of a runtime; none where it has no time driver.
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`](crate::TaskList::of_runtime), and where the time driver is of a kind that is not known.
    pub fn of_runtime(handle: &Handle) -> Result<Self, Error> {
        read::timers(handle)
    }

    /// The timers, those that fire first in front.
    pub fn timers(&self) -> &[Timer] {
        &self.timers
    }

    /// Why there may be more, if so: a list changed while it was read.
    pub fn gap(&self) -> Option<&str> {
        self.gap.as_deref()
    }
}

impl Timer {
    /// When it fires, to about a millisecond; `None` where that could not be read.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// What it wakes: the [`address`](crate::Task::address) of a task where it is one that waits by itself, else whatever
    /// handed out the waker.
    pub fn wakes(&self) -> Option<u64> {
        self.waker
    }
}
