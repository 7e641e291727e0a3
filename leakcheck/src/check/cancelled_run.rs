//! A run of a body that is dropped at one of its awaits: what its own thread tells of it.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use crate::base::{
    model::{CancelExtent, CancelFailure, CancelFault, Cancellations, CancelledAt, Waiting},
    sync::lock_std as lock,
};

/// Whether it is read where the body stands: debug info is dear, and a clean run needs none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Skip,
    Read,
}

/// A run of a body that is dropped at one of its awaits.
#[derive(Debug)]
pub(crate) struct CancelledRun {
    /// The await, counted from one.
    pub(crate) number: u32,
    /// How many awaits the body has.
    pub(crate) awaits: u32,
    /// At how many it was cancelled before.
    pub(crate) before: u32,
    /// When the first of these runs began.
    pub(crate) since: Instant,
    pub(crate) reading: Reading,
    is_dropping: AtomicBool,
    stood: Mutex<Option<Waiting>>,
}

impl CancelledRun {
    pub(crate) fn new(
        number: u32,
        awaits: u32,
        before: u32,
        since: Instant,
        reading: Reading,
    ) -> Self {
        Self {
            number,
            awaits,
            before,
            since,
            reading,
            is_dropping: AtomicBool::new(false),
            stood: Mutex::new(None),
        }
    }

    /// The body is about to be dropped, where it stands so.
    pub(crate) fn drops(&self, stood: Option<Waiting>) {
        *lock(&self.stood) = stood;
        self.is_dropping.store(true, Ordering::SeqCst);
    }

    /// Whether it came to that.
    pub(crate) fn has_dropped(&self) -> bool {
        self.is_dropping.load(Ordering::SeqCst)
    }

    /// Where it is cancelled.
    pub(crate) fn at(&self) -> CancelledAt {
        CancelledAt {
            number: self.number,
            waiting: lock(&self.stood).clone(),
        }
    }

    /// What there is to say of all runs where this one has failed.
    pub(crate) fn failed(&self, fault: CancelFault) -> Cancellations {
        Cancellations {
            awaits: self.awaits,
            cancelled: self.before + u32::from(self.has_dropped()),
            extent: CancelExtent::All,
            took: self.since.elapsed(),
            failed: Some(CancelFailure {
                fault,
                at: self.at(),
            }),
        }
    }

    /// The same where it does not come to an end.
    pub(crate) fn hung(&self) -> Cancellations {
        self.failed(self.fault_of_hang())
    }

    /// What it means that it does not come to an end.
    pub(crate) fn fault_of_hang(&self) -> CancelFault {
        if self.has_dropped() {
            CancelFault::DropHung
        } else {
            CancelFault::BodyFailed
        }
    }
}
