//! What was created at an address: a lock-free table whose newest entry for an address wins.
//!
//! Whoever writes for an address owns the memory there, and owners of one address follow each other in an order that
//! the allocator makes; so no two threads write for one address at once, while writers for different addresses may
//! compete for a slot, and readers may look at any time. Each address has a window of slots to be in. A slot that was
//! used once is never unused again, so that a search may end at the first that was not.

use crate::base::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

/// Never used.
const UNUSED: usize = 0;
/// Free for any address.
const FORGOTTEN: usize = 2;
/// Added to an address while its facts are being written. Addresses are multiples of 4 or more.
const BUSY: usize = 1;

/// What is known of a creation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Creation {
    /// Bytes that were asked for; `u32::MAX` where it is that or more.
    pub(crate) size: u32,
    /// Scope of the thread that created it.
    pub(crate) scope: u64,
    /// Path that led to it, or 0.
    pub(crate) origin: u32,
    /// Number of the task that was being polled on that thread, or 0.
    pub(crate) parent: u64,
    pub(crate) born_ms: u64,
    /// The number of its entry in the time line of the scope, or 0.
    pub(crate) entry: u32,
}

/// Place for one address.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    key: AtomicUsize,
    /// Changes with every write, so that a reader can tell two creations at one address apart.
    version: AtomicU32,
    size: AtomicU32,
    origin: AtomicU32,
    entry: AtomicU32,
    scope: AtomicU64,
    parent: AtomicU64,
    born: AtomicU64,
}

/// How a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    Recorded,
    /// Recorded in the place of the oldest of the window, which may have been alive.
    Displaced,
    /// Others write to every slot of the window.
    Lost,
}

/// Writes `creation` for `address`, whatever was there before.
#[inline]
pub(crate) fn put<'a>(
    window: &(impl Iterator<Item = &'a Slot> + Clone),
    address: usize,
    creation: Creation,
) -> Put {
    loop {
        let Some((slot, seen)) = place(window.clone(), address) else {
            return Put::Lost;
        };
        // Fails where another address took the slot meanwhile, so somebody else got on.
        if slot.claim(seen, address) {
            slot.write(address, creation);
            let displaced = ![address, UNUSED, FORGOTTEN].contains(&seen);
            return if displaced {
                Put::Displaced
            } else {
                Put::Recorded
            };
        }
    }
}

/// Makes sure that nothing is known of `address`.
#[inline]
pub(crate) fn forget<'a>(window: impl Iterator<Item = &'a Slot>, address: usize) {
    if let Some(slot) = holder(window, address) {
        // Fails only where another address took the slot, which forgets this one as well.
        let _ = slot
            .key
            .compare_exchange(address, FORGOTTEN, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// What is known of `address`, unless it changes meanwhile.
pub(crate) fn find<'a>(window: impl Iterator<Item = &'a Slot>, address: usize) -> Option<Creation> {
    holder(window, address)?.read(address)
}

/// The address that a slot has and what is known of it, unless that changes meanwhile.
pub(crate) fn known(slot: &Slot) -> Option<(usize, Creation)> {
    match slot.key.load(Ordering::Acquire) {
        UNUSED | FORGOTTEN => None,
        key if key & BUSY != 0 => None,
        address => Some((address, slot.read(address)?)),
    }
}

/// The slot that `address` has.
#[inline]
fn holder<'a>(window: impl Iterator<Item = &'a Slot>, address: usize) -> Option<&'a Slot> {
    for slot in window {
        match slot.key.load(Ordering::Acquire) {
            key if key == address => return Some(slot),
            UNUSED => return None,
            _ => {}
        }
    }
    None
}

/// The slot to write to and what it holds: the address's own, a free one, or that of the oldest creation.
#[inline]
fn place<'a>(window: impl Iterator<Item = &'a Slot>, address: usize) -> Option<(&'a Slot, usize)> {
    let mut free = None;
    let mut oldest = None;
    for slot in window {
        match slot.key.load(Ordering::Acquire) {
            key if key == address => return Some((slot, key)),
            UNUSED => return free.or(Some((slot, UNUSED))),
            FORGOTTEN if free.is_none() => free = Some((slot, FORGOTTEN)),
            key if free.is_none() && key & BUSY == 0 => {
                let born = slot.born.load(Ordering::Relaxed);
                if oldest.is_none_or(|(_, _, other)| born < other) {
                    oldest = Some((slot, key, born));
                }
            }
            _ => {}
        }
    }
    free.or(oldest.map(|(slot, key, _)| (slot, key)))
}

impl Slot {
    fn claim(&self, seen: usize, address: usize) -> bool {
        self.key
            .compare_exchange(seen, address | BUSY, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    /// Fills in a slot that this thread has claimed.
    #[inline]
    fn write(&self, address: usize, creation: Creation) {
        // A reader that sees one of the new words sees that the key or the version has changed.
        fence(Ordering::Release);
        self.size.store(creation.size, Ordering::Relaxed);
        self.scope.store(creation.scope, Ordering::Relaxed);
        self.origin.store(creation.origin, Ordering::Relaxed);
        self.entry.store(creation.entry, Ordering::Relaxed);
        self.parent.store(creation.parent, Ordering::Relaxed);
        self.born.store(creation.born_ms, Ordering::Relaxed);
        let version = self.version.load(Ordering::Relaxed).wrapping_add(1);
        self.version.store(version, Ordering::Release);
        self.key.store(address, Ordering::Release);
    }

    fn read(&self, address: usize) -> Option<Creation> {
        // Whoever reads a version reads the words that were written before it, or newer ones.
        let version = self.version.load(Ordering::Acquire);
        let creation = Creation {
            size: self.size.load(Ordering::Relaxed),
            scope: self.scope.load(Ordering::Relaxed),
            origin: self.origin.load(Ordering::Relaxed),
            parent: self.parent.load(Ordering::Relaxed),
            born_ms: self.born.load(Ordering::Relaxed),
            entry: self.entry.load(Ordering::Relaxed),
        };
        fence(Ordering::Acquire);
        let is_same = self.key.load(Ordering::Acquire) == address
            && self.version.load(Ordering::Relaxed) == version;
        is_same.then_some(creation)
    }
}

#[cfg(test)]
mod tests;
