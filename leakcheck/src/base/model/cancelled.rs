//! Bodies that were cancelled: their futures were dropped while they were suspended.

use std::time::Duration;

use super::Waiting;

/// Where a body was cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelledAt {
    pub(crate) number: u32,
    /// Where it was suspended, where that could be read.
    pub(crate) waiting: Option<Waiting>,
}

/// The runs of a body that were cancelled, each at another await.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellations {
    pub(crate) awaits: u32,
    pub(crate) cancelled: u32,
    pub(crate) extent: CancelExtent,
    pub(crate) took: Duration,
    pub(crate) failed: Option<CancelFailure>,
}

/// How many of the awaits that were asked for were tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CancelExtent {
    /// All of them.
    All,
    /// Some, evenly spread, because they are more than 200.
    Spread,
    /// Those that came before this time limit was over.
    OutOfTime(Duration),
}

/// A run that failed otherwise than by leaving something behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelFailure {
    pub(crate) fault: CancelFault,
    pub(crate) at: CancelledAt,
}

/// How such a run failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CancelFault {
    /// Something that was dropped with the body panicked.
    DropPanicked,
    /// Something that was dropped with the body did not come back in time.
    DropHung,
    /// The body itself failed or did not end before it came to that await: it cannot be run again.
    BodyFailed,
}

impl CancelledAt {
    /// How many awaits the body had come to, with this one: a body comes to one each time that it is polled and waits.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Where it was suspended and what it waited for, where that could be read.
    pub fn waiting(&self) -> Option<&Waiting> {
        self.waiting.as_ref()
    }
}

impl Cancellations {
    /// How many awaits the body has, as its first run came to them.
    pub fn awaits(&self) -> u32 {
        self.awaits
    }

    /// At how many of them it was cancelled.
    pub fn cancelled(&self) -> u32 {
        self.cancelled
    }

    /// How many of those that were asked for were tried.
    pub fn extent(&self) -> CancelExtent {
        self.extent
    }

    /// How long all of it took.
    pub fn took(&self) -> Duration {
        self.took
    }

    /// The run that failed otherwise than by leaving something behind; it was the last one.
    pub fn failed(&self) -> Option<&CancelFailure> {
        self.failed.as_ref()
    }
}

impl CancelFailure {
    /// How it failed.
    pub fn fault(&self) -> CancelFault {
        self.fault
    }

    /// Where it was cancelled, or was to be.
    pub fn at(&self) -> &CancelledAt {
        &self.at
    }
}
