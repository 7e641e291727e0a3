//! What was made, by a hash of its path.

use std::{
    ffi::{OsStr, c_char},
    os::unix::ffi::OsStrExt,
    path::PathBuf,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

use super::identity::{self, AtPath};
use crate::sys::{StaticTable, clock, scope_counters, table::Records, temp_file::TempFile};

/// Words of the longest path that is recorded.
const WORDS: usize = 32;
/// The longest path that is recorded, in bytes.
pub(super) const LONGEST: usize = WORDS * 8;

/// A path with the zero at its end that the kernel wants.
pub(super) type Path = [u8; LONGEST + 1];

/// What is known of a file or folder.
#[derive(Debug, Default)]
struct Facts {
    origin: AtomicU32,
    runtime: AtomicU32,
    thread: AtomicU64,
    born: AtomicU64,
    /// See [`AtPath::Is`].
    identity: AtomicU64,
    length: AtomicU32,
    path: [AtomicU64; WORDS],
}

static RECORDS: Records<Facts> = Records::new(StaticTable::new());

/// What is noted of a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Noted {
    pub(super) scope: u64,
    pub(super) origin: u32,
    pub(super) thread: u64,
    pub(super) runtime: u32,
    pub(super) identity: u64,
}

/// Begins the hash of a path.
const START: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of a path.
pub(super) fn key(path: &[u8]) -> u64 {
    path.iter().copied().fold(START, add)
}

const fn add(sum: u64, byte: u8) -> u64 {
    (sum ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
}

/// Whether a folder that leads to this path is recorded; the first `known` bytes are the temporary folder.
pub(super) fn is_inside(path: &[u8], known: usize) -> bool {
    let mut sum = START;
    for (at, byte) in path.iter().copied().enumerate() {
        if byte == b'/' && at >= known && RECORDS.find_key(sum, |_| ()).is_some() {
            return true;
        }
        sum = add(sum, byte);
    }
    false
}

/// Records what is at this path.
pub(super) fn put(path: &[u8], noted: &Noted) {
    let key = key(path);
    // What was there before is over, and in nobody's count.
    RECORDS.end_all(key, drop);
    RECORDS.make_room(key, Facts::is_gone);
    let counters = scope_counters::of(noted.scope);
    let Some(claim) = RECORDS.claim(key) else {
        return counters.temp_file_missed();
    };
    counters.temp_file_made();
    claim.publish(key, noted.scope, |facts| {
        facts.origin.store(noted.origin, Ordering::Relaxed);
        facts.thread.store(noted.thread, Ordering::Relaxed);
        facts.runtime.store(noted.runtime, Ordering::Relaxed);
        facts.identity.store(noted.identity, Ordering::Relaxed);
        facts.born.store(clock::now_ms(), Ordering::Relaxed);
        facts.store(path);
    });
}

/// Ends what is recorded of this path, and returns it.
pub(super) fn take(path: &[u8]) -> Option<Noted> {
    let key = key(path);
    let mut taken = None;
    if let Some(seen) = RECORDS.find_key(key, Facts::noted) {
        taken = Some(Noted {
            scope: seen.scope,
            ..seen.facts
        });
        RECORDS.end_all(key, drop);
    }
    taken
}

/// Those of `scope` that are still there, oldest first.
pub(super) fn live(scope: u64) -> Vec<TempFile> {
    let there = RECORDS.live(Some(scope), Facts::read);
    let mut there: Vec<TempFile> = there
        .filter_map(|seen| {
            let number = seen.number;
            seen.facts.map(|found| TempFile { number, ..found })
        })
        .collect();
    there.sort_unstable_by_key(|found| found.number);
    there
}

pub(super) fn clear() {
    RECORDS.clear();
}

impl Facts {
    /// What is recorded, if it is still there.
    fn read(&self) -> Option<TempFile> {
        if self.is_gone() {
            return None;
        }
        let mut path: Path = [0; LONGEST + 1];
        let length = self.load(&mut path);
        Some(TempFile {
            number: 0,
            origin: self.origin.load(Ordering::Relaxed),
            thread: self.thread.load(Ordering::Relaxed),
            runtime: self.runtime.load(Ordering::Relaxed),
            born_ms: self.born.load(Ordering::Relaxed),
            path: PathBuf::from(OsStr::from_bytes(&path[..length])),
        })
    }

    /// Whether what was made is not at its path any more. Where the kernel does not tell, it may be.
    fn is_gone(&self) -> bool {
        let mut path: Path = [0; LONGEST + 1];
        self.load(&mut path);
        match identity::at(libc::AT_FDCWD, path.as_ptr().cast::<c_char>()) {
            AtPath::Is(found) => found != self.identity.load(Ordering::Relaxed),
            AtPath::Nothing => true,
            AtPath::Unknown => false,
        }
    }

    fn noted(&self) -> Noted {
        Noted {
            scope: 0,
            origin: self.origin.load(Ordering::Relaxed),
            thread: self.thread.load(Ordering::Relaxed),
            runtime: self.runtime.load(Ordering::Relaxed),
            identity: self.identity.load(Ordering::Relaxed),
        }
    }

    fn store(&self, path: &[u8]) {
        let length = path.len().min(LONGEST);
        for (word, bytes) in self.path.iter().zip(path.chunks(8)) {
            let mut whole = [0; 8];
            whole[..bytes.len()].copy_from_slice(bytes);
            word.store(u64::from_ne_bytes(whole), Ordering::Relaxed);
        }
        self.length
            .store(u32::try_from(length).unwrap_or(0), Ordering::Relaxed);
    }

    /// Writes the path, with a zero behind it, and returns its length.
    fn load(&self, path: &mut Path) -> usize {
        let length = (self.length.load(Ordering::Relaxed) as usize).min(LONGEST);
        for (word, bytes) in self
            .path
            .iter()
            .zip(path.chunks_mut(8))
            .take(length.div_ceil(8))
        {
            bytes.copy_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes()[..bytes.len()]);
        }
        path[length] = 0;
        length
    }
}

/// Places that were ever used.
#[cfg(test)]
pub(super) fn used() -> usize {
    RECORDS.used()
}
