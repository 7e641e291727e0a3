//! Tells a forked child from the process that is being checked.
//!
//! In a child every record is stale and any lock may be held for ever, so everything passes through there.

use super::errno;
use once_cell::race::OnceRef;
use std::sync::atomic::{AtomicU32, Ordering};

/// One word in a page that the kernel empties in a forked child.
static HERE: OnceRef<'static, AtomicU32> = OnceRef::new();

/// The id of the process that called [`arm`].
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// Must run before the first fork that matters; later calls cost one load.
pub(crate) fn arm() {
    if HERE.get().is_none()
        && let Some(word) = map()
    {
        word.store(1, Ordering::Relaxed);
        PROCESS.store(std::process::id(), Ordering::Relaxed);
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

/// Whether this is a child that runs in the memory of its parent, as one of `vfork` does: what it does is its own, and what is
/// known here is its parent's. Asks the kernel.
pub(super) fn shares_memory() -> bool {
    let armed = PROCESS.load(Ordering::Relaxed);
    // SAFETY: no preconditions. The C library may remember what the parent's is.
    let own = errno::keeping(|| unsafe { libc::syscall(libc::SYS_getpid) });
    armed != 0 && u32::try_from(own).is_ok_and(|own| own != armed)
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
