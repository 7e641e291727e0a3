//! The signatures of the functions that ours stand in front of.

#![cfg_attr(
    any(target_env = "musl", target_feature = "crt-static"),
    allow(dead_code, reason = "there is less to define")
)]

use std::ffi::{c_char, c_int, c_void};

use crate::sys::imp::trampoline::Start;

/// The signature of `pthread_create`.
pub(in super::super) type Create = unsafe extern "C" fn(
    *mut libc::pthread_t,
    *const libc::pthread_attr_t,
    Start,
    *mut c_void,
) -> c_int;

/// The signature of `pthread_setname_np`.
pub(in super::super) type SetName = unsafe extern "C" fn(libc::pthread_t, *const c_char) -> c_int;

/// The signature of `posix_memalign`.
pub(in super::super) type Align = unsafe extern "C" fn(*mut *mut c_void, usize, usize) -> c_int;

/// The signature of `posix_spawn` and `posix_spawnp`.
pub(in super::super) type Spawn = unsafe extern "C" fn(
    *mut libc::pid_t,
    *const c_char,
    *const libc::posix_spawn_file_actions_t,
    *const libc::posix_spawnattr_t,
    *const *mut c_char,
    *const *mut c_char,
) -> c_int;
