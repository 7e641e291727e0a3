//! The names of threads, taken when they are set: what the kernel keeps is cut to 15 bytes, but std knows the whole.

use std::{
    cell::Cell,
    sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering},
};

/// Longest name that is kept.
const LONGEST: usize = 64;

thread_local! {
    // Constant and without destructor: usable in every phase of a thread's life.
    /// Whether std is about to start a thread that is not wanted, only how it does that.
    static LEARNING: Cell<bool> = const { Cell::new(false) };
    /// Whether the destructors of this thread's keys run.
    static ENDING: Cell<bool> = const { Cell::new(false) };
}

/// The start routine of std's threads, once it is known.
static START_OF_STD: AtomicUsize = AtomicUsize::new(0);

/// Finds out how std starts threads, by having it fail to start one.
pub(crate) fn learn() {
    if START_OF_STD.load(Ordering::Relaxed) == 0 {
        LEARNING.set(true);
        let started = std::thread::Builder::new().spawn(|| ());
        LEARNING.set(false);
        if let Ok(thread) = started {
            // The program has a `pthread_create` of its own. The thread's result is known.
            let _ = thread.join();
        }
    }
}

/// Whether a thread with this start routine is that of [`learn`], and not to be started.
pub(super) fn learns(start: usize) -> bool {
    let learns = LEARNING.replace(false);
    if learns {
        START_OF_STD.store(start, Ordering::Relaxed);
    }
    learns
}

/// Whether a thread with this start routine is one of std's, as far as that is known.
pub(super) fn is_of_std(start: usize) -> bool {
    let known = START_OF_STD.load(Ordering::Relaxed);
    known == 0 || start == known
}

/// From here on std must not be asked about the calling thread.
pub(super) fn ends() {
    ENDING.set(true);
}

/// The name of one thread.
#[derive(Debug, Default)]
pub(super) struct Name {
    /// Length plus one; 0 for a thread that was given none.
    length: AtomicU32,
    bytes: [AtomicU64; LONGEST / 8],
}

impl Name {
    pub(super) fn clear(&self) {
        self.length.store(0, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Option<String> {
        let length = self.length.load(Ordering::Acquire).checked_sub(1)?;
        let bytes: Vec<u8> = self
            .bytes
            .iter()
            .flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes())
            .take(length as usize)
            .collect();
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Keeps the name that the calling thread is given, which began with this routine.
    pub(super) fn set(&self, given: &[u8], start: usize) {
        // std makes the thread's handle known before it sets the name, so that asking for it neither allocates nor
        // registers one; once the thread ends it must not be asked any more.
        let is_by_std = self.length.load(Ordering::Relaxed) == 0
            && start == START_OF_STD.load(Ordering::Relaxed)
            && !ENDING.get();
        let current = is_by_std.then(std::thread::current);
        let whole = current.as_ref().and_then(std::thread::Thread::name);
        let whole = whole.map_or(given, str::as_bytes);
        let name = if whole.starts_with(given) {
            whole
        } else {
            given
        };
        let name = &name[..name.len().min(LONGEST)];
        for (word, bytes) in self.bytes.iter().zip(name.chunks(8)) {
            let mut padded = [0; 8];
            padded[..bytes.len()].copy_from_slice(bytes);
            word.store(u64::from_ne_bytes(padded), Ordering::Relaxed);
        }
        let length = u32::try_from(name.len()).unwrap_or(0);
        self.length.store(length + 1, Ordering::Release);
    }
}
