//! Linux on `x86_64` and aarch64, any libc.

#[cfg(not(tokio_unstable))]
pub(crate) mod cells;
pub(crate) mod event;
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
pub(crate) mod memory;
mod next;
pub(crate) mod stack;
pub(crate) mod threads;
mod trampoline;
