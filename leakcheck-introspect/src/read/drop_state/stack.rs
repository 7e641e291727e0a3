//! The stack that interpreted code works on.

use std::ops::Range;

use super::bits::Bits;

/// Where it seems to lie: an address that no program has.
const STACK: u64 = 1 << 60;
/// How many bytes it has: drop code needs few.
const SIZE: usize = 4096;

/// The bytes of a frame, of which those are known that were written.
pub(super) struct Stack {
    bytes: Vec<u8>,
    known: Vec<u8>,
}

impl Stack {
    /// Where it ends.
    pub(super) const TOP: u64 = STACK + SIZE as u64;

    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; SIZE],
            known: vec![0; SIZE],
        }
    }

    /// Which of its bytes lie at an address.
    pub(super) fn range(address: u64, size: u64) -> Option<Range<usize>> {
        let start = usize::try_from(address.checked_sub(STACK)?).ok()?;
        let end = start.checked_add(usize::try_from(size).ok()?)?;
        (end <= SIZE).then_some(start..end)
    }

    pub(super) fn load(&self, range: Range<usize>) -> Bits {
        let word = |from: &[u8]| {
            let mut bytes = [0; 8];
            bytes[..range.len()].copy_from_slice(&from[range.clone()]);
            u64::from_le_bytes(bytes)
        };
        Bits {
            bits: word(&self.bytes),
            known: word(&self.known),
        }
    }

    pub(super) fn store(&mut self, range: Range<usize>, value: Bits) {
        let size = range.len();
        self.bytes[range.clone()].copy_from_slice(&value.bits.to_le_bytes()[..size]);
        self.known[range].copy_from_slice(&value.known.to_le_bytes()[..size]);
    }
}
