//! Whether a timer is armed, for the price of a read or two: no debug info is asked.
//!
//! The wheel of a time driver is one block of memory, and while nothing is armed every word of it is zero but for the
//! numbers of its levels. Where a runtime has the pointer to it is found out on runtimes that were just built, by looking
//! for pointers to such a block. Every timer holds the runtime's handle: where as many hold it as at first, there is none, and
//! nothing is read. Unused room may have one by chance, a copy or one to another wheel; the real one is
//! always among them, and those that lead elsewhere on a later runtime are dropped.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::runtime::{Handle, RuntimeFlavor};

use super::layout::{LEVELS, SLOT, SLOTS};
use crate::read::memory;

const WORD: usize = size_of::<u64>();
/// Bytes of a level: its number, a word of bits for slots that are taken, and the slots.
const LEVEL: usize = 2 * WORD + SLOTS * SLOT;
/// Where a level may have its number: the compiler orders fields as it likes, but puts the slots first or last.
const NUMBERS: [usize; 4] = [0, WORD, LEVEL - 2 * WORD, LEVEL - WORD];

/// All levels.
const SIZE: usize = LEVELS * LEVEL;
type Block = [u8; SIZE];

/// What a handle points to is smaller than this. It is read in steps, because what follows may not be mapped.
const SHARED: u64 = 4 << 10;
const STEP: usize = 256;

/// A runtime's wheel.
#[derive(Clone, Debug)]
pub(crate) struct Wheel {
    handle: Handle,
    /// How many held the handle when the runtime was new, where that is constant.
    holders: Option<usize>,
}

/// What is perhaps a wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Candidate {
    address: u64,
    number: usize,
}

/// A path that may lead to the wheel of one kind of runtime.
#[derive(Clone, Copy, Debug)]
struct WheelPath {
    /// Which word of the handle points to what it shares with the runtime.
    word: usize,
    /// Where that has the pointer to the wheel.
    offset: u64,
    /// Where a level has its number.
    number: usize,
}

/// What is known of one kind of runtime.
#[derive(Debug)]
struct WheelPaths {
    /// Empty until there was one.
    known: Vec<WheelPath>,
    /// Runtimes since they last disagreed.
    agreed: u32,
}

/// Most paths are copies of one another. Those that agreed on so many runtimes are compared on one of so many.
const ENOUGH: u32 = 32;

/// The paths for runtimes with one thread and for those with workers.
static PATHS: [Mutex<WheelPaths>; 2] = [const {
    Mutex::new(WheelPaths {
        known: Vec::new(),
        agreed: 0,
    })
}; 2];

/// Those for the kind of a runtime.
fn paths(handle: &Handle) -> MutexGuard<'static, WheelPaths> {
    let [of_one_thread, of_workers] = &PATHS;
    let paths = match handle.runtime_flavor() {
        RuntimeFlavor::CurrentThread => of_one_thread,
        _ => of_workers,
    };
    paths.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Wheel {
    /// The wheel of a runtime that has a time driver and no armed timer.
    pub(crate) fn of_new_runtime(handle: &Handle) -> Option<Self> {
        let mut paths = paths(handle);
        match paths.known.len() {
            0 => paths.known = WheelPath::all(handle),
            // The only one is right.
            1 => {}
            _ => paths.compare(handle),
        }
        let word = paths.known.first()?.word;
        drop(paths);
        let handle = handle.clone();
        let is_steady = handle.runtime_flavor() == RuntimeFlavor::CurrentThread;
        Some(Self {
            holders: (is_steady && counts_holders(&handle, word))
                .then(|| memory::holders(&handle, word))
                .flatten(),
            handle,
        })
    }

    /// Whether no timer is armed; `None` where that cannot be read, or what may be the wheel disagrees.
    pub(crate) fn is_empty(&self) -> Option<bool> {
        let mut paths = paths(&self.handle);
        let holders = memory::holders(&self.handle, paths.known.first()?.word);
        if self.holders.is_some() && self.holders == holders {
            return Some(true);
        }
        let is_empty = paths.lead_to_empty(&self.handle);
        if is_empty.is_none() {
            // The next runtime that is new may tell which of them is wrong.
            paths.agreed = 0;
        }
        is_empty
    }
}

impl WheelPaths {
    /// Drops those that do not lead to an empty wheel on a new runtime, if it is time to look.
    fn compare(&mut self, handle: &Handle) {
        self.agreed = self.agreed.saturating_add(1);
        if self.agreed > ENOUGH && !self.agreed.is_multiple_of(ENOUGH) {
            return;
        }
        let before = self.known.len();
        let mut right: Vec<Candidate> = Vec::new();
        self.known.retain(|path| {
            let Some(candidate) = path.candidate(handle) else {
                return false;
            };
            if !right.contains(&candidate) && candidate.is_empty() == Some(true) {
                right.push(candidate);
            }
            right.contains(&candidate)
        });
        if self.known.len() < before || right.len() > 1 {
            self.agreed = 0;
        }
    }

    /// Whether the wheel that they lead to is empty; `None` where that cannot be read, or they disagree.
    fn lead_to_empty(&mut self, handle: &Handle) -> Option<bool> {
        let mut known: Vec<(Candidate, Option<bool>)> = Vec::new();
        let answer = |path: &WheelPath| {
            let candidate = path.candidate(handle)?;
            if let Some((_, known)) = known.iter().find(|(known, _)| *known == candidate) {
                return *known;
            }
            let is_empty = candidate.is_empty();
            known.push((candidate, is_empty));
            is_empty
        };
        let answers: Vec<Option<bool>> = self.known.iter().map(answer).collect();
        let first = answers.iter().flatten().next()?;
        // A runtime keeps its wheel for as long as it lives: what leads to none any more led there by chance.
        let mut answered = answers.iter();
        self.known
            .retain(|_| answered.next().is_some_and(Option::is_some));
        let is_one = answers.iter().flatten().all(|answer| answer == first);
        is_one.then_some(*first)
    }
}

impl Candidate {
    /// Whether nothing is in the levels; `None` where there are none.
    fn is_empty(self) -> Option<bool> {
        let mut block: Block = [0; SIZE];
        memory::read(self.address, &mut block)?;
        is_empty(&block, self.number)
    }
}

fn is_empty(block: &Block, number: usize) -> Option<bool> {
    const ZEROES: &[u8] = &[0; LEVEL];
    let mut is_empty = true;
    for (level, bytes) in (0_u64..).zip(block.chunks_exact(LEVEL)) {
        let (before, rest) = bytes.split_at_checked(number)?;
        let (word, after) = rest.split_at_checked(WORD)?;
        (word == level.to_le_bytes()).then_some(())?;
        is_empty &= Some(before) == ZEROES.get(..number) && ZEROES.ends_with(after);
    }
    Some(is_empty)
}

impl WheelPath {
    /// Everything in what a handle points to that leads to an empty wheel.
    fn all(handle: &Handle) -> Vec<Self> {
        let mut found = Vec::new();
        for word in 0..size_of::<Handle>() / WORD {
            let Some(shared) = shared(handle, word) else {
                continue;
            };
            for start in (0..SHARED).step_by(STEP) {
                let mut bytes = [0; STEP];
                if memory::read(shared.wrapping_add(start), &mut bytes).is_none() {
                    break;
                }
                let words = bytes.chunks_exact(WORD).zip((start..).step_by(WORD));
                found.extend(words.filter_map(|(bytes, offset)| {
                    let address = u64::from_le_bytes(bytes.try_into().ok()?);
                    address.is_multiple_of(WORD as u64).then_some(())?;
                    let mut block: Block = [0; SIZE];
                    memory::read(address, &mut block)?;
                    let is_fit = |number: &usize| is_empty(&block, *number) == Some(true);
                    let number = NUMBERS.into_iter().find(is_fit)?;
                    Some(Self {
                        word,
                        offset,
                        number,
                    })
                }));
            }
        }
        found
    }

    /// Where it leads.
    fn candidate(&self, handle: &Handle) -> Option<Candidate> {
        let shared = memory::pointer_in(handle, self.word)?;
        Some(Candidate {
            address: word(shared.wrapping_add(self.offset))?,
            number: self.number,
        })
    }
}

/// Whether what a word of the handle points to begins with the number of its holders: found out once.
fn counts_holders(handle: &Handle, index: usize) -> bool {
    static DOES: OnceLock<bool> = OnceLock::new();
    *DOES.get_or_init(|| {
        let count = || word(shared(handle, index)?);
        let (before, more) = (count(), handle.clone());
        let with_one_more = count();
        drop(more);
        before.is_some() && with_one_more == before.map(|count| count + 1) && count() == before
    })
}

/// What a word of the handle points to.
fn shared(handle: &Handle, index: usize) -> Option<u64> {
    word((std::ptr::from_ref(handle) as u64).wrapping_add((index * WORD) as u64))
}

fn word(address: u64) -> Option<u64> {
    let mut bytes = [0; WORD];
    memory::read(address, &mut bytes)?;
    Some(u64::from_le_bytes(bytes))
}
