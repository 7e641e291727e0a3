//! Lines of memory, each read from the kernel once.

use std::cell::{Cell, RefCell, RefMut};

use super::kernel;
use crate::read::fuel;

/// Bytes per cached line.
const LINE: usize = 256;
/// Lines that are kept; each address has one place.
const LINES: usize = 256;
/// Below and above this nothing of a process is mapped.
const LOWEST: u64 = 4096;
const HIGHEST: u64 = 1 << 56;

/// What was read since the last [`forget`](Self::forget).
#[derive(Debug)]
pub(crate) struct Memory {
    lines: RefCell<Vec<Line>>,
    age: Cell<u64>,
}

#[derive(Clone, Debug)]
struct Line {
    address: u64,
    age: u64,
    bytes: [u8; LINE],
}

/// How far an address is behind the start of its line.
fn skip(address: u64) -> usize {
    usize::try_from(address & (LINE as u64 - 1)).unwrap_or(0)
}

impl Memory {
    pub(crate) fn new() -> Self {
        let empty = Line {
            address: 0,
            age: 0,
            bytes: [0; LINE],
        };
        Self {
            lines: RefCell::new(vec![empty; LINES]),
            age: Cell::new(1),
        }
    }

    /// Makes the next reads see the memory as it is then.
    pub(crate) fn forget(&self) {
        self.age.set(self.age.get() + 1);
    }

    /// Fills `into` from `address`.
    pub(crate) fn read(&self, address: u64, into: &mut [u8]) -> Option<()> {
        fuel::spend();
        let mut done = 0;
        while done < into.len() {
            let at = address.checked_add(done as u64)?;
            let skip = skip(at);
            let length = (into.len() - done).min(LINE - skip);
            let line = self.line(at)?;
            into.get_mut(done..done + length)?
                .copy_from_slice(line.bytes.get(skip..skip + length)?);
            done += length;
        }
        Some(())
    }

    /// The little-endian number of `size` bytes at `address`, up to eight.
    pub(crate) fn number(&self, address: u64, size: u64) -> Option<u64> {
        if size == 8 {
            return self.word(address);
        }
        let mut bytes = [0; 8];
        let size = usize::try_from(size).ok()?;
        self.read(address, bytes.get_mut(..size)?)?;
        Some(u64::from_le_bytes(bytes))
    }

    /// The pointer or word at `address`.
    pub(crate) fn word(&self, address: u64) -> Option<u64> {
        let skip = skip(address);
        if skip > LINE - 8 {
            let mut bytes = [0; 8];
            self.read(address, &mut bytes)?;
            return Some(u64::from_le_bytes(bytes));
        }
        // Nearly all that is read lies in one line.
        fuel::spend();
        let line = self.line(address)?;
        let bytes = line.bytes.get(skip..)?.first_chunk()?;
        Some(u64::from_le_bytes(*bytes))
    }

    /// The line around an address.
    fn line(&self, at: u64) -> Option<RefMut<'_, Line>> {
        let start = at & !(LINE as u64 - 1);
        let place = usize::try_from(start / LINE as u64).ok()? % LINES;
        let mut line = RefMut::map(self.lines.borrow_mut(), |lines| &mut lines[place]);
        if line.address != start || line.age != self.age.get() {
            line.age = 0;
            if !(LOWEST..HIGHEST).contains(&start) {
                return None;
            }
            kernel::read(start, &mut line.bytes)?;
            line.address = start;
            line.age = self.age.get();
        }
        Some(line)
    }
}

/// Fills `into` from `address` with what is there at this moment.
pub(crate) fn read(address: u64, into: &mut [u8]) -> Option<()> {
    let end = address.checked_add(into.len() as u64)?;
    (address >= LOWEST && end <= HIGHEST).then_some(())?;
    kernel::read(address, into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_read() {
        let memory = Memory::new();
        let words: Vec<u64> = (0..1000).collect();
        for (index, word) in words.iter().enumerate() {
            let address = words.as_ptr() as u64 + index as u64 * 8;
            assert_eq!(memory.word(address), Some(*word));
        }
        let mut all = vec![0; 8000];
        let read = memory.read(words.as_ptr() as u64, &mut all);
        read.expect("it is mapped");
        assert_eq!(&all[7992..], 999_u64.to_le_bytes());
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        let memory = Memory::new();
        for address in [0, 8, 4096, u64::MAX, !8, !0 << 47, 1 << 47] {
            assert_eq!(memory.word(address), None, "{address:#x}");
        }
    }

    #[test]
    fn a_change_is_seen_after_forgetting() {
        let memory = Memory::new();
        let word = std::sync::atomic::AtomicU64::new(1);
        let address = word.as_ptr() as u64;
        assert_eq!(memory.word(address), Some(1));
        word.store(2, std::sync::atomic::Ordering::SeqCst);
        memory.forget();
        assert_eq!(memory.word(address), Some(2));
    }

    #[test]
    fn every_way_of_reading_gives_the_same() {
        let words = [1_u64, 2, 3, 4];
        for read in kernel::WAYS {
            let mut bytes = [0; 32];
            read(words.as_ptr() as u64, &mut bytes).expect("it is mapped");
            assert_eq!(bytes[24], 4);
            assert!(read(8, &mut bytes).is_err());
        }
    }
}
