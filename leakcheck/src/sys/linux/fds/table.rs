//! What was opened, by the number of the descriptor.
//!
//! A number belongs to whoever opened it until it is closed, so no two threads write for one number at once. Should
//! something close and open it past the C library, the next look at it finds another file there, and forgets it.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

use crate::sys::{Chunked, clock, descriptor::Descriptor, tally};

/// Chunks of 256 numbers: more than a process may have open by default.
const CHUNKS: usize = 4096;
/// Low bits of a key, which are those of the scope. There are fewer scopes than fit.
const SCOPE_BITS: u32 = 20;

/// One open descriptor.
#[derive(Debug, Default)]
struct Record {
    /// Which descriptor of the process it is, and its scope; 0 for a number that is free. Stored last, checked twice.
    key: AtomicU64,
    origin: AtomicU32,
    runtime: AtomicU32,
    thread: AtomicU64,
    born: AtomicU64,
    /// Folded device, inode and type.
    file: AtomicU64,
    how: AtomicU32,
}

static RECORDS: Chunked<Record, CHUNKS> = Chunked::new();
/// Numbers from here on were never recorded.
static HIGH: AtomicUsize = AtomicUsize::new(0);
static NEXT: AtomicU64 = AtomicU64::new(1);
/// Descriptors whose number was too high.
static MISSED: AtomicUsize = AtomicUsize::new(0);

/// What is noted of a descriptor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) scope: u32,
    pub(super) origin: u32,
    pub(super) thread: u64,
    pub(super) runtime: u32,
    pub(super) is_selector: bool,
}

/// Notes what was opened as `fd`, which the caller owns.
pub(super) fn put(fd: i32, facts: Facts) {
    let Some(record) = usize::try_from(fd).ok().and_then(|fd| RECORDS.get(fd)) else {
        MISSED.fetch_add(1, Ordering::Relaxed);
        return;
    };
    record.clear();
    let Some(file) = file(fd) else { return };
    // A reader that sees one of the new words sees that the key has changed.
    fence(Ordering::Release);
    record.origin.store(facts.origin, Ordering::Relaxed);
    record.thread.store(facts.thread, Ordering::Relaxed);
    record.runtime.store(facts.runtime, Ordering::Relaxed);
    record
        .how
        .store(u32::from(facts.is_selector), Ordering::Relaxed);
    record.born.store(clock::now_ms(), Ordering::Relaxed);
    record.file.store(file, Ordering::Relaxed);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    HIGH.fetch_max(fd.cast_unsigned() as usize + 1, Ordering::AcqRel);
    tally::of(facts.scope).other_started();
    let key = number << SCOPE_BITS | u64::from(facts.scope);
    record.key.store(key, Ordering::Release);
}

/// Forgets what was known of `fd`, which is about to be closed.
#[inline]
pub(super) fn forget(fd: i32) {
    if let Some(record) = usize::try_from(fd).ok().and_then(|fd| RECORDS.peek(fd)) {
        record.clear();
    }
}

/// The same for all from `first` to `last`.
pub(super) fn forget_all(first: u32, last: u32) {
    let end = HIGH
        .load(Ordering::Acquire)
        .min((last as usize).saturating_add(1));
    for record in (first as usize..end).filter_map(|fd| RECORDS.peek(fd)) {
        record.clear();
    }
}

/// Those of `scope`, or of every scope, that are open and still what they were.
pub(super) fn live(scope: Option<u32>) -> Vec<Descriptor> {
    let used = HIGH.load(Ordering::Acquire);
    (0..i32::try_from(used).unwrap_or(i32::MAX))
        .filter_map(|fd| RECORDS.peek(usize::try_from(fd).ok()?)?.read(fd, scope))
        .collect()
}

/// Whether `fd` is still the descriptor with this number, open and what it was.
pub(super) fn is(fd: i32, number: u64) -> bool {
    let record = usize::try_from(fd).ok().and_then(|fd| RECORDS.peek(fd));
    record
        .and_then(|record| record.read(fd, None))
        .is_some_and(|found| found.number == number)
}

/// Why descriptors may have gone unseen, if so.
pub(super) fn gap() -> Option<String> {
    match MISSED.load(Ordering::Relaxed) {
        0 => None,
        missed => Some(format!(
            "{missed} descriptors had higher numbers than the {} that are recorded",
            Chunked::<Record, CHUNKS>::LEN
        )),
    }
}

impl Record {
    /// Frees the number.
    #[inline]
    fn clear(&self) {
        if self.key.load(Ordering::Relaxed) != 0 {
            end(self.key.swap(0, Ordering::AcqRel));
        }
    }

    fn read(&self, fd: i32, scope: Option<u32>) -> Option<Descriptor> {
        let key = self.key.load(Ordering::Acquire);
        if key == 0 || scope.is_some_and(|scope| scope != scope_of(key)) {
            return None;
        }
        let found = Descriptor {
            number: key >> SCOPE_BITS,
            fd,
            origin: self.origin.load(Ordering::Relaxed),
            thread: self.thread.load(Ordering::Relaxed),
            runtime: self.runtime.load(Ordering::Relaxed),
            is_selector: self.how.load(Ordering::Relaxed) != 0,
            born_ms: self.born.load(Ordering::Relaxed),
        };
        let noted = self.file.load(Ordering::Relaxed);
        // What cannot be compared is believed: that it was closed is told here, too.
        let is_open =
            file(fd).is_some_and(|file| [file, noted].contains(&UNKNOWN) || file == noted);
        fence(Ordering::Acquire);
        if self.key.load(Ordering::Relaxed) != key {
            return None;
        }
        if !is_open {
            // It was closed past the C library, as `fclose` of a library that has its own does.
            let taken = self
                .key
                .compare_exchange(key, 0, Ordering::AcqRel, Ordering::Relaxed);
            if taken.is_ok() {
                end(key);
            }
            return None;
        }
        Some(found)
    }
}

/// Counts the end of what had this key.
fn end(key: u64) {
    if key != 0 {
        tally::of(scope_of(key)).other_ended();
    }
}

fn scope_of(key: u64) -> u32 {
    u32::try_from(key & ((1 << SCOPE_BITS) - 1)).unwrap_or(0)
}

/// Where the kernel does not say what a descriptor is open on.
const UNKNOWN: u64 = 0;

/// What `fd` is open on, in one word; `None` where it is not open. Past the C library, whose own may be traced.
fn file(fd: i32) -> Option<u64> {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut stat = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the kernel writes the whole structure where it returns 0, and `errno` is this thread's own.
    let stat = unsafe {
        let errno = libc::__errno_location();
        let before = *errno;
        let result = libc::syscall(libc::SYS_fstat, fd, stat.as_mut_ptr());
        let error = std::mem::replace(&mut *errno, before);
        match (result, error) {
            (0, _) => stat.assume_init(),
            (_, libc::EBADF) => return None,
            _ => return Some(UNKNOWN),
        }
    };
    let words = [
        stat.st_dev,
        stat.st_ino,
        u64::from(stat.st_mode & libc::S_IFMT),
    ];
    Some(words.iter().fold(0, |sum: u64, word| {
        (sum.rotate_left(5) ^ word).wrapping_mul(SPREAD)
    }))
}
