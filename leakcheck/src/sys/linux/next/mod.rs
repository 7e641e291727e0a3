//! The functions that ours stand in front of.

use std::ffi::{c_int, c_void};

#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
#[macro_use]
mod dynamic;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) mod descriptors;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static", tokio_unstable)))]
pub(super) use dynamic::posix_memalign;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) use dynamic::{pthread_create, under_sanitizer};

#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
mod fixed;
#[cfg(all(
    any(target_env = "musl", target_feature = "crt-static"),
    not(tokio_unstable)
))]
pub(super) use fixed::posix_memalign;
#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
pub(super) use fixed::{pthread_create, under_sanitizer};

/// A thread's start routine; it may be unwound through by `pthread_exit` and `pthread_cancel`.
pub(super) type Start = unsafe extern "C-unwind" fn(*mut c_void) -> *mut c_void;

/// The signature of `pthread_create`.
pub(super) type Create = unsafe extern "C" fn(
    *mut libc::pthread_t,
    *const libc::pthread_attr_t,
    Start,
    *mut c_void,
) -> c_int;

/// The signature of `posix_memalign`.
#[cfg(not(tokio_unstable))]
pub(super) type Align = unsafe extern "C" fn(*mut *mut c_void, usize, usize) -> c_int;
