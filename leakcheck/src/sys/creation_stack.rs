//! Creation paths: the raw stack at a spawn, joined to the path that created the spawner.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{context, imp};

pub(in crate::sys) mod paths;
#[cfg(feature = "heap")]
pub(crate) use paths::is_half_used;
pub(crate) use paths::{frames, intern, is_exhausted, line, parent};

static ENABLED: AtomicBool = AtomicBool::new(true);

/// Switches the taking of stacks on or off for the whole process.
pub(crate) fn enable(on: bool) {
    ENABLED.store(on, Ordering::Relaxed);
}

/// Whether paths are taken.
pub(crate) fn is_enabled() -> bool {
    ENABLED.load(Ordering::Relaxed)
}

/// The path that leads to the caller's caller, or 0 where none can be taken.
///
/// `tag` tells apart what one call instruction may start, such as the spawn location that tokio reports.
#[inline]
pub(crate) fn here(tag: usize) -> u32 {
    if is_enabled() {
        imp::unwind_cache::path(tag, context::current().origin)
    } else {
        0
    }
}
