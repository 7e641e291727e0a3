//! Where, when and for which scope each task was created, by the address of its cell, without any help of tokio.
//!
//! Tokio allocates one cell per task, aligned to 128 bytes, and std's `System` allocator has memory with such an
//! alignment from `posix_memalign`. This module defines that function and notes the creation.
//!
//! The invariant: what is known of an address is the newest 128-aligned allocation there, or nothing. Every such
//! allocation passes here and replaces or forgets what was known, so that a reused address never gives a task the
//! stack of another. Frees are not seen, which leaves entries of dead cells; but nobody asks for the address of a cell
//! that is not alive, or whoever does looks at the cell as well. A block of another alignment, or of `aligned_alloc`, `realloc` or `mmap`, changes nothing: it is
//! no cell, and the next cell at its address passes here again. Other things that are aligned so, such as the channels
//! of std, are noted for nothing and asked for by nobody.
//!
//! All this holds where the program's own allocator is `System`, or asks it each time; see [`unavailable`].

use std::{
    cell::Cell,
    ffi::{c_int, c_void},
    num::NonZeroUsize,
    ops::RangeInclusive,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use once_cell::race::OnceNonZeroUsize;

use super::{
    errno, fork, next,
    spare::{self, Done},
};
use crate::sys::{
    Chunked,
    by_address::{self, Creation, Put, Slot},
    clock,
    context::{self, Context},
    origin, tally,
};

mod probe;
pub(crate) use probe::unavailable;

/// Alignment of a task's cell on `x86_64` and aarch64: `Cell` in tokio's `runtime/task/core.rs`.
const ALIGN: usize = 128;
const CHUNKS: usize = 4096;
/// Addresses that are tried for one creation in each table.
const WINDOW: usize = 16;
/// Tables, each of which takes what does not fit into those before: areas of the heap may fall on the same slots, and what
/// was created there long ago still has some. In the last one the oldest is displaced.
const TABLES: usize = 8;

const LEN: usize = Chunked::<Slot, CHUNKS>::LEN;

static SLOTS: [Chunked<Slot, CHUNKS>; TABLES] = [const { Chunked::new() }; TABLES];
/// Whether anything was ever recorded: until then nothing need be forgotten.
static USED: AtomicBool = AtomicBool::new(false);
/// Number of living [`Watch`]es.
static WATCHED: AtomicUsize = AtomicUsize::new(0);
/// Creations that had to make room for later ones, or found none.
static MISSED: AtomicUsize = AtomicUsize::new(0);
/// Address of the function that says which task a thread polls.
static CURRENT_TASK: OnceNonZeroUsize = OnceNonZeroUsize::new();

thread_local! {
    // Constant and without destructor: usable in every phase of a thread's life.
    /// Path of the last creation on this thread, until somebody takes it.
    static PATH: Cell<u32> = const { Cell::new(0) };
}

/// The path to the newest cell of this thread, once; 0 where it is not known. Right after a task was made that is its
/// own, provided that creations can be seen at all.
#[cfg_attr(not(tokio_unstable), allow(dead_code, reason = "for the task hooks"))]
pub(crate) fn take_path() -> u32 {
    PATH.replace(0)
}

/// What is known of the creation of the cell at `address`, which must be alive.
pub(crate) fn find(address: usize) -> Option<Creation> {
    by_address::find(window_so_far(address), address)
}

/// Nothing is known any more of the creation of the cell at `address`, which must be alive.
pub(crate) fn forget(address: usize) {
    by_address::forget(window_so_far(address), address);
}

/// The addresses of all cells of a scope, of which most may be dead by now.
pub(crate) fn addresses_of(scope: u64) -> Vec<u64> {
    all_of(scope, |address, _| address as u64)
}

/// The same, with how they were made.
pub(crate) fn of_scope(scope: u64) -> Vec<(usize, Creation)> {
    all_of(scope, |address, creation| (address, creation))
}

fn all_of<T>(scope: u64, what: fn(usize, Creation) -> T) -> Vec<T> {
    let of_scope = |slot: &'static Slot| {
        let (address, creation) = by_address::known(slot)?;
        (creation.scope == scope).then(|| what(address, creation))
    };
    let last = u32::try_from(WINDOW).unwrap_or(0) - 1;
    let ranges = tally::of(scope).places().noted(last);
    let in_place = |ranges: &Vec<RangeInclusive<u32>>| {
        // Windows at the end go on at the beginning.
        let fits = |range: &RangeInclusive<u32>| (*range.end() as usize) < LEN;
        ranges.iter().all(fits)
    };
    match ranges.filter(in_place) {
        Some(ranges) => {
            let places = ranges.into_iter().flatten();
            let slots = places.flat_map(|place| {
                SLOTS
                    .iter()
                    .map_while(move |slots| slots.peek(place as usize))
            });
            slots.filter_map(of_scope).collect()
        }
        None => SLOTS
            .iter()
            .flat_map(Chunked::touched)
            .filter_map(of_scope)
            .collect(),
    }
}

/// Lets creations be linked to the task that is polled on the creating thread, by its number; 0 stands for none.
///
/// The function is called inside the allocator: it must not allocate memory with an alignment of 128, unwind or lock.
pub(crate) fn ask_for_parents(current_task: fn() -> u64) {
    if let Some(address) = NonZeroUsize::new(current_task as usize) {
        // The first one stays; there is one tokio to ask.
        let _ = CURRENT_TASK.set(address);
    }
}

/// The number of the task that this thread polls, or 0.
#[inline]
fn current_task() -> u64 {
    let Some(address) = CURRENT_TASK.get() else {
        return 0;
    };
    // SAFETY: the address is that of a function of this type, see `ask_for_parents`.
    let current_task = unsafe { std::mem::transmute::<usize, fn() -> u64>(address.get()) };
    current_task()
}

/// While this lives, tasks that are created by tasks are noted on threads of no scope as well: a runtime that is
/// shared between tests has such threads, and the task that creates may belong to a test.
#[derive(Debug)]
pub(crate) struct Watch(());

/// Begins to watch.
pub(crate) fn watch() -> Watch {
    WATCHED.fetch_add(1, Ordering::Relaxed);
    Watch(())
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHED.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why the creation of a live task may be missing, if so.
pub(crate) fn gap() -> Option<String> {
    match MISSED.load(Ordering::Relaxed) {
        0 => None,
        missed => Some(format!(
            "{missed} creations of tasks were forgotten, because too many distinct addresses were in use"
        )),
    }
}

// An allocator brings functions of the C library along, as jemalloc and mimalloc do on demand, and wins.
jump! {
    "posix_memalign" allocate;
}

/// Takes the place of the C library's `posix_memalign`: calls on, then notes what was created.
///
/// # Safety
///
/// As for the C library's own.
unsafe extern "C" fn allocate(result: *mut *mut c_void, align: usize, size: usize) -> c_int {
    // SAFETY: the caller's own arguments, passed on unchanged.
    let error = unsafe {
        match next::posix_memalign() {
            Some(real) => real(result, align, size),
            None => from_parts(result, align, size),
        }
    };
    if align == ALIGN && error == 0 {
        // SAFETY: the call has succeeded, so it has written the address.
        allocated(unsafe { *result } as usize, size);
    }
    error
}

/// What `posix_memalign` does, by the one function that all C libraries here make it of.
///
/// # Safety
///
/// `result` must be valid for writing.
#[cold]
unsafe fn from_parts(result: *mut *mut c_void, align: usize, size: usize) -> c_int {
    if !align.is_power_of_two() || align < size_of::<*mut c_void>() {
        return libc::EINVAL;
    }
    errno::keeping(|| {
        // SAFETY: the alignment is valid, and `result` is so by contract.
        unsafe {
            let start = libc::memalign(align, size);
            if start.is_null() {
                return libc::ENOMEM;
            }
            *result = start;
        }
        0
    })
}

/// A block with the alignment of a cell was handed out, and belongs to this thread until this returns.
#[inline]
fn allocated(address: usize, size: usize) {
    let scope = context::current().scope;
    let is_wanted = scope != Context::UNCHECKED.scope || WATCHED.load(Ordering::Relaxed) != 0;
    if is_wanted || USED.load(Ordering::Relaxed) {
        update(address, size, is_wanted.then_some(scope));
    }
}

/// Notes the creation, or forgets what was known of the address. Out of line, to keep the way around it short.
#[inline(never)]
fn update(address: usize, size: usize, scope: Option<u64>) {
    PATH.set(0);
    if fork::in_child() {
        return;
    }
    let mut block = Block {
        address,
        size,
        scope,
    };
    if errno::keeping(|| spare::run(renew, &mut block)) == Done::No {
        // Whatever the room is: a task must never have the stack of another.
        forget(address);
    }
}

/// A block that was handed out.
struct Block {
    address: usize,
    size: usize,
    scope: Option<u64>,
}

fn renew(block: &mut Block) {
    let is_recorded = match block.scope {
        Some(scope) => record(block.address, block.size, scope),
        None => false,
    };
    if !is_recorded {
        forget(block.address);
    }
}

/// Notes a creation, unless it belongs to no scope and was made by no task that may belong to one.
fn record(address: usize, size: usize, scope: u64) -> bool {
    let parent = current_task();
    if scope == Context::UNCHECKED.scope && parent == 0 {
        return false;
    }
    let creation = Creation {
        size: u32::try_from(size).unwrap_or(u32::MAX),
        scope,
        origin: origin::here(size),
        parent,
        born_ms: clock::now_ms(),
    };
    PATH.set(creation.origin);
    if !USED.load(Ordering::Relaxed) {
        USED.store(true, Ordering::Relaxed);
    }
    if scope != Context::UNCHECKED.scope {
        let place = u32::try_from(start(address)).unwrap_or(0);
        tally::of(scope).places().note(place);
    }
    let put = by_address::put(&window(address), address, creation);
    if put != Put::Recorded {
        MISSED.fetch_add(1, Ordering::Relaxed);
    }
    put != Put::Lost
}

/// The first of the slots where `address` may be. Neighbours in memory are neighbours here; areas of the heap are spread.
#[inline]
fn start(address: usize) -> usize {
    /// Size of one area that malloc takes from the system for a thread.
    const AREA: usize = 64 << 20;
    const SPREAD: usize = 0x9e37_79b9_7f4a_7c15;
    (address / ALIGN + ((address / AREA).wrapping_mul(SPREAD) >> 32)) % LEN
}

/// The slots where `address` may be.
#[inline]
fn places(start: usize) -> impl Iterator<Item = usize> + Clone {
    (start..start + WINDOW).map(|place| place % LEN)
}

/// The same in each table: what is in a later one did not fit into those before.
#[inline]
fn in_all(start: usize) -> impl Iterator<Item = (&'static Chunked<Slot, CHUNKS>, usize)> + Clone {
    SLOTS
        .iter()
        .flat_map(move |slots| places(start).map(move |place| (slots, place)))
}

/// The slots of `address`, made if need be.
#[inline]
fn window(address: usize) -> impl Iterator<Item = &'static Slot> + Clone {
    in_all(start(address)).map_while(|(slots, place)| slots.get(place))
}

/// The slots of `address` as far as they were made: what was not made was never used.
#[inline]
fn window_so_far(address: usize) -> impl Iterator<Item = &'static Slot> + Clone {
    in_all(start(address)).map_while(|(slots, place)| slots.peek(place))
}

#[cfg(test)]
mod tests;
