//! Any other platform, and the model checkers: nothing is interposed, and the checker says so.

#![allow(
    clippy::unnecessary_wraps,
    reason = "the face of both twins; here little can fail"
)]

#[cfg(not(tokio_unstable))]
pub(crate) mod cells;
pub(crate) mod event;
pub(crate) mod fds;
pub(crate) mod fork;
pub(crate) mod memory;
pub(crate) mod stack;
pub(crate) mod threads;
