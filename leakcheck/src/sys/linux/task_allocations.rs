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
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use once_cell::race::OnceNonZeroUsize;

use super::{
    errno, fork, real_fns,
    spare::{self, Done},
    threads,
};
use crate::{
    base::model::Limited,
    sys::{
        allocation_table::{Creation, Put},
        budget::rates,
        clock,
        context::{self, Context},
        creation_stack, scope_counters,
        timeline::{self, Beginning, Thing},
    },
};

mod probe;
mod slots;
pub(crate) use probe::unavailable;
use slots::ALIGN;
pub(crate) use slots::{addresses_of, find, forget, of_scope};

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
    /// Its entry in the time line of its scope, or 0.
    static ENTRY: Cell<u32> = const { Cell::new(0) };
}

/// The path to the newest cell of this thread, once; 0 where it is not known. Right after a task was made that is its
/// own, provided that creations can be seen at all.
#[cfg_attr(not(tokio_unstable), allow(dead_code, reason = "for the task hooks"))]
pub(crate) fn take_path() -> u32 {
    PATH.replace(0)
}

/// The entry of the newest cell of this thread in the time line of its scope, once; 0 where it has none.
#[cfg_attr(not(tokio_unstable), allow(dead_code, reason = "for the task hooks"))]
pub(crate) fn take_entry() -> u32 {
    ENTRY.replace(0)
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
        match real_fns::posix_memalign() {
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
    let origin = creation_stack::here(size);
    if !cfg!(tokio_unstable) {
        // Whether it is a task is told by the path, once somebody asks.
        rates::begins(scope_counters::of(scope), scope, Limited::Task, origin);
    }
    let noted = timeline::begins(scope_counters::of(scope), scope, || Beginning {
        thing: Thing::Cell,
        number: address as u64,
        origin,
        task: parent,
        thread: threads::own_numbers().0,
    });
    let creation = Creation {
        size: u32::try_from(size).unwrap_or(u32::MAX),
        scope,
        origin,
        parent,
        born_ms: clock::now_ms(),
        entry: noted,
    };
    PATH.set(creation.origin);
    ENTRY.set(noted);
    if !USED.load(Ordering::Relaxed) {
        USED.store(true, Ordering::Relaxed);
    }
    if scope != Context::UNCHECKED.scope {
        let place = u32::try_from(slots::start(address)).unwrap_or(0);
        scope_counters::of(scope).slot_ranges().note(place);
    }
    let put = slots::put(address, creation);
    if put != Put::Recorded {
        MISSED.fetch_add(1, Ordering::Relaxed);
    }
    put != Put::Lost
}

#[cfg(test)]
mod tests;
