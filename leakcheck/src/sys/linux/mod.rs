//! Linux on `x86_64` and aarch64, any libc.

#[cfg(not(tokio_unstable))]
#[cfg_attr(
    not(test),
    allow(
        dead_code,
        unused_imports,
        reason = "what is live is to be joined with it"
    )
)]
pub(crate) mod cells;
pub(crate) mod event;
pub(crate) mod fork;
pub(crate) mod memory;
mod next;
pub(crate) mod stack;
pub(crate) mod threads;
mod trampoline;
