//! The memory that interpreted code reads and writes: its own stack, the program, and the object that it drops.

use std::ops::Range;

use super::{bits::Bits, stack::Stack};
use crate::read::memory::Memory;

/// Bytes of an instruction, at most.
const LONGEST: usize = 15;

/// A part of the object that the function reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ObjectRead {
    /// Where in the object.
    pub(super) offset: u64,
    pub(super) size: u64,
    /// What is there.
    pub(super) number: u64,
}

/// Nothing of it is written but the stack, which is not a real one.
pub(super) struct MemoryView<'m> {
    memory: &'m Memory,
    /// Code and constants.
    program: &'m Range<u64>,
    object: Range<u64>,
    stack: Stack,
    /// Drop flags of the object that the function has cleared.
    cleared: Vec<u64>,
    /// Parts of the object that it has read.
    pub(super) reads: Vec<ObjectRead>,
}

impl<'m> MemoryView<'m> {
    pub(super) fn new(memory: &'m Memory, program: &'m Range<u64>, object: Range<u64>) -> Self {
        Self {
            memory,
            program,
            object,
            stack: Stack::new(),
            cleared: Vec::new(),
            reads: Vec::new(),
        }
    }

    /// The bytes of the instruction at an address, and how many of them there are.
    pub(super) fn code(&self, at: u64) -> Option<([u8; LONGEST], usize)> {
        let mut bytes = [0; LONGEST];
        let end = self.program.end;
        let most = usize::try_from(end.checked_sub(at)?).unwrap_or(usize::MAX);
        if !self.program.contains(&at) {
            return None;
        }
        // The code may end before that many bytes.
        let read = |length: &usize| self.memory.read(at, &mut bytes[..*length]).is_some();
        let length = (1..=LONGEST.min(most)).rev().find(read)?;
        Some((bytes, length))
    }

    /// What `size` bytes at an address are; `None` where nothing is to be read.
    pub(super) fn load(&mut self, address: u64, size: u64) -> Option<Bits> {
        if let Some(range) = Stack::range(address, size) {
            return Some(self.stack.load(range));
        }
        let end = address.checked_add(size)?;
        let lies_in = |range: &Range<u64>| range.start <= address && end <= range.end;
        let is_object = lies_in(&self.object);
        (is_object || lies_in(self.program)).then_some(())?;
        let mut number = self.memory.number(address, size)?;
        if is_object {
            // Noted as it is in memory: what the function has cleared follows from what it read.
            let offset = address.wrapping_sub(self.object.start);
            self.reads.push(ObjectRead {
                offset,
                size,
                number,
            });
        }
        // The object itself is never written.
        for cleared in &self.cleared {
            if (address..end).contains(cleared) {
                number &= !(0xff << ((cleared - address) * 8));
            }
        }
        Some(Bits::all(number))
    }

    /// Writes `size` bytes; `None` where nothing is to be written.
    pub(super) fn store(&mut self, address: u64, value: Bits, size: u64) -> Option<()> {
        if let Some(range) = Stack::range(address, size) {
            self.stack.store(range, value);
            return Some(());
        }
        let end = address.checked_add(size)?;
        if self.object.contains(&address) {
            // Anything but a drop flag that is cleared would be the work of what was to be called.
            (size == 1 && value.number(1)? == 0).then_some(())?;
            self.cleared.push(address);
            return Some(());
        }
        // Counters of a coverage tool.
        (self.program.start <= address && end <= self.program.end).then_some(())
    }
}
