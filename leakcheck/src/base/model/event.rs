//! What a task waits for.

use std::time::Duration;

/// What would wake a task. The words that reports use for it are its `Display` form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A message of a channel, with the number of senders that are alive where that is counted.
    Message {
        /// Senders that are alive.
        senders: Option<u64>,
    },
    /// The value of a oneshot channel.
    OneshotValue,
    /// A change of a watched value, with the number of senders that are alive where that is counted.
    Change {
        /// Senders that are alive.
        senders: Option<u64>,
    },
    /// Room in a full channel.
    Capacity,
    /// That the other side of a channel goes away.
    Closed,
    /// A mutex.
    Mutex,
    /// A read-write lock.
    RwLock,
    /// A permit of a semaphore.
    Permit,
    /// A notification.
    Notification,
    /// That others arrive at a barrier.
    Arrivals,
    /// The end of a task.
    TaskEnd,
    /// The cancellation of a token.
    Cancellation,
    /// A timer.
    Timer {
        /// When it fires, from now on the clock of its runtime; `None` where that is not known.
        left: Option<Duration>,
        /// Whether those of further tasks of the finding fire later.
        others_later: bool,
    },
    /// That a descriptor becomes ready.
    Readiness {
        /// The descriptor, where it is one for all tasks of the finding.
        descriptor: Option<u64>,
        /// What it is: `TCP socket, 127.0.0.1:80`.
        name: Option<String>,
    },
    /// The end of a process.
    Exit {
        /// Its number, where it is one for all tasks of the finding.
        process: Option<u64>,
        /// Its command line.
        command: Option<String>,
    },
    /// A signal, by its number where that is known.
    Signal(Option<i32>),
    /// Bytes in a pipe in memory, or its end.
    Bytes,
    /// Nothing: the future is never ready.
    Never,
    /// Something that this release does not know.
    Other,
}

impl Event {
    /// The word that the JSON form uses.
    pub const fn name(&self) -> &'static str {
        match self {
            // The pipe is a channel of bytes.
            Self::Message { .. } | Self::Bytes => "message",
            Self::OneshotValue => "oneshot_value",
            Self::Change { .. } => "change",
            Self::Capacity => "capacity",
            Self::Closed => "closed",
            Self::Mutex => "mutex",
            Self::RwLock => "rw_lock",
            Self::Permit => "permit",
            Self::Notification => "notification",
            Self::Arrivals => "arrivals",
            Self::TaskEnd => "task_end",
            Self::Cancellation => "cancellation",
            Self::Timer { .. } => "timer",
            Self::Readiness { .. } => "readiness",
            Self::Exit { .. } => "exit",
            Self::Signal(_) => "signal",
            Self::Never => "never",
            Self::Other => "other",
        }
    }

    /// Whether somebody could hold what brings it about: nobody holds a timer.
    pub(crate) const fn has_holders(&self) -> bool {
        !matches!(
            self,
            Self::Timer { .. }
                | Self::Readiness { .. }
                | Self::Exit { .. }
                | Self::Signal(_)
                | Self::Never
                | Self::TaskEnd
        )
    }
}
