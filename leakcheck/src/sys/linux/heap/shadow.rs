//! What is known of each block, at a place that its address determines: nothing is searched, and nothing is in the way.
//!
//! A page of notes stands for a page of the heap. Their memory comes from the kernel, and as much of it is used as tests have had
//! blocks in.

use std::{
    ptr::null_mut,
    sync::atomic::{AtomicPtr, AtomicU64, Ordering},
};

use crate::sys::{
    heap_block::{Block, Hidden},
    imp::memory,
};

/// Bytes of memory that a note stands for. Blocks that begin elsewhere have none, so no two blocks share one.
pub(super) const GRAIN: usize = 16;
/// Bytes of memory that a sheet stands for.
const SHEET: usize = 4 << 20;
const NOTES: usize = SHEET / GRAIN;
/// Sheets that a book has.
const BOOK: usize = 1 << 13;
const BOOKS: usize = 1 << 12;
/// Addresses from here on have no place.
pub(super) const END: usize = SHEET * BOOK * BOOKS;
/// Bytes that one bit of a sheet stands for.
const PAGE: usize = 4 << 10;
const PAGES: usize = SHEET / PAGE;

/// Bits of a note that have the path; the others have the size.
const PATH: u32 = 20;

/// What is known of one block.
#[derive(Debug)]
pub(super) struct Slot {
    /// Whose it is; 0 where there is none.
    scope: AtomicU64,
    /// Its size and path.
    about: AtomicU64,
}

/// The notes of [`SHEET`] bytes.
struct Sheet {
    slots: [Slot; NOTES],
    /// One bit for each page of memory of which there is, or was, a note.
    used: [AtomicU64; PAGES / 64],
}

struct Book([AtomicPtr<Sheet>; BOOK]);

static ALL: [AtomicPtr<Book>; BOOKS] = [const { AtomicPtr::new(null_mut()) }; BOOKS];

/// Whose a block is, and what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Noted {
    pub(super) scope: u64,
    pub(super) size: usize,
    pub(super) origin: u32,
}

impl Noted {
    /// What of it can be noted.
    #[inline]
    fn pack(self) -> u64 {
        (self.size as u64) << PATH | u64::from(self.origin) & ((1 << PATH) - 1)
    }

    fn unpack(scope: u64, about: u64) -> Self {
        Self {
            scope,
            size: usize::try_from(about >> PATH).unwrap_or(usize::MAX),
            origin: u32::try_from(about & ((1 << PATH) - 1)).unwrap_or(0),
        }
    }
}

/// The place of the block at this address, if its sheet is there.
#[inline]
pub(super) fn peek(address: usize) -> Option<&'static Slot> {
    sheet(address)?.slots.get(address % SHEET / GRAIN)
}

#[inline]
fn sheet(address: usize) -> Option<&'static Sheet> {
    let book = at(ALL.get(address / (SHEET * BOOK))?)?;
    at(book.0.get(address / SHEET % BOOK)?)
}

#[inline]
fn at<T>(place: &AtomicPtr<T>) -> Option<&'static T> {
    // SAFETY: what stands in such a place was mapped for a `T`, of which zeros are one, and is never unmapped.
    unsafe { place.load(Ordering::Acquire).as_ref() }
}

/// Notes a block. Whether there was room for it; there always is where its sheet is there.
#[inline]
pub(super) fn put(address: usize, noted: Noted) -> bool {
    let Some(sheet) = sheet(address) else {
        return false;
    };
    let at = address % SHEET;
    let (Some(slot), Some(used)) = (sheet.slots.get(at / GRAIN), sheet.used.get(at / PAGE / 64))
    else {
        return false;
    };
    let bit = 1 << (at / PAGE % 64);
    if used.load(Ordering::Relaxed) & bit == 0 {
        used.fetch_or(bit, Ordering::Relaxed);
    }
    slot.about.store(noted.pack(), Ordering::Relaxed);
    slot.scope.store(noted.scope, Ordering::Release);
    true
}

/// Makes the sheet of an address. Whether it is there now.
#[cold]
pub(super) fn make_room(address: usize) -> bool {
    let place = ALL
        .get(address / (SHEET * BOOK))
        .and_then(made::<Book>)
        .and_then(|book| book.0.get(address / SHEET % BOOK));
    place.and_then(made::<Sheet>).is_some()
}

fn made<T>(place: &'static AtomicPtr<T>) -> Option<&'static T> {
    if let Some(there) = at(place) {
        return Some(there);
    }
    let fresh = memory::map(size_of::<T>())?.cast::<T>();
    let set = place.compare_exchange(null_mut(), fresh, Ordering::AcqRel, Ordering::Acquire);
    if set.is_err() {
        memory::unmap(fresh.cast(), size_of::<T>());
    }
    at(place)
}

impl Slot {
    /// Whether there is a block.
    #[inline]
    pub(super) fn is_used(&self) -> bool {
        self.scope.load(Ordering::Relaxed) != 0
    }

    /// Forgets the block, and says what it was. The caller owns it.
    #[inline]
    pub(super) fn take(&self) -> Noted {
        let noted = Noted::unpack(
            self.scope.load(Ordering::Relaxed),
            self.about.load(Ordering::Relaxed),
        );
        self.scope.store(0, Ordering::Release);
        noted
    }

    /// The block at this address, if it is one of `scope`.
    fn read(&self, address: usize, scope: u64) -> Option<Block> {
        if self.scope.load(Ordering::Acquire) != scope {
            return None;
        }
        let noted = Noted::unpack(scope, self.about.load(Ordering::Acquire));
        // What it says of another one would not be of this scope, or was written a moment ago: then a later look tells.
        (self.scope.load(Ordering::Acquire) == scope).then_some(Block {
            start: Hidden::of(address),
            size: noted.size,
            origin: noted.origin,
        })
    }
}

/// The blocks of a scope that are alive, in the order of their addresses, or `None` where they are more than `most`.
pub(crate) fn blocks_of(scope: u64, most: usize) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    for (number, book) in ALL.iter().enumerate() {
        let sheets = at(book).into_iter().flat_map(|book| book.0.iter());
        for (place, sheet) in sheets.enumerate() {
            if let Some(sheet) = at(sheet) {
                sheet.list((number * BOOK + place) * SHEET, scope, &mut blocks);
            }
            if blocks.len() > most {
                return None;
            }
        }
    }
    Some(blocks)
}

impl Sheet {
    fn list(&self, start: usize, scope: u64, blocks: &mut Vec<Block>) {
        for (word, used) in self.used.iter().enumerate() {
            let mut bits = used.load(Ordering::Relaxed);
            while bits != 0 {
                let page = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let first = page * (PAGE / GRAIN);
                let slots = self.slots.get(first..first + PAGE / GRAIN);
                for (at, slot) in slots.unwrap_or_default().iter().enumerate() {
                    blocks.extend(slot.read(start + (first + at) * GRAIN, scope));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where no program has anything.
    const NOWHERE: usize = SHEET * BOOK * 7;

    fn note(address: usize, noted: Noted) {
        assert!(make_room(address));
        assert!(put(address, noted));
    }

    #[test]
    fn what_is_noted_is_listed_until_it_is_taken() {
        let scope = 7 << 20;
        let noted = |size, origin| Noted {
            scope,
            size,
            origin,
        };
        let addresses = [
            NOWHERE,
            NOWHERE + GRAIN,
            NOWHERE + SHEET - GRAIN,
            NOWHERE + 3 * SHEET,
        ];
        for (number, address) in addresses.into_iter().enumerate() {
            note(address, noted(number + 1, 262_143));
        }
        let listed = blocks_of(scope, 10).expect("there are few");
        let all = listed
            .iter()
            .map(|block| (block.start.address(), block.size, block.origin));
        let expected = addresses
            .into_iter()
            .zip(1..)
            .map(|(address, size)| (address, size, 262_143));
        assert!(all.eq(expected), "{listed:?}");
        assert_eq!(blocks_of(scope, 3), None);
        assert_eq!(blocks_of(scope + 1, 3), Some(Vec::new()));
        for (number, address) in addresses.into_iter().enumerate() {
            let slot = peek(address).expect("it is there");
            assert!(slot.is_used());
            assert_eq!(slot.take(), noted(number + 1, 262_143));
            assert!(!slot.is_used());
        }
        assert_eq!(blocks_of(scope, 10), Some(Vec::new()));
    }

    #[test]
    fn there_is_no_place_beyond_the_end() {
        assert!(peek(END).is_none());
        assert!(!make_room(END));
        assert!(!make_room(usize::MAX));
        assert!(peek(NOWHERE + 100 * SHEET).is_none());
        assert!(!put(
            NOWHERE + 100 * SHEET,
            Noted {
                scope: 1,
                size: 1,
                origin: 1
            }
        ));
    }
}
