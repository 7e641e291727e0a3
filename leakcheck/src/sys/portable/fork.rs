//! Forked children are recognised by their process id.

use std::sync::atomic::{AtomicU32, Ordering};

static PROCESS: AtomicU32 = AtomicU32::new(0);

/// Must run before the first fork that matters.
pub(crate) fn arm() {
    // The first one stays.
    let _ = PROCESS.compare_exchange(0, std::process::id(), Ordering::AcqRel, Ordering::Relaxed);
}

/// Whether this process is a forked child of the one that called [`arm`], and nothing is checked in it.
pub(crate) fn in_child() -> bool {
    let armed = PROCESS.load(Ordering::Acquire);
    armed != 0 && armed != std::process::id()
}

/// Begins anew in a child, where `forget` makes all that is known of its parent's forgotten.
pub(crate) fn rearm(forget: impl FnOnce()) {
    forget();
    PROCESS.store(std::process::id(), Ordering::Release);
}

/// Which process this is: what another has begun, this one has a copy of.
pub(crate) fn generation() -> u32 {
    PROCESS.load(Ordering::Acquire)
}
