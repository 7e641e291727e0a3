//! System calls in which threads wait, by their numbers, and what a signal would do to them.

use libc::c_long;

/// A thread in a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) number: c_long,
    pub(super) arguments: [u64; 6],
    pub(super) stack_pointer: usize,
}

impl Waiting {
    /// Reads the number of a system call, its six arguments, the stack pointer and the program counter. A thread that runs has
    /// none of these, and one that is stopped elsewhere has a number of -1 and no arguments.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (number, rest) = line.trim_end().split_once(' ')?;
        let hex = |word: &str| u64::from_str_radix(word.trim_start_matches("0x"), 16).ok();
        let numbers: Vec<u64> = rest.split(' ').map(hex).collect::<Option<_>>()?;
        let &[ref arguments @ .., stack_pointer, _counter] = &numbers[..] else {
            return None;
        };
        Some(Self {
            number: number.parse().ok()?,
            arguments: arguments.try_into().ok()?,
            stack_pointer: usize::try_from(stack_pointer).ok()?,
        })
    }
}

/// A system call that is known to wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    number: c_long,
    /// As its function in the C library has it.
    pub(super) name: &'static str,
    pub(super) bears: Bears,
    /// Whether its first argument is a descriptor.
    pub(super) is_of_descriptor: bool,
}

/// Whether a thread in a call may be sent a signal that it does not wait for: with a handler that asks for that, the call goes
/// on, or ends early as any signal of the program's own makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bears {
    Signals,
    /// Unless it reads signals from the descriptor that is its first argument.
    SignalsUnlessRead,
    /// Unless this argument is a mask that holds for as long as it waits: its end then says that a signal came.
    SignalsUnlessMasked(usize),
    /// It waits for signals.
    None,
}

impl Call {
    /// `None` for one that is not known to wait.
    pub(super) fn find(number: c_long) -> Option<&'static Self> {
        let mut known = EVERYWHERE.iter().chain(OLD);
        known.find(|known| known.number == number)
    }
}

const fn call(number: c_long, name: &'static str, bears: Bears) -> Call {
    Call {
        number,
        name,
        bears,
        is_of_descriptor: false,
    }
}

const fn on_descriptor(number: c_long, name: &'static str, bears: Bears) -> Call {
    Call {
        is_of_descriptor: true,
        ..call(number, name, bears)
    }
}

const EVERYWHERE: &[Call] = &[
    on_descriptor(libc::SYS_read, "read", Bears::SignalsUnlessRead),
    on_descriptor(libc::SYS_readv, "read", Bears::SignalsUnlessRead),
    on_descriptor(libc::SYS_pread64, "read", Bears::SignalsUnlessRead),
    on_descriptor(libc::SYS_write, "write", Bears::Signals),
    on_descriptor(libc::SYS_writev, "write", Bears::Signals),
    on_descriptor(libc::SYS_recvfrom, "recv", Bears::Signals),
    on_descriptor(libc::SYS_recvmsg, "recv", Bears::Signals),
    on_descriptor(libc::SYS_recvmmsg, "recv", Bears::Signals),
    on_descriptor(libc::SYS_sendto, "send", Bears::Signals),
    on_descriptor(libc::SYS_sendmsg, "send", Bears::Signals),
    on_descriptor(libc::SYS_accept, "accept", Bears::Signals),
    on_descriptor(libc::SYS_accept4, "accept", Bears::Signals),
    on_descriptor(libc::SYS_connect, "connect", Bears::Signals),
    on_descriptor(libc::SYS_flock, "flock", Bears::Signals),
    on_descriptor(libc::SYS_fsync, "fsync", Bears::Signals),
    call(libc::SYS_ppoll, "poll", Bears::SignalsUnlessMasked(3)),
    call(libc::SYS_pselect6, "select", Bears::SignalsUnlessMasked(5)),
    on_descriptor(
        libc::SYS_epoll_pwait,
        "epoll_wait",
        Bears::SignalsUnlessMasked(4),
    ),
    on_descriptor(
        libc::SYS_epoll_pwait2,
        "epoll_wait",
        Bears::SignalsUnlessMasked(4),
    ),
    call(libc::SYS_futex, "futex", Bears::Signals),
    call(libc::SYS_nanosleep, "sleep", Bears::Signals),
    call(libc::SYS_clock_nanosleep, "sleep", Bears::Signals),
    call(libc::SYS_wait4, "waitpid", Bears::Signals),
    call(libc::SYS_waitid, "waitid", Bears::Signals),
    call(libc::SYS_rt_sigtimedwait, "sigwait", Bears::None),
    call(libc::SYS_rt_sigsuspend, "sigsuspend", Bears::None),
    call(
        libc::SYS_io_uring_enter,
        "io_uring_enter",
        Bears::SignalsUnlessMasked(4),
    ),
    call(libc::SYS_openat, "open", Bears::Signals),
];

/// Calls that newer architectures are without.
#[cfg(target_arch = "x86_64")]
const OLD: &[Call] = &[
    call(libc::SYS_poll, "poll", Bears::Signals),
    call(libc::SYS_select, "select", Bears::Signals),
    on_descriptor(libc::SYS_epoll_wait, "epoll_wait", Bears::Signals),
    call(libc::SYS_pause, "pause", Bears::None),
    call(libc::SYS_open, "open", Bears::Signals),
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[Call] = &[];
