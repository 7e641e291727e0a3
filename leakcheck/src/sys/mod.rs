//! The process and its machine: the only home of `unsafe`.
//!
//! `context`, `tally`, `places`, `chunked`, `free`, `record`, `table`, `by_address`, `descriptor`, `object`, `timer`, `origin`
//! and `clock` are the same everywhere; what needs the operating system is chosen once, as `imp`. Nothing here formats, prints
//! or decides.

mod begin;
#[allow(dead_code, reason = "where nothing is interposed nothing is written")]
mod by_address;
mod chunked;
pub(crate) mod clock;
#[cfg_attr(
    not(tokio_unstable),
    allow(dead_code, reason = "the task hooks use the rest")
)]
pub(crate) mod context;
pub(crate) mod descriptor;
mod free;
pub(crate) mod object;
#[cfg_attr(
    not(tokio_unstable),
    allow(dead_code, reason = "the task hooks use the rest")
)]
pub(crate) mod origin;
#[allow(dead_code, reason = "for platforms where allocations are seen")]
mod places;
#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
mod record;
#[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
mod table;
#[cfg_attr(
    not(tokio_unstable),
    allow(dead_code, reason = "the task hooks use the rest")
)]
pub(crate) mod tally;
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

pub(crate) use by_address::Creation;
pub(crate) use chunked::Chunked;
pub(crate) use imp::{
    arm, cells, exit, fds, fork, objects, process, processes, stacks, threads, timers, writing,
};

/// Makes a forked child a process of its own, in which nothing was checked yet; does nothing elsewhere.
pub(crate) fn begin_anew() {
    if fork::in_child() {
        fork::rearm(|| {
            imp::forget_parent();
            tally::forget_all();
        });
    }
}
