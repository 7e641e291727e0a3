//! What only one thing is: its number, where it leads, what state it is in.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use super::{LostMemory, TempFile, TempOwner};

/// Something that is known of one thing. The words that reports use for it are its `Display` form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fact {
    /// The number of a descriptor.
    Descriptor(i32),
    /// Where a descriptor leads.
    Place(Place),
    /// The clock of a POSIX timer, as the C library numbers them.
    Clock(i32),
    /// What happens when a POSIX timer fires.
    Notice(Notice),
    /// When a timer fires.
    Firing(Firing),
    /// The number of a process.
    Process(u32),
    /// What a process runs is not shown.
    ProgramUnread,
    /// Whether a process runs.
    State(ProcessState),
    /// What a file or folder in a temporary folder is.
    TempFile(TempFile),
    /// What nothing leads to, of memory.
    #[cfg_attr(
        not(feature = "heap"),
        allow(dead_code, reason = "made where memory is looked at")
    )]
    LostMemory(LostMemory),
    /// The number of the process that has the other end of a pipe, which nobody has but it and what it has started.
    PipeOf(u32),
    /// What a process keeps open.
    Holds(Held),
    /// What a process has started, and that has started, as far as that still runs.
    Below(Below),
    /// The command line of a process, as one would type it.
    Command(String),
    /// What the user's own code calls it.
    Label(String),
    /// The worker threads of a runtime, and the names of the first ones.
    Workers {
        count: usize,
        names: Vec<String>,
        are_all_named: bool,
    },
}

impl Fact {
    /// The number of the descriptor that these are of.
    pub(crate) fn descriptor(facts: &[Self]) -> Option<i32> {
        facts.iter().find_map(|fact| match fact {
            Self::Descriptor(number) => Some(*number),
            _ => None,
        })
    }

    /// What of the test the process that these are of keeps open.
    pub(crate) fn held(facts: &[Self]) -> Option<&Held> {
        facts.iter().find_map(|fact| match fact {
            Self::Holds(held) => Some(held),
            _ => None,
        })
    }

    /// What nothing leads to, where these are of memory.
    pub(crate) fn lost_memory(facts: &[Self]) -> Option<&LostMemory> {
        facts.iter().find_map(|fact| match fact {
            Self::LostMemory(lost) => Some(lost),
            _ => None,
        })
    }

    /// What would have removed the temporary file that these are of.
    pub(crate) fn temp_owner(facts: &[Self]) -> Option<TempOwner> {
        facts.iter().find_map(|fact| match fact {
            Self::TempFile(file) => Some(file.owner),
            _ => None,
        })
    }
}

/// A pipe or socket of a test that a process has open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Held {
    pub(crate) what: HeldStream,
    /// Its numbers in that process, lowest first.
    pub(crate) fds: Vec<i32>,
}

/// What a process has open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum HeldStream {
    /// A pipe that the test has made.
    Pipe,
    /// A socket that the test has made.
    Socket,
    /// Standard output of the test's process, to which a runner listens.
    Output,
    /// The same of standard error.
    Error,
}

/// Processes that a process has started, and that those have started.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Below {
    /// The first ones: what each is, as one would type it, and its number.
    pub(crate) first: Vec<(Option<String>, u32)>,
    /// How many there are beside them.
    pub(crate) more: usize,
}

/// Where a descriptor leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Connected { local: SocketAddr, peer: SocketAddr },
    Local(SocketAddr),
    Peer(SocketAddr),
    Path(PathBuf),
}

/// What happens when a POSIX timer fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(dead_code, reason = "there is no timer where none is recorded")]
pub(crate) enum Notice {
    Nothing,
    Signal(i32),
    /// The same, to one thread.
    SignalToThread(i32),
    /// A function is called on a thread of the C library's own.
    Function,
    Unknown,
}

/// When a timer fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Firing {
    In(Duration),
    /// Some time.
    Armed,
    Disarmed,
    /// There is one or more of which nothing else is known.
    Unread,
}

/// Whether a child process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(dead_code, reason = "there is no child where none is recorded")]
pub(crate) enum ProcessState {
    Running,
    /// It has ended, and nobody has waited for it yet.
    Zombie,
}

/// Who keeps the time of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TimerKind {
    /// The time driver of a runtime.
    Tokio,
    /// The kernel, by `timer_create`.
    Posix,
}
