//! The armed timers of a runtime.

use std::time::Instant;

/// The timers that a runtime's time driver has armed: what `sleep`, `interval` and `timeout` have registered when they
/// were polled.
///
/// ```
/// use std::time::Duration;
///
/// use leakcheck_introspect::TimerList;
/// use tokio::{runtime::Handle, task::yield_now, time::sleep};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let sleeper = tokio::spawn(sleep(Duration::from_secs(60)));
/// yield_now().await;
/// let timers = TimerList::of_runtime(&Handle::current())?;
/// assert_eq!(timers.timers().len(), 1);
/// # drop(sleeper);
/// # Ok::<(), leakcheck_introspect::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TimerList {
    pub(crate) timers: Vec<Timer>,
    pub(crate) gap: Option<String>,
}

/// An armed timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    pub(crate) address: u64,
    pub(crate) deadline: Option<Instant>,
    pub(crate) waker: Option<u64>,
}

impl TimerList {
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
    /// Where it is. A later one may have the same address.
    pub fn address(&self) -> u64 {
        self.address
    }

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
