//! A body that did not end in time.

use std::time::Duration;

use super::{Frame, Leak, Waiting};

/// A test's body that did not end in time: what it was doing, and what was alive beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hang {
    pub(crate) cause: HangCause,
    pub(crate) after: Duration,
    pub(crate) waiting: Option<Waiting>,
    pub(crate) thread: Option<StuckThread>,
    pub(crate) alive: Vec<Leak>,
    pub(crate) fate: Fate,
}

/// What became of such a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was dropped where it waited.
    GivenUp,
    /// It came to its end after all.
    Late,
    /// The process ended with it, for this reason.
    EndedProcess(String),
}

/// Why a body was not waited for any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HangCause {
    /// It took longer than its time limit.
    Timeout(Duration),
    /// It was proven that nothing can wake it.
    Deadlock,
}

/// A thread that did not come back from synchronous code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StuckThread {
    pub(crate) tid: i32,
    pub(crate) doing: String,
    /// Where, if its stack could be read.
    pub(crate) waiting: Option<Waiting>,
}

impl Hang {
    /// Why it was not waited for any longer.
    pub fn cause(&self) -> HangCause {
        self.cause
    }

    /// How long it had run by then, or until its end where it came to one.
    pub fn after(&self) -> Duration {
        self.after
    }

    /// Where an async body was suspended and what it waited for; `None` where a thread was in the middle of it, for a body
    /// that is not async, and for one that has ended too late.
    pub fn waiting(&self) -> Option<&Waiting> {
        self.waiting.as_ref()
    }

    /// The thread of the body, where it did not come back from synchronous code.
    pub fn thread(&self) -> Option<&StuckThread> {
        self.thread.as_ref()
    }

    /// The tasks and threads that the test had at that time. That they were alive is no fault of theirs.
    pub fn alive(&self) -> &[Leak] {
        &self.alive
    }

    /// Why the process had to end with it, where it had to.
    pub fn ended_process(&self) -> Option<&str> {
        match &self.fate {
            Fate::EndedProcess(why) => Some(why),
            Fate::GivenUp | Fate::Late => None,
        }
    }
}

impl StuckThread {
    /// The kernel's number of it.
    pub fn tid(&self) -> i32 {
        self.tid
    }

    /// What it does, in words: `blocked in mpsc::recv`.
    pub fn doing(&self) -> &str {
        &self.doing
    }

    /// Its stack, innermost first; empty where that could not be read.
    pub fn stack(&self) -> &[Frame] {
        self.waiting.as_ref().map_or(&[], |waiting| &waiting.stack)
    }
}
