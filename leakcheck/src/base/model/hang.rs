//! A body that did not end in time.

use std::time::Duration;

use super::{Dependence, Frame, Leak, State, Waiting};

/// A test's body that did not end in time: what it was doing, and what was alive beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hang {
    pub(crate) cause: HangCause,
    pub(crate) after: Duration,
    pub(crate) waiting: Option<Waiting>,
    /// On whom it depends that the body goes on.
    pub(crate) depends: Vec<Dependence>,
    pub(crate) thread: Option<StuckThread>,
    pub(crate) alive: Vec<Leak>,
    pub(crate) fate: Fate,
}

/// What became of such a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was dropped where it waited.
    GivenUp,
    /// It came to its end after all.
    Late,
    /// The process ended with it, for this reason.
    EndedProcess(HangEnd),
    /// It is the process that does not end, and it goes on.
    LeftAlone,
}

/// Why the process had to end with a body that does not. The words that reports use for it are its `Display` form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HangEnd {
    /// Its thread is in synchronous code of the body.
    SynchronousBody,
    /// Its thread is in synchronous code of a task.
    SynchronousTask,
    /// The body was given up, and dropping it blocks.
    DropBlocks,
}

/// Why a body was not waited for any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HangCause {
    /// It took longer than its time limit.
    Timeout(Duration),
    /// It was proven that nothing can wake it.
    Deadlock,
    /// It is no body, but the process, which was not at its end after this limit.
    Exit(ExitBegan, Duration),
}

/// Since when a process is about to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExitBegan {
    /// `main` has returned, or somebody has called `exit`.
    Exit,
    /// `leakcheck::main!` has run all of its tests.
    TestsOver,
}

/// A thread that did not come back from synchronous code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StuckThread {
    pub(crate) tid: i32,
    pub(crate) doing: ThreadState,
    /// Where, if its stack could be read.
    pub(crate) waiting: Option<Waiting>,
}

/// What such a thread does. The words that reports use for it are its `Display` form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThreadState {
    /// As its own stack says, with the descriptor that it waits for.
    Told {
        /// Whether it runs or waits.
        state: State,
        /// What the descriptor is: `TCP socket, 127.0.0.1:80`.
        descriptor: Option<String>,
    },
    /// As the kernel says, where its stack is not known.
    Seen {
        /// What the kernel says.
        state: KernelState,
        /// What the descriptor is: `TCP socket, 127.0.0.1:80`.
        descriptor: Option<String>,
    },
}

/// What the kernel says of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KernelState {
    /// It says nothing.
    Unread,
    /// It runs.
    Runs,
    /// It sleeps, in a call that is not shown.
    Sleeps,
    /// It sleeps in `futex`: a lock, a channel, a condition variable, or the end of a thread.
    Futex,
    /// It sleeps in this call.
    Call(&'static str),
    /// It sleeps in this call of a descriptor.
    CallOn {
        /// The call.
        name: &'static str,
        /// Number of the descriptor.
        descriptor: u64,
    },
    /// It sleeps in the call with this number.
    CallNumber(i64),
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
    pub fn ended_process(&self) -> Option<HangEnd> {
        match self.fate {
            Fate::EndedProcess(why) => Some(why),
            Fate::GivenUp | Fate::Late | Fate::LeftAlone => None,
        }
    }
}

impl StuckThread {
    /// The kernel's number of it.
    pub fn tid(&self) -> i32 {
        self.tid
    }

    /// What it does.
    pub fn doing(&self) -> &ThreadState {
        &self.doing
    }

    /// Its stack, innermost first; empty where that could not be read.
    pub fn stack(&self) -> &[Frame] {
        self.waiting.as_ref().map_or(&[], |waiting| &waiting.stack)
    }
}
