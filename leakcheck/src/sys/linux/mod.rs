//! Linux on `x86_64` and aarch64, any libc.

#[macro_use]
#[cfg_attr(
    any(target_env = "musl", target_feature = "crt-static"),
    allow(unused_macros, reason = "there is less to define")
)]
mod define;

#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
mod ahead;
mod calls;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(crate) mod children;
// A static C library has no symbols behind those that are defined here.
#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
#[path = "../portable/children.rs"]
#[allow(clippy::unnecessary_wraps, reason = "the face of both twins")]
pub(crate) mod children;
mod errno;
pub(crate) mod event;
pub(crate) mod exit;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(crate) mod fds;
#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
#[path = "../portable/fds.rs"]
#[allow(
    clippy::unnecessary_wraps,
    reason = "the face of both twins; here little can fail"
)]
pub(crate) mod fds;
pub(crate) mod fork;
#[cfg(feature = "heap")]
pub(crate) mod heap;
pub(crate) mod memory;
pub(crate) mod objects;
mod proc;
pub(crate) mod proc_threads;
mod real_fns;
pub(crate) mod remote_stack;
pub(crate) mod spare;
#[cfg_attr(tokio_unstable, allow(dead_code, reason = "of tasks the hooks tell"))]
pub(crate) mod task_allocations;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(crate) mod temp_files;
#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
#[path = "../portable/temp_files.rs"]
#[allow(clippy::unnecessary_wraps, reason = "the face of both twins")]
pub(crate) mod temp_files;
pub(crate) mod threads;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(crate) mod timers;
#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
#[path = "../portable/timers.rs"]
#[allow(clippy::unnecessary_wraps, reason = "the face of both twins")]
pub(crate) mod timers;
mod trampoline;
pub(crate) mod unwind_cache;
pub(crate) mod writing;

/// Prepares this process and this thread for a check: what interposed functions must not find out themselves.
pub(crate) fn arm() {
    fork::arm();
    threads::learn();
    spare::learn();
    unwind_cache::warm_up();
    #[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
    {
        children::learn();
        temp_files::learn();
    }
}

/// Forgets everything that is known of the process that this one is a child of.
pub(crate) fn forget_parent() {
    threads::clear();
    #[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
    {
        fds::clear();
        children::clear();
        temp_files::clear();
        timers::clear();
    }
}
