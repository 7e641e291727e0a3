//! Linux on `x86_64` and aarch64, any libc.

#[cfg(not(tokio_unstable))]
pub(crate) mod cells;
pub(crate) mod event;
pub(crate) mod fork;
pub(crate) mod memory;
mod next;
pub(crate) mod process;
pub(crate) mod stack;
pub(crate) mod threads;
mod trampoline;
