//! Whether the program's allocations pass here at all.

use std::{
    alloc::{Layout, alloc, dealloc},
    sync::OnceLock,
};

use super::slots::{ALIGN, find};
use crate::sys::{
    context::{Context, Switch},
    imp::real_fns,
    scope_counters,
};

/// Why creations cannot be seen in this program, if so. Found out once.
pub(crate) fn unavailable() -> Option<&'static str> {
    static WHY: OnceLock<Option<&'static str>> = OnceLock::new();
    *WHY.get_or_init(why)
}

fn why() -> Option<&'static str> {
    let (Some(one), Some(other)) = (scope_counters::open(), scope_counters::open()) else {
        return Some("no scope is left to try it in");
    };
    // More than one size and one round: an allocator may keep some sizes itself, or hand out again what it has kept.
    let is_seen = [256, 1024, 64 << 10].into_iter().all(|size| {
        let scopes = [one, other, one, other];
        scopes.into_iter().all(|scope| is_seen(scope, size))
    });
    if is_seen {
        None
    } else if real_fns::under_sanitizer() {
        Some("where tasks are created is unknown, because a sanitizer has the allocator in hand")
    } else {
        Some(
            "where tasks are created is unknown, because the program has an allocator of its own, which does not \
             ask the system's for each cell of a task",
        )
    }
}

/// Allocates as tokio does for a task, and looks for it.
fn is_seen(scope: u64, size: usize) -> bool {
    let Ok(layout) = Layout::from_size_align(size, ALIGN) else {
        return false;
    };
    let _inside = Switch::to(Context { scope, origin: 0 });
    // SAFETY: the layout has a size.
    let start = std::hint::black_box(unsafe { alloc(layout) });
    if start.is_null() {
        return false;
    }
    let found = find(start as usize);
    // SAFETY: it was allocated above with this layout.
    unsafe { dealloc(start, layout) };
    found.is_some_and(|creation| creation.scope == scope && creation.size as usize == size)
}
