//! What a task or thread is doing, in words.

use std::fmt::{Display, Formatter, Result};

use crate::base::model::{About, Call, HangEnd, KernelState, State, ThreadState};

/// As reports have it: `idle`, `scheduled, has not run yet`, `blocked in mpsc::recv`.
impl Display for State {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Idle => f.write_str("idle"),
            Self::Scheduled => f.write_str("scheduled"),
            Self::New => f.write_str("scheduled, has not run yet"),
            Self::Running => f.write_str("running"),
            Self::Blocked(call) => write!(f, "blocked in {call}"),
        }
    }
}

/// As reports have it: `mpsc::recv`, `read(fd 9)`.
impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Function(name) => f.write_str(name),
            Self::HandleBlockOn => f.write_str("Handle::block_on"),
            Self::System { name: None, .. } => f.write_str("a system call"),
            Self::System {
                name: Some(name),
                about,
            } => match about {
                None => f.write_str(name),
                Some(About::Descriptor(number)) => write!(f, "{name}(fd {number})"),
                Some(About::Process(number)) => write!(f, "{name}({number})"),
            },
            Self::Unknown => f.write_str("what the kernel does not show"),
        }
    }
}

/// As reports have it: `blocked in read(fd 9): pipe`, `it sleeps in poll`.
impl Display for ThreadState {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (result, descriptor) = match self {
            Self::Told { state, descriptor } => (state.fmt(f), descriptor),
            Self::Seen { state, descriptor } => (state.fmt(f), descriptor),
        };
        result?;
        match descriptor {
            Some(descriptor) => write!(f, ": {descriptor}"),
            None => Ok(()),
        }
    }
}

impl Display for KernelState {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Unread => f.write_str("what it does could not be read"),
            Self::Runs => f.write_str("it runs"),
            Self::Sleeps => f.write_str("it sleeps in the kernel"),
            Self::Futex => f.write_str(
                "it sleeps in futex: a lock, a channel, a condition variable, or the end of a thread",
            ),
            Self::Call(name) => write!(f, "it sleeps in {name}"),
            Self::CallOn { name, descriptor } => {
                write!(f, "it sleeps in {name} of descriptor {descriptor}")
            }
            Self::CallNumber(number) => write!(f, "it sleeps in system call {number}"),
        }
    }
}

impl Display for HangEnd {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Self::SynchronousBody => {
                "the thread of the test is in synchronous code of its body, which nobody can end from outside"
            }
            Self::SynchronousTask => {
                "the thread of the test is in synchronous code of a task, which nobody can end from outside"
            }
            Self::DropBlocks => "the body was given up, and dropping it does not come to an end",
        })
    }
}
