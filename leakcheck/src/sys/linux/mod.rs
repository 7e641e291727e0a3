//! Linux on `x86_64` and aarch64, any libc.

#[cfg_attr(tokio_unstable, allow(dead_code, reason = "of tasks the hooks tell"))]
pub(crate) mod cells;
mod errno;
pub(crate) mod event;
pub(crate) mod fork;
pub(crate) mod memory;
mod next;
pub(crate) mod stack;
pub(crate) mod stacks;
pub(crate) mod threads;
mod trampoline;
