//! Tells a forked child from the process that is being checked.
//!
//! In a child every record is stale and any lock may be held for ever, so everything passes through there.

use once_cell::race::OnceRef;
use std::sync::atomic::{AtomicU32, Ordering};

/// One word in a page that the kernel empties in a forked child.
static HERE: OnceRef<'static, AtomicU32> = OnceRef::new();

/// Must run before the first fork that matters; later calls cost one load.
pub(crate) fn arm() {
    if HERE.get().is_none()
        && let Some(word) = map()
    {
        word.store(1, Ordering::Relaxed);
        // A lost race leaves one page behind.
        let _ = HERE.set(word);
    }
}

/// Whether this process is a forked child of the one that called [`arm`].
#[inline]
pub(crate) fn in_child() -> bool {
    HERE.get()
        .is_some_and(|word| word.load(Ordering::Relaxed) == 0)
}

fn map() -> Option<&'static AtomicU32> {
    const PAGE: usize = 4096;
    // SAFETY: a new private mapping of one page, never unmapped; zeroed memory is a valid `AtomicU32`.
    unsafe {
        let page = libc::mmap(
            std::ptr::null_mut(),
            PAGE,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if page == libc::MAP_FAILED || libc::madvise(page, PAGE, libc::MADV_WIPEONFORK) != 0 {
            return None;
        }
        Some(&*page.cast::<AtomicU32>())
    }
}
