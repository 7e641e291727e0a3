//! How a thread is given its name: what the kernel keeps is cut to 15 bytes, so it is kept here first.

use std::{
    ffi::{CStr, c_char, c_int},
    sync::atomic::Ordering,
};

use super::records;
use crate::sys::imp::{fork, real_fns};

/// Takes the place of the C library's function: keeps the name, then calls on.
///
/// # Safety
///
/// As for the C library's own.
pub(super) unsafe extern "C" fn pthread_setname_np(
    thread: libc::pthread_t,
    name: *const c_char,
) -> c_int {
    // SAFETY: the caller passes a C string.
    let given = unsafe { CStr::from_ptr(name) };
    // SAFETY: always safe to ask.
    let is_own = unsafe { libc::pthread_equal(thread, libc::pthread_self()) } != 0;
    if is_own
        && !fork::in_child()
        && let Some(facts) = records::own()
    {
        let start = facts.start.load(Ordering::Relaxed);
        facts.name.set(given.to_bytes(), start);
    }
    set_kernel_name(thread, is_own, given)
}

fn set_kernel_name(thread: libc::pthread_t, is_own: bool, name: &CStr) -> c_int {
    const LIMIT: usize = 15;
    if name.count_bytes() > LIMIT {
        return libc::ERANGE;
    }
    if is_own {
        // SAFETY: the name is a C string of at most 16 bytes.
        return match unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) } {
            0 => 0,
            _ => libc::EINVAL,
        };
    }
    // SAFETY: the caller's own thread, and a C string.
    real_fns::pthread_setname_np()
        .map_or(libc::ENOSYS, |real| unsafe { real(thread, name.as_ptr()) })
}
