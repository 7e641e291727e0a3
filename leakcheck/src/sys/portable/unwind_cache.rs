//! Stacks by a full unwind each time.

use crate::sys::creation_stack::paths::{self, MAX_FRAMES};

/// The interned path to the caller.
#[inline(never)]
pub(crate) fn path(_tag: usize, parent: u32) -> u32 {
    if cfg!(any(miri, leakcheck_loom)) {
        return 0;
    }
    let mut frames = Vec::with_capacity(MAX_FRAMES);
    backtrace::trace(|frame| {
        frames.push(frame.ip() as usize);
        frames.len() < MAX_FRAMES
    });
    paths::intern(&frames.iter().copied(), parent)
}
