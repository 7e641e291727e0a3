//! Where to go for each function that returns a descriptor: they are named as the C library's own.

use std::ffi::c_int;

use super::{noting::is_noted, waiting};
use crate::sys::imp::real_fns::descriptors as real_fns;

/// Where to go from a stub, returned in two registers.
#[repr(C)]
pub(super) struct Target {
    /// Address of the real function.
    real: usize,
    /// Whether what it returns is to be noted.
    is_noted: usize,
}

impl Target {
    #[inline]
    fn to(real: usize) -> Self {
        Self {
            real,
            is_noted: usize::from(is_noted()),
        }
    }
}

macro_rules! opening {
    ($($name:ident)*) => {
        $(
            pub(super) extern "C" fn $name() -> Target {
                Target::to(real_fns::$name())
            }
        )*
    };
}

opening! {
    open open64 openat openat64 __open __open64 __open_2 __open64_2 __openat_2 __openat64_2 creat creat64 socket
    accept accept4 dup eventfd timerfd_create
    memfd_create epoll_create epoll_create1 inotify_init inotify_init1
}

/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn signalfd(_fd: c_int, set: *const libc::sigset_t) -> Target {
    // SAFETY: the caller passes a set.
    unsafe { waiting::announce_set(set) };
    Target::to(real_fns::signalfd())
}

pub(super) extern "C" fn fcntl(_fd: c_int, command: c_int) -> Target {
    of_command(real_fns::fcntl(), command)
}

pub(super) extern "C" fn __fcntl(_fd: c_int, command: c_int) -> Target {
    of_command(real_fns::__fcntl(), command)
}

pub(super) extern "C" fn fcntl64(_fd: c_int, command: c_int) -> Target {
    of_command(real_fns::fcntl64(), command)
}

#[inline]
fn of_command(real: usize, command: c_int) -> Target {
    let makes_one = matches!(command, libc::F_DUPFD | libc::F_DUPFD_CLOEXEC);
    Target {
        real,
        is_noted: usize::from(makes_one && is_noted()),
    }
}
