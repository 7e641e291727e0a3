//! System calls in which threads wait, by their numbers.

use libc::c_long;

/// The name of a system call, as its function in the C library has it; `None` for one that is not known to wait.
pub(super) fn name(number: c_long) -> Option<&'static str> {
    let known = EVERYWHERE.iter().chain(OLD);
    known
        .into_iter()
        .find(|(known, _)| *known == number)
        .map(|(_, name)| *name)
}

const EVERYWHERE: &[(c_long, &str)] = &[
    (libc::SYS_read, "read"),
    (libc::SYS_readv, "read"),
    (libc::SYS_pread64, "read"),
    (libc::SYS_write, "write"),
    (libc::SYS_writev, "write"),
    (libc::SYS_recvfrom, "recv"),
    (libc::SYS_recvmsg, "recv"),
    (libc::SYS_recvmmsg, "recv"),
    (libc::SYS_sendto, "send"),
    (libc::SYS_sendmsg, "send"),
    (libc::SYS_accept, "accept"),
    (libc::SYS_accept4, "accept"),
    (libc::SYS_connect, "connect"),
    (libc::SYS_flock, "flock"),
    (libc::SYS_fsync, "fsync"),
    (libc::SYS_ppoll, "poll"),
    (libc::SYS_pselect6, "select"),
    (libc::SYS_epoll_pwait, "epoll_wait"),
    (libc::SYS_epoll_pwait2, "epoll_wait"),
    (libc::SYS_futex, "futex"),
    (libc::SYS_nanosleep, "sleep"),
    (libc::SYS_clock_nanosleep, "sleep"),
    (libc::SYS_wait4, "waitpid"),
    (libc::SYS_waitid, "waitid"),
    (libc::SYS_rt_sigtimedwait, "sigwait"),
    (libc::SYS_rt_sigsuspend, "sigsuspend"),
    (libc::SYS_io_uring_enter, "io_uring_enter"),
    (libc::SYS_openat, "open"),
];

/// Calls that newer architectures are without.
#[cfg(target_arch = "x86_64")]
const OLD: &[(c_long, &str)] = &[
    (libc::SYS_poll, "poll"),
    (libc::SYS_select, "select"),
    (libc::SYS_epoll_wait, "epoll_wait"),
    (libc::SYS_pause, "pause"),
    (libc::SYS_open, "open"),
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[(c_long, &str)] = &[];
