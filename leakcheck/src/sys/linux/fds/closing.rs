//! The functions that close descriptors: what was open is remembered before, and is over where the kernel has closed it.
//!
//! The number may be another's by then, who has recorded it, so what ends is what was remembered and nothing else.

use std::ffi::{c_int, c_uint};

use super::{
    noting::{ANY, is_noted, note},
    table,
};
use crate::sys::imp::{define::Target, errno, fork, real_fns::descriptors as real_fns};

/// The memory of a descriptor that is to be recorded anew. Numbers are higher.
const NOTED: u64 = 1;

/// The number of what is open as `fd` and may be closed.
fn open_here(fd: c_int) -> u64 {
    match table::number(fd) {
        0 => 0,
        _ if fork::in_child() || fork::shares_memory() => 0,
        number => number,
    }
}

macro_rules! closing {
    ($($name:ident)*) => {
        $(
            pub(super) extern "C" fn $name(fd: c_int) -> Target {
                Target {
                    real: real_fns::$name(),
                    memory: open_here(fd),
                }
            }
        )*
    };
}

closing! { close __close }

/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn closedir(directory: *mut libc::DIR) -> Target {
    let mut memory = 0;
    if !directory.is_null() {
        // SAFETY: the caller passes an open directory.
        memory = open_here(errno::keeping(|| unsafe { libc::dirfd(directory) }));
    }
    Target {
        real: real_fns::closedir(),
        memory,
    }
}

/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn fclose(file: *mut libc::FILE) -> Target {
    let mut memory = 0;
    if !file.is_null() {
        // SAFETY: the caller passes an open file; one without a descriptor makes this fail.
        memory = open_here(errno::keeping(|| unsafe { libc::fileno(file) }));
    }
    Target {
        real: real_fns::fclose(),
        memory,
    }
}

/// What had the number was closed, or was not.
pub(super) extern "C" fn closed(result: c_int, number: u64) -> c_int {
    if result == 0 {
        table::end(number);
    } else {
        // Most failures come after the end; the kernel knows.
        table::end_if_gone(number);
    }
    result
}

macro_rules! replacing {
    ($($name:ident)*) => {
        $(
            pub(super) extern "C" fn $name(old: c_int, new: c_int) -> Target {
                Target {
                    real: real_fns::$name(),
                    memory: over(old, new),
                }
            }
        )*
    };
}

replacing! { dup2 __dup2 dup3 }

/// The second one is closed and made anew; or it is the first, to which nothing happens.
fn over(old: c_int, new: c_int) -> u64 {
    if old == new {
        0
    } else if is_noted() {
        NOTED
    } else {
        open_here(new)
    }
}

/// What had the number was replaced, or was not.
pub(super) extern "C" fn replaced(result: c_int, memory: u64) -> c_int {
    match memory {
        _ if result < 0 => result,
        NOTED => note(result, ANY),
        number => {
            table::end(number);
            result
        }
    }
}

pub(super) extern "C" fn close_range(first: c_uint, _last: c_uint, flags: c_int) -> Target {
    // With any flag, they are closed later or for others.
    let is_past = flags != 0 || !table::reaches(first) || fork::in_child() || fork::shares_memory();
    Target {
        real: real_fns::close_range(),
        memory: if is_past { 0 } else { table::next() },
    }
}

/// What was opened before in this range was closed, or was not.
pub(super) extern "C" fn closed_range(
    result: c_int,
    next: u64,
    first: c_uint,
    last: c_uint,
) -> c_int {
    if result == 0 {
        table::end_range(first, last, next);
    }
    result
}
