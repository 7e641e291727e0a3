//! Functions that are no points of cancellation, and return otherwise than in a register.

use std::ffi::{c_int, c_void};

use super::noting::{ANY, is_noted, note};
use crate::sys::imp::next::descriptors as next;

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

/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn pipe(pair: *mut c_int) -> c_int {
    // SAFETY: the address is that of a function with this signature, by the name it was found under; the
    // arguments are the caller's own.
    unsafe {
        let real: unsafe extern "C" fn(*mut c_int) -> c_int = std::mem::transmute(next::pipe());
        both(real(pair), pair)
    }
}

/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn __pipe(pair: *mut c_int) -> c_int {
    // SAFETY: as in `pipe`.
    unsafe {
        let real: unsafe extern "C" fn(*mut c_int) -> c_int = std::mem::transmute(next::__pipe());
        both(real(pair), pair)
    }
}

/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn pipe2(pair: *mut c_int, flags: c_int) -> c_int {
    // SAFETY: as in `pipe`.
    unsafe {
        let real: unsafe extern "C" fn(*mut c_int, c_int) -> c_int =
            std::mem::transmute(next::pipe2());
        both(real(pair, flags), pair)
    }
}

/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn socketpair(
    domain: c_int,
    kind: c_int,
    protocol: c_int,
    pair: *mut c_int,
) -> c_int {
    // SAFETY: as in `pipe`.
    unsafe {
        let real: unsafe extern "C" fn(c_int, c_int, c_int, *mut c_int) -> c_int =
            std::mem::transmute(next::socketpair());
        both(real(domain, kind, protocol, pair), pair)
    }
}

/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn opendir(path: *const libc::c_char) -> *mut libc::DIR {
    // SAFETY: as in `pipe`. Where there is no such function, what stands in returns an `int`, so its result is
    // not looked at.
    unsafe {
        let real: unsafe extern "C" fn(*const libc::c_char) -> *mut c_void =
            std::mem::transmute(next::opendir());
        let directory = real(path).cast::<libc::DIR>();
        if !directory.is_null() && is_noted() {
            note(libc::dirfd(directory), ANY);
        }
        directory
    }
}
