//! What only one thing is, in words.

use std::fmt::{Display, Formatter, Result};

use leakcheck_report::{plural, time};

use crate::base::model::{
    Below, Fact, Firing, Held, HeldStream, Kind, Leak, Notice, Place, ProcessState,
};

impl Leak {
    /// More about the thing, where there is just one: its descriptor, address or process number, in words.
    pub fn details(&self) -> Vec<String> {
        let of_several =
            matches!(self.kind, Kind::Timer | Kind::TempFile | Kind::Process) && self.count > 1;
        let which = if of_several { "the first " } else { "" };
        let facts = self.facts.iter();
        facts.map(|fact| format!("{which}{fact}")).collect()
    }
}

impl Display for Fact {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Descriptor(number) => write!(f, "fd {number}"),
            Self::Place(place) => place.fmt(f),
            Self::Clock(clock) => match clock_name(*clock) {
                Some(name) => f.write_str(name),
                None => write!(f, "clock {clock}"),
            },
            Self::Notice(notice) => notice.fmt(f),
            Self::Firing(Firing::In(left)) => f.write_str(&time::fires_in(*left)),
            Self::Firing(Firing::Armed) => f.write_str("armed"),
            Self::Firing(Firing::Disarmed) => f.write_str("not armed"),
            Self::Firing(Firing::Unread) => f.write_str("one or more, not read"),
            Self::Process(number) => write!(f, "pid {number}"),
            Self::ProgramUnread => f.write_str("`/proc` does not show what it runs"),
            Self::State(ProcessState::Running) => f.write_str("running"),
            Self::State(ProcessState::Zombie) => f.write_str("zombie: exited, never waited for"),
            Self::PipeOf(pid) => write!(f, "the other end is open in process {pid}"),
            Self::Holds(held) => held.fmt(f),
            Self::Below(below) => below.fmt(f),
            Self::TempFile(file) => file.fmt(f),
            Self::LostMemory(lost) => lost.fmt(f),
            Self::Command(text) | Self::Label(text) => f.write_str(text),
            Self::Workers {
                count,
                names,
                are_all_named,
            } => {
                f.write_str(&plural::of(*count, "worker thread", "worker threads"))?;
                for (index, name) in names.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma} \"{name}\"")?;
                }
                f.write_str(if *are_all_named { "" } else { ", .." })
            }
        }
    }
}

impl Display for Held {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self.what {
            HeldStream::Pipe => "keeps a pipe of the test open as ",
            HeldStream::Socket => "keeps a socket of the test open as ",
            HeldStream::Output => "keeps standard output of the test's process open as ",
            HeldStream::Error => "keeps standard error of the test's process open as ",
        })?;
        let names: Vec<String> = self.fds.iter().copied().map(descriptor_name).collect();
        f.write_str(&names.join(" and "))
    }
}

/// What a program calls one of its descriptors.
fn descriptor_name(fd: i32) -> String {
    match fd {
        0 => "its standard input".to_owned(),
        1 => "its standard output".to_owned(),
        2 => "its standard error".to_owned(),
        other => format!("its fd {other}"),
    }
}

impl Display for Below {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("which has started ")?;
        for (index, (command, pid)) in self.first.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let command = command.as_deref().unwrap_or("a process");
            write!(f, "{comma}{command} (pid {pid})")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Connected { local, peer } => write!(f, "{local} to {peer}"),
            Self::Local(local) => local.fmt(f),
            Self::Peer(peer) => write!(f, "to {peer}"),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

impl Display for Notice {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match *self {
            Self::Nothing => f.write_str("tells nobody"),
            Self::Signal(signal) => write!(f, "sends {}", signal_name(signal)),
            Self::SignalToThread(signal) => {
                write!(f, "sends {} to one thread", signal_name(signal))
            }
            Self::Function => f.write_str("calls a function on a thread of its own"),
            Self::Unknown => f.write_str("tells in an unknown way"),
        }
    }
}

/// Clocks, as they are numbered on Linux.
const fn clock_name(clock: i32) -> Option<&'static str> {
    Some(match clock {
        0 => "CLOCK_REALTIME",
        1 => "CLOCK_MONOTONIC",
        2 => "CLOCK_PROCESS_CPUTIME_ID",
        3 => "CLOCK_THREAD_CPUTIME_ID",
        7 => "CLOCK_BOOTTIME",
        8 => "CLOCK_REALTIME_ALARM",
        9 => "CLOCK_BOOTTIME_ALARM",
        11 => "CLOCK_TAI",
        _ => return None,
    })
}

/// Those that such timers commonly send, as they are numbered on Linux.
fn signal_name(signal: i32) -> String {
    let name = match signal {
        10 => "SIGUSR1",
        12 => "SIGUSR2",
        14 => "SIGALRM",
        26 => "SIGVTALRM",
        27 => "SIGPROF",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn facts_are_said_in_words() {
        for (fact, words) in [
            (Fact::Clock(0), "CLOCK_REALTIME"),
            (Fact::Clock(-6), "clock -6"),
            (Fact::Notice(Notice::Nothing), "tells nobody"),
            (Fact::Notice(Notice::Signal(14)), "sends SIGALRM"),
            (
                Fact::Notice(Notice::SignalToThread(40)),
                "sends signal 40 to one thread",
            ),
            (
                Fact::Notice(Notice::Function),
                "calls a function on a thread of its own",
            ),
            (Fact::Firing(Firing::Disarmed), "not armed"),
        ] {
            assert_eq!(fact.to_string(), words);
        }
    }
}
