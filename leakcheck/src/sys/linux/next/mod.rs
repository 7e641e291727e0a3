//! The functions that ours stand in front of.

use std::ffi::{c_int, c_void};

use super::trampoline::Start;

#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
#[macro_use]
mod dynamic;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) mod descriptors;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) use dynamic::{
    fork, posix_memalign, posix_spawn, posix_spawnp, pthread_create, timer_create, timer_delete,
    under_sanitizer, vfork_of_sanitizer,
};

#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
mod fixed;
#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
pub(super) use fixed::{posix_memalign, pthread_create, under_sanitizer};

/// Looks up every function before `main`: the loader's own locks must not be needed where a signal handler, or a child
/// that was forked, calls one for the first time.
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
mod ahead {
    use super::{descriptors, dynamic};

    #[used]
    #[unsafe(link_section = ".init_array")]
    static LOOK_UP: extern "C" fn() = look_up;

    extern "C" fn look_up() {
        descriptors::look_up();
        dynamic::look_up();
        crate::sys::imp::threads::is_off();
        // Its destructor comes before those of keys that are made later.
        crate::sys::imp::threads::key();
    }
}

/// The signature of `pthread_create`.
pub(super) type Create = unsafe extern "C" fn(
    *mut libc::pthread_t,
    *const libc::pthread_attr_t,
    Start,
    *mut c_void,
) -> c_int;

/// The signature of `posix_memalign`.
pub(super) type Align = unsafe extern "C" fn(*mut *mut c_void, usize, usize) -> c_int;

/// The signature of `posix_spawn` and `posix_spawnp`.
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) type Spawn = unsafe extern "C" fn(
    *mut libc::pid_t,
    *const std::ffi::c_char,
    *const libc::posix_spawn_file_actions_t,
    *const libc::posix_spawnattr_t,
    *const *mut std::ffi::c_char,
    *const *mut std::ffi::c_char,
) -> c_int;

/// The signature of `fork`.
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) type Fork = unsafe extern "C" fn() -> libc::pid_t;

/// The signature of `timer_create`.
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) type CreateTimer =
    unsafe extern "C" fn(libc::clockid_t, *mut libc::sigevent, *mut libc::timer_t) -> c_int;

/// The signature of `timer_delete`.
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) type DeleteTimer = unsafe extern "C" fn(libc::timer_t) -> c_int;
