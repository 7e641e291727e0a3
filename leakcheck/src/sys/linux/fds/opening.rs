//! Where to go for each function that returns a descriptor: they are named as the C library's own.

use std::ffi::{c_char, c_int};

use super::{
    noting::{ANY, SELECTOR, is_noted, note},
    waiting,
};
use crate::sys::imp::{define::Target, real_fns::descriptors as real_fns, temp_files};

/// Remembered of a descriptor that is to be noted.
const DESCRIPTOR: u64 = 1;
/// The same of one that selects among others.
const CHOOSER: u64 = 2;
/// Remembered where `open` may make a file that is to be noted.
const FILE: u64 = 4;

/// Where to go, and what is made there.
#[inline]
fn to(real: usize, made: u64) -> Target {
    Target {
        real,
        memory: if is_noted() { made } else { 0 },
    }
}

macro_rules! opening {
    ($made:ident: $($name:ident)*) => {
        $(
            pub(super) extern "C" fn $name() -> Target {
                to(real_fns::$name(), $made)
            }
        )*
    };
}

opening! { DESCRIPTOR: socket accept accept4 dup eventfd timerfd_create memfd_create inotify_init inotify_init1 }
opening! { CHOOSER: epoll_create epoll_create1 }

/// Where to go for `open`, by its flags.
#[inline]
fn file(real: usize, folder: c_int, path: *const c_char, flags: c_int) -> Target {
    let mut target = to(real, DESCRIPTOR);
    if temp_files::may_make(folder, path, flags) {
        target.memory |= FILE;
    }
    target
}

macro_rules! opening_files {
    ($($name:ident)*) => {
        $(
            pub(super) extern "C" fn $name(path: *const c_char, flags: c_int) -> Target {
                file(real_fns::$name(), libc::AT_FDCWD, path, flags)
            }
        )*
    };
}

opening_files! { open open64 __open __open64 __open_2 __open64_2 }

macro_rules! opening_files_at {
    ($($name:ident)*) => {
        $(
            pub(super) extern "C" fn $name(
                folder: c_int,
                path: *const c_char,
                flags: c_int,
            ) -> Target {
                file(real_fns::$name(), folder, path, flags)
            }
        )*
    };
}

opening_files_at! { openat openat64 __openat_2 __openat64_2 }

macro_rules! creating_files {
    ($($name:ident)*) => {
        $(
            pub(super) extern "C" fn $name(path: *const c_char, _mode: c_int) -> Target {
                file(real_fns::$name(), libc::AT_FDCWD, path, libc::O_CREAT)
            }
        )*
    };
}

creating_files! { creat creat64 }

/// Notes what was opened.
pub(super) extern "C" fn noted(fd: c_int, memory: u64) -> c_int {
    match memory & (DESCRIPTOR | CHOOSER) {
        0 => fd,
        CHOOSER => note(fd, SELECTOR),
        _ => note(fd, ANY),
    }
}

/// Notes what was opened, and the file if one was made.
///
/// # Safety
///
/// Where there is a descriptor, the path must be a C string.
pub(super) unsafe extern "C" fn opened(fd: c_int, memory: u64, path: *const c_char) -> c_int {
    noted(fd, memory);
    if memory & FILE != 0 && fd >= 0 {
        // SAFETY: by contract.
        unsafe { temp_files::made(path) };
    }
    fd
}

/// The same where the path is the second argument.
///
/// # Safety
///
/// As above.
pub(super) unsafe extern "C" fn opened_at(
    fd: c_int,
    memory: u64,
    _folder: c_int,
    path: *const c_char,
) -> c_int {
    // SAFETY: by contract.
    unsafe { opened(fd, memory, path) }
}

/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn signalfd(_fd: c_int, set: *const libc::sigset_t) -> Target {
    // SAFETY: the caller passes a set.
    unsafe { waiting::announce_set(set) };
    to(real_fns::signalfd(), DESCRIPTOR)
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
    to(real, if makes_one { DESCRIPTOR } else { 0 })
}
