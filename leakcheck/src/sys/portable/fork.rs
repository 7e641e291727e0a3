//! Forked children are recognised by their process id.

use std::sync::OnceLock;

static PROCESS: OnceLock<u32> = OnceLock::new();

/// Must run before the first fork that matters.
pub(crate) fn arm() {
    PROCESS.get_or_init(std::process::id);
}

/// Whether this process is a forked child of the one that called [`arm`].
pub(crate) fn in_child() -> bool {
    PROCESS.get().is_some_and(|id| *id != std::process::id())
}
