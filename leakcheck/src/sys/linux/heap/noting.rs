//! Which blocks are noted, and when.

use std::{
    alloc::Layout,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use once_cell::race::OnceBool;

use super::shadow::{self, GRAIN, Noted};
use crate::sys::{
    context::{self, Context},
    creation_stack,
    imp::{
        errno, fds, fork,
        spare::{self, Done},
        unwind_cache,
    },
    scope_counters,
};

/// How many scopes are watched: what all other allocations look at, and nothing else.
static WATCHED: AtomicUsize = AtomicUsize::new(0);
/// Whether a block was ever seen while one was watched, which shows that the allocator is the program's.
static SEEN: AtomicBool = AtomicBool::new(false);
/// Blocks that could not be noted.
static MISSED: AtomicUsize = AtomicUsize::new(0);

/// Bytes of the longest block that is emptied when it is given back: what was in it leads nowhere.
pub(crate) const CLEARED: usize = 16 << 10;

/// What was known of a block that is about to be moved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note(Option<Noted>);

/// While this lives, allocations of scopes are noted.
#[derive(Debug)]
pub(crate) struct Watch(());

/// Begins to note.
pub(crate) fn watch() -> Watch {
    WATCHED.fetch_add(1, Ordering::SeqCst);
    Watch(())
}

impl Clone for Watch {
    fn clone(&self) -> Self {
        watch()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHED.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether the program's allocator is one that tells. Asks it, once.
pub(crate) fn is_installed() -> bool {
    static IS_INSTALLED: OnceBool = OnceBool::new();
    IS_INSTALLED.get_or_init(|| {
        let _watch = watch();
        drop(std::hint::black_box(Box::new(0_u64)));
        SEEN.load(Ordering::Relaxed)
    })
}

/// How many blocks could not be noted so far.
pub(crate) fn missed() -> usize {
    MISSED.load(Ordering::Relaxed)
}

/// The allocator has handed out a block, or null.
#[inline]
pub(crate) fn allocated(start: *mut u8, size: usize) {
    if WATCHED.load(Ordering::Relaxed) != 0 {
        note(start as usize, size);
    }
}

/// A block is about to be given back.
///
/// # Safety
///
/// It must be one of this layout, and the caller's own.
#[inline]
pub(crate) unsafe fn freed(start: *mut u8, layout: Layout) {
    if WATCHED.load(Ordering::Relaxed) != 0 {
        forget(start as usize);
        // SAFETY: by contract.
        unsafe { clear(start, layout) };
    }
}

/// What is known of a block that is about to be moved, if blocks are noted; then it is not known any more.
#[inline]
pub(crate) fn taken(start: *mut u8) -> Option<Note> {
    if WATCHED.load(Ordering::Relaxed) == 0 {
        return None;
    }
    let slot = place(start as usize).and_then(shadow::peek);
    let slot = slot.filter(|slot| slot.is_used());
    Some(Note(slot.map(shadow::Slot::take)))
}

/// A block of which something was known perhaps is here now, and so long.
pub(crate) fn put_back(start: *mut u8, size: usize, note: Note) {
    let Note(Some(Noted { scope, origin, .. })) = note else {
        return;
    };
    let noted = Noted {
        scope,
        size,
        origin,
    };
    let is_noted = place(start as usize).is_some_and(|address| record(address, noted));
    if !is_noted {
        scope_counters::of(scope).freed();
        MISSED.fetch_add(1, Ordering::Relaxed);
    }
}

/// Empties a block, if it may have pointers in it and is not long.
///
/// # Safety
///
/// It must be one of this layout, and the caller's own.
#[inline]
pub(crate) unsafe fn clear(start: *mut u8, layout: Layout) {
    if layout.align() >= align_of::<usize>() && layout.size() <= CLEARED {
        // SAFETY: by contract.
        unsafe { start.write_bytes(0, layout.size()) };
        // Nobody reads it any more, so that it would be left out.
        std::hint::black_box(start);
    }
}

/// Where notes have a place for a block that begins here, if they have one.
#[inline]
fn place(address: usize) -> Option<usize> {
    (address.is_multiple_of(GRAIN) && address < shadow::END && address != 0).then_some(address)
}

/// Forgets what is known of a block.
#[inline]
fn forget(address: usize) {
    let slot = place(address).and_then(shadow::peek);
    if let Some(slot) = slot.filter(|slot| slot.is_used()) {
        let noted = slot.take();
        scope_counters::of(noted.scope).freed();
    }
}

/// Out of line, to keep the way around it short.
#[inline(never)]
fn note(start: usize, size: usize) {
    if !SEEN.load(Ordering::Relaxed) {
        SEEN.store(true, Ordering::Relaxed);
    }
    let scope = context::current().scope;
    if scope == Context::UNCHECKED.scope || scope == Context::NOBODY.scope {
        return;
    }
    let Some(address) = place(start) else {
        return;
    };
    if !creation_stack::is_enabled()
        || fds::are_untracked()
        || fork::in_child()
        || fork::shares_memory()
    {
        return;
    }
    let mut block = Fresh {
        address,
        size,
        scope,
    };
    // What was unwound before is recognised here; everything else has room elsewhere.
    if spare::depth(spare::stack_pointer()).is_some() {
        record_fresh(&mut block);
    } else if errno::keeping(|| spare::on_another(record_fresh, &mut block)) == Done::No {
        MISSED.fetch_add(1, Ordering::Relaxed);
    }
}

/// A block that was handed out.
struct Fresh {
    address: usize,
    size: usize,
    scope: u64,
}

fn record_fresh(block: &mut Fresh) {
    let Fresh {
        address,
        size,
        scope,
    } = *block;
    let origin = unwind_cache::path_in_half(context::current().origin);
    if let Some(slot) = shadow::peek(address)
        && slot.is_used()
    {
        // It was given back past the allocator, as by a function of C.
        let before = slot.take();
        scope_counters::of(before.scope).freed();
    }
    let counters = scope_counters::of(scope);
    counters.allocated();
    if !record(
        address,
        Noted {
            scope,
            size,
            origin,
        },
    ) {
        counters.freed();
        MISSED.fetch_add(1, Ordering::Relaxed);
    }
}

#[inline]
fn record(address: usize, noted: Noted) -> bool {
    shadow::put(address, noted)
        || errno::keeping(|| shadow::make_room(address)) && shadow::put(address, noted)
}
