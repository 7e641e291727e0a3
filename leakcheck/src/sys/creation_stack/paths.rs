//! Paths that were taken: each is interned and named by a `u32`, so that a live thing carries four bytes.
//!
//! They are never freed; the memory for them is bounded, and a process that exceeds it is told so in its reports.

use std::{
    ptr::null_mut,
    sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering},
};

use crate::sys::{StaticTable, imp::memory};

/// Longest stack that is kept.
pub(crate) const MAX_FRAMES: usize = 256;
/// Longest chain of parents that is kept; deeper ones lose the links between their nearest and the oldest ones.
const MAX_PARENTS: u32 = 16;
/// Bytes that paths may take, with what recognises them.
const BUDGET: usize = 64 << 20;
const HEADS: usize = 4096;

/// One interned path.
#[derive(Debug)]
struct Path {
    index: u32,
    hash: u64,
    parent: u32,
    depth: u32,
    frames: &'static [usize],
}

/// A chain of the hash table.
struct Link {
    path: &'static Path,
    next: Option<&'static Link>,
}

#[derive(Default)]
struct Entry(once_cell::race::OnceRef<'static, Path>);

static TABLE: [AtomicPtr<Link>; HEADS] = [const { AtomicPtr::new(null_mut()) }; HEADS];
static BY_INDEX: StaticTable<Entry, 1024> = StaticTable::new();
static NEXT: AtomicU32 = AtomicU32::new(1);
static USED: AtomicUsize = AtomicUsize::new(0);

/// Whether paths were left out because their memory was used up.
pub(crate) fn is_exhausted() -> bool {
    USED.load(Ordering::Relaxed) >= BUDGET
}

/// Whether half of what there is was used up.
#[cfg(feature = "heap")]
pub(crate) fn is_half_used() -> bool {
    const NAMES: usize = StaticTable::<Entry, 1024>::LEN;
    USED.load(Ordering::Relaxed) >= BUDGET / 2 || NEXT.load(Ordering::Relaxed) as usize >= NAMES / 2
}

/// Bytes that paths and what recognises them have taken.
#[cfg(test)]
#[allow(dead_code, reason = "where paths are unwound anew each time")]
pub(crate) fn used() -> usize {
    USED.load(Ordering::Relaxed)
}

/// Takes so many bytes of those that paths may have; whether there were any left.
pub(crate) fn afford(bytes: usize) -> bool {
    USED.fetch_add(bytes, Ordering::Relaxed) < BUDGET
}

/// Return addresses of a path, innermost first; empty for 0.
pub(crate) fn frames(index: u32) -> &'static [usize] {
    get(index).map_or(&[], |path| path.frames)
}

/// The path that created whoever took this path, or 0.
pub(crate) fn parent(index: u32) -> u32 {
    get(index).map_or(0, |path| path.parent)
}

/// A path and those that led to it, the nearest first.
pub(crate) fn line(index: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(index), |index| Some(parent(*index))).take_while(|index| *index != 0)
}

fn get(index: u32) -> Option<&'static Path> {
    BY_INDEX.peek(index as usize)?.0.get()
}

/// The name of the path with these frames, made if it is new; 0 where the memory for paths is used up.
pub(crate) fn intern(frames: &(impl ExactSizeIterator<Item = usize> + Clone), parent: u32) -> u32 {
    if frames.len() == 0 {
        return 0;
    }
    let (parent, depth) = attach(parent);
    let hash = frames.clone().fold(mix(0, parent as usize), mix);
    let head = &TABLE[usize::try_from(hash >> 40).unwrap_or(0) % HEADS];
    let find = |first: Option<&'static Link>| {
        std::iter::successors(first, |link| link.next)
            .map(|link| link.path)
            .find(|path| {
                path.hash == hash
                    && path.parent == parent
                    && path.frames.iter().copied().eq(frames.clone())
            })
    };

    let mut first = load(head);
    if let Some(found) = find(first) {
        return found.index;
    }
    let Some(path) = make(frames.clone(), parent, depth, hash) else {
        return 0;
    };
    loop {
        let Some(link) = memory::keep(Link { path, next: first }) else {
            return 0;
        };
        let expected = first.map_or(null_mut(), |link| std::ptr::from_ref(link).cast_mut());
        let new = std::ptr::from_ref(link).cast_mut();
        let swapped = head.compare_exchange(expected, new, Ordering::AcqRel, Ordering::Acquire);
        if swapped.is_ok() {
            return path.index;
        }
        // Somebody else was first, perhaps with the same path.
        first = load(head);
        if let Some(found) = find(first) {
            return found.index;
        }
    }
}

fn make(
    frames: impl ExactSizeIterator<Item = usize>,
    parent: u32,
    depth: u32,
    hash: u64,
) -> Option<&'static Path> {
    let size = size_of::<Path>() + size_of::<Link>() + frames.len() * size_of::<usize>();
    if !afford(size) {
        return None;
    }
    let index = NEXT
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            ((next as usize) < StaticTable::<Entry, 1024>::LEN).then_some(next + 1)
        })
        .ok()?;
    let path = memory::keep(Path {
        index,
        hash,
        parent,
        depth,
        frames: memory::keep_slice(frames)?,
    })?;
    // Findable by its index before anybody can know the index.
    BY_INDEX.get(index as usize)?.0.set(path).ok()?;
    Some(path)
}

/// The parent to link to and the depth below it: endless respawning must not make endless chains.
fn attach(parent: u32) -> (u32, u32) {
    match get(parent) {
        None => (0, 0),
        Some(path) if path.depth + 1 < MAX_PARENTS => (parent, path.depth + 1),
        Some(path) => (path.parent, path.depth),
    }
}

fn load(head: &AtomicPtr<Link>) -> Option<&'static Link> {
    // SAFETY: the pointers in `TABLE` come from `memory::keep`, which never frees, and were published with release.
    unsafe { head.load(Ordering::Acquire).as_ref() }
}

/// One step of a multiplicative hash; the high bits are the good ones.
pub(in crate::sys) const fn mix(hash: u64, word: usize) -> u64 {
    (hash.rotate_left(5) ^ word as u64).wrapping_mul(0x517c_c1b7_2722_0a95)
}
