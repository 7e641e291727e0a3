//! Tells a forked child from the process that is being checked.
//!
//! In a child every record is stale and any lock may be held for ever, so everything passes through there, until a check begins in
//! the child itself: then it is a process of its own, of which nothing is known yet.

use once_cell::race::OnceRef;
use std::sync::atomic::{AtomicU32, Ordering};

use super::errno;

/// Words in a page that the kernel empties in a forked child.
#[derive(Debug)]
struct Page {
    /// Which process this is, counted from its first ancestor that was armed; 0 in a child that is not armed anew.
    generation: AtomicU32,
    /// 1 once a child begins to be armed anew.
    begun: AtomicU32,
}

static HERE: OnceRef<'static, Page> = OnceRef::new();
/// What the page says where it was not emptied.
static GENERATION: AtomicU32 = AtomicU32::new(0);
/// The id of the process that called [`arm`].
static PROCESS: AtomicU32 = AtomicU32::new(0);
/// How many children may be running in the memory of this process.
static SHARING: AtomicU32 = AtomicU32::new(0);

/// Must run before the first fork that matters; later calls cost one load.
pub(crate) fn arm() {
    if HERE.get().is_none()
        && let Some(page) = map()
    {
        GENERATION.store(1, Ordering::Relaxed);
        page.generation.store(1, Ordering::Relaxed);
        PROCESS.store(std::process::id(), Ordering::Relaxed);
        // Of those that the program has itself nobody hears.
        #[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
        if !foreign! { "vfork" "__vfork" "clone" "__clone" }.is_empty() {
            begin_sharing();
        }
        // A lost race leaves one page behind.
        let _ = HERE.set(page);
    }
}

/// Whether this process is a forked child of the one that called [`arm`], and nothing is checked in it.
#[inline]
pub(crate) fn in_child() -> bool {
    HERE.get()
        .is_some_and(|page| page.generation.load(Ordering::Relaxed) == 0)
}

/// Begins anew in a child, where `forget` makes all that is known of its parent's forgotten.
pub(crate) fn rearm(forget: impl FnOnce()) {
    let Some(page) = HERE.get() else { return };
    if page.begun.swap(1, Ordering::AcqRel) == 0 {
        forget();
        PROCESS.store(std::process::id(), Ordering::Relaxed);
        let generation = GENERATION.fetch_add(1, Ordering::Relaxed) + 1;
        page.generation.store(generation, Ordering::Release);
    }
    // Another thread of the child does it, which takes a moment.
    while page.generation.load(Ordering::Acquire) == 0 {
        std::thread::yield_now();
    }
}

/// Which process this is: what another has begun, this one has a copy of. 0 where nothing is armed.
pub(crate) fn generation() -> u32 {
    HERE.get()
        .map_or(0, |page| page.generation.load(Ordering::Relaxed))
}

/// A child is about to be made that runs in this process's memory.
#[cfg_attr(
    any(target_env = "musl", target_feature = "crt-static"),
    allow(dead_code, reason = "there nothing is recorded but threads")
)]
pub(super) fn begin_sharing() {
    SHARING.fetch_add(1, Ordering::Relaxed);
}

/// It does so no more.
#[cfg_attr(
    any(target_env = "musl", target_feature = "crt-static"),
    allow(dead_code, reason = "there nothing is recorded but threads")
)]
pub(super) fn end_sharing() {
    SHARING.fetch_sub(1, Ordering::Relaxed);
}

/// Whether this is a child that runs in the memory of its parent, as one of `vfork` does: what it does is its own, and what is
/// known here is its parent's. Asks the kernel while there may be one.
#[cfg_attr(
    any(target_env = "musl", target_feature = "crt-static"),
    allow(dead_code, reason = "there nothing is recorded but threads")
)]
pub(super) fn shares_memory() -> bool {
    if SHARING.load(Ordering::Relaxed) == 0 {
        return false;
    }
    let armed = PROCESS.load(Ordering::Relaxed);
    // SAFETY: no preconditions. The C library may remember what the parent's is.
    let own = errno::keeping(|| unsafe { libc::syscall(libc::SYS_getpid) });
    armed != 0 && u32::try_from(own).is_ok_and(|own| own != armed)
}

fn map() -> Option<&'static Page> {
    const PAGE: usize = 4096;
    // SAFETY: a new private mapping of one page, never unmapped; zeroed memory is valid for the atomics.
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
        Some(&*page.cast::<Page>())
    }
}
