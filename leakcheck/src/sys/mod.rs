//! The process and its machine: the only home of `unsafe`.
//!
//! What needs the operating system is chosen once, as `imp`; the other files are the same everywhere. Nothing here formats,
//! prints or decides.

#[allow(dead_code, reason = "where nothing is interposed nothing is written")]
mod allocation_table;
#[allow(dead_code, reason = "where nothing is interposed nothing is counted")]
pub(crate) mod budget;
pub(crate) mod child;
pub(crate) mod clock;
#[cfg_attr(
    not(tokio_unstable),
    allow(dead_code, reason = "the task hooks use the rest")
)]
pub(crate) mod context;
#[cfg_attr(
    not(tokio_unstable),
    allow(dead_code, reason = "the task hooks use the rest")
)]
pub(crate) mod creation_stack;
pub(crate) mod descriptor;
mod free;
#[cfg(feature = "heap")]
pub(crate) mod heap;
#[cfg(feature = "heap")]
pub(crate) mod heap_block;
mod init_array;
pub(crate) mod object;
#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
mod record;
#[cfg_attr(
    not(tokio_unstable),
    allow(dead_code, reason = "the task hooks use the rest")
)]
pub(crate) mod scope_counters;
#[allow(dead_code, reason = "for platforms where allocations are seen")]
mod slot_ranges;
mod static_table;
#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
mod table;
pub(crate) mod temp_file;
pub(crate) mod thread;
#[allow(dead_code, reason = "where nothing is interposed nothing is noted")]
pub(crate) mod timeline;
pub(crate) mod timer;

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(any(miri, leakcheck_loom))
))]
#[path = "linux/mod.rs"]
mod imp;
#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(any(miri, leakcheck_loom))
)))]
#[path = "portable/mod.rs"]
mod imp;

pub(crate) use allocation_table::Creation;
#[cfg(feature = "heap")]
pub(crate) use imp::heap as allocations;
pub(crate) use imp::{
    arm, children, exit, fds, fork, objects, proc_threads, remote_stack, task_allocations,
    temp_files, threads, timers, writing,
};
pub(crate) use static_table::StaticTable;

/// Makes a forked child a process of its own, in which nothing was checked yet; does nothing elsewhere.
pub(crate) fn begin_anew() {
    if fork::in_child() {
        fork::rearm(|| {
            imp::forget_parent();
            scope_counters::forget_all();
        });
    }
}
