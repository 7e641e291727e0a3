//! What a task waits for, in words.

use std::{
    fmt::{Display, Formatter, Result},
    time::Duration,
};

use leakcheck_report::time;

use crate::base::model::{Awaited, Event};

/// The number of the signal that `ctrl_c` waits for, on every Unix.
const SIGINT: i32 = 2;

/// As reports have it: `a message; 1 sender is alive`.
impl Display for Event {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let text = match self {
            Self::Message { senders } => return with_senders(f, "a message", *senders),
            Self::Change { senders } => {
                return with_senders(f, "a change of a watched value", *senders);
            }
            Self::Timer { left, others_later } => {
                let later = if *others_later {
                    "; those of others fire later"
                } else {
                    ""
                };
                return write!(f, "{}{later}", timer(*left));
            }
            Self::Readiness { descriptor, name } => {
                return match (descriptor, name) {
                    (Some(fd), Some(name)) => {
                        write!(f, "descriptor {fd} ({name}) to become ready")
                    }
                    (Some(fd), None) => write!(f, "descriptor {fd} to become ready"),
                    (None, _) => f.write_str("a descriptor to become ready"),
                };
            }
            Self::Exit { process, command } => {
                return match (process, command) {
                    (_, Some(command)) => write!(f, "the end of process {command}"),
                    (Some(pid), None) => write!(f, "the end of process {pid}"),
                    (None, None) => f.write_str("the end of a process"),
                };
            }
            Self::Bytes => "bytes from the other end of a pipe in memory",
            Self::OneshotValue => "the value of a oneshot channel",
            Self::Capacity => "room in a full channel",
            Self::Closed => "the other side of a channel to go away",
            Self::Mutex => "a mutex",
            Self::RwLock => "a read-write lock",
            Self::Permit => "a permit of a semaphore",
            Self::Notification => "a notification",
            Self::Arrivals => "others to arrive at a barrier",
            Self::TaskEnd => "the end of a task",
            Self::Cancellation => "the cancellation of a token",
            Self::Signal(Some(SIGINT)) => "ctrl-c (SIGINT)",
            Self::Signal(_) => "a signal",
            Self::Never => "a future that is never ready",
            Self::Other => "something else",
        };
        f.write_str(text)
    }
}

/// With `perhaps` where it is not certain that this is waited for.
impl Display for Awaited {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let perhaps = if self.is_certain { "" } else { "perhaps " };
        write!(f, "{perhaps}{}", self.event)
    }
}

fn with_senders(f: &mut Formatter<'_>, what: &str, senders: Option<u64>) -> Result {
    match senders {
        None | Some(0) => f.write_str(what),
        Some(1) => write!(f, "{what}; 1 sender is alive"),
        Some(senders) => write!(f, "{what}; {senders} senders are alive"),
    }
}

fn timer(left: Option<Duration>) -> String {
    match left {
        None => "a timer".to_owned(),
        Some(left) if left.as_secs() == 0 => "a timer that is about to fire".to_owned(),
        Some(left) => format!("a timer that {}", time::fires_in(left)),
    }
}
