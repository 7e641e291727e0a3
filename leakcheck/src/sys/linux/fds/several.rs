//! Functions that are no points of cancellation, and return otherwise than in a register.

use std::{ffi::c_int, ptr::null_mut};

use super::noting::{ANY, is_noted, note};
use crate::sys::imp::{errno, real_fns};

/// Notes both ends.
///
/// # Safety
///
/// `pair` must be valid for reading where `result` is 0.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "frames of the caller's stack are dear"
)]
unsafe fn both(result: c_int, pair: *const c_int) -> c_int {
    if result == 0 && is_noted() {
        // SAFETY: see above.
        unsafe {
            note(pair.read(), ANY);
            note(pair.add(1).read(), ANY);
        }
    }
    result
}

macro_rules! noting {
    ($($pair:ident of $name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(
            /// # Safety
            ///
            /// As for the C library's own.
            pub(super) unsafe extern "C" fn $name($($argument: $kind),*) -> c_int {
                let Some(real) = real_fns::$name() else {
                    return errno::missing();
                };
                // SAFETY: the arguments are the caller's own, and the pair is written where the result is 0.
                unsafe { both(real($($argument),*), $pair) }
            }
        )*
    };
}

noting! {
    pair of pipe(pair: *mut c_int);
    pair of __pipe(pair: *mut c_int);
    pair of pipe2(pair: *mut c_int, flags: c_int);
    pair of socketpair(domain: c_int, kind: c_int, protocol: c_int, pair: *mut c_int);
}

/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn opendir(path: *const libc::c_char) -> *mut libc::DIR {
    let Some(real) = real_fns::opendir() else {
        errno::missing();
        return null_mut();
    };
    // SAFETY: the argument is the caller's own, and so is the directory.
    unsafe {
        let directory = real(path);
        if !directory.is_null() && is_noted() {
            note(libc::dirfd(directory), ANY);
        }
        directory
    }
}
