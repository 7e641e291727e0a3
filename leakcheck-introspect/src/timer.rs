//! The armed timers of a runtime.

use std::time::Instant;

use tokio::runtime::Handle;

use crate::{Error, read};

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

/// Tells whether a runtime has armed timers, in a microsecond and without debug info.
///
/// ```
/// use leakcheck_introspect::TimerWheel;
///
/// let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// if let Some(wheel) = TimerWheel::of_new_runtime(runtime.handle()) {
///     assert_eq!(wheel.is_empty(), Some(true));
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TimerWheel(read::Wheel);

impl TimerWheel {
    /// Finds the wheel of a runtime that was built just now, with a time driver; `None` where it is not as in the releases
    /// of tokio that are known, and on other platforms than Linux.
    ///
    /// The runtime must have no armed timer yet: from such runtimes is learned where they keep their wheels. Handles of it
    /// that exist now must be kept for as long as this is asked; those of the `Runtime` itself are.
    pub fn of_new_runtime(handle: &Handle) -> Option<Self> {
        read::Wheel::of_new_runtime(handle).map(Self)
    }

    /// Whether no timer is armed; `None` where that is not certain.
    pub fn is_empty(&self) -> Option<bool> {
        self.0.is_empty()
    }
}
