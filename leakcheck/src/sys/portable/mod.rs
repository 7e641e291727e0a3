//! Any other platform, and the model checkers: nothing is interposed, and the checker says so.

#![allow(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the face of both twins; here little can fail"
)]

pub(crate) mod children;
pub(crate) mod event;
pub(crate) mod exit;
pub(crate) mod fds;
pub(crate) mod fork;
#[cfg(feature = "heap")]
pub(crate) mod heap;
pub(crate) mod memory;
pub(crate) mod objects;
pub(crate) mod proc_threads;
pub(crate) mod remote_stack;
#[cfg_attr(tokio_unstable, allow(dead_code, reason = "of tasks the hooks tell"))]
pub(crate) mod task_allocations;
pub(crate) mod temp_files;
pub(crate) mod threads;
pub(crate) mod timers;
pub(crate) mod unwind_cache;
pub(crate) mod writing;

/// Prepares for a check: nothing is to be found out.
pub(crate) fn arm() {
    fork::arm();
}

/// Nothing is known of the process that this one is a child of.
pub(crate) fn forget_parent() {}
