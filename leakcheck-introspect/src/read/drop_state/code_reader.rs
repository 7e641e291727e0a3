//! Reads the parts that instructions are encoded by.

use super::instruction::{Address, NEXT, Operand, RSP, Register, widen};

/// Bytes that are being decoded.
pub(super) struct CodeReader<'b> {
    bytes: &'b [u8],
    at: u64,
    length: usize,
    /// The prefix that widens operands and the numbers of registers; 0 where there is none.
    pub(super) extension: u8,
    /// Whether a prefix makes operands two bytes wide.
    pub(super) is_word: bool,
}

impl<'b> CodeReader<'b> {
    /// Bytes that lie at `at`.
    pub(super) fn new(bytes: &'b [u8], at: u64) -> Self {
        Self {
            bytes,
            at,
            length: 0,
            extension: 0,
            is_word: false,
        }
    }

    /// The bytes that are not decoded yet.
    pub(super) fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.length..).unwrap_or_default()
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.length)?;
        self.length += 1;
        Some(byte)
    }

    /// What lies behind the bytes that are decoded.
    pub(super) fn next(&self) -> u64 {
        self.at.wrapping_add(self.length as u64)
    }

    /// A signed number of 1, 2 or 4 bytes, widened.
    pub(super) fn number(&mut self, size: u64) -> Option<u64> {
        let mut bits = 0;
        for index in 0..size {
            bits |= u64::from(self.byte()?) << (index * 8);
        }
        Some(widen(bits, size))
    }

    /// A constant operand of an instruction on `size` bytes: never longer than four.
    pub(super) fn constant(&mut self, size: u64) -> Option<u64> {
        self.number(size.min(4))
    }

    /// A distance from the next instruction.
    pub(super) fn distance(&mut self, size: u64) -> Option<u64> {
        let distance = self.number(size)?;
        Some(self.next().wrapping_add(distance))
    }

    /// Size of the operands of an instruction that exists for bytes (even) and for wider ones (odd).
    pub(super) fn size(&self, opcode: u8) -> u64 {
        match opcode & 1 {
            0 => 1,
            _ => self.wide(),
        }
    }

    /// Size of operands that are wider than a byte.
    pub(super) fn wide(&self) -> u64 {
        match (self.extension & 8 != 0, self.is_word) {
            (true, _) => 8,
            (false, true) => 2,
            (false, false) => 4,
        }
    }

    /// The register in the lowest bits of an opcode.
    pub(super) fn low(&self, opcode: u8) -> Register {
        usize::from(opcode & 7 | (self.extension & 1) << 3)
    }

    /// The register in the middle of an operand's mode.
    pub(super) fn middle(&self, mode: u8) -> Register {
        usize::from(mode >> 3 & 7 | (self.extension & 4) << 1)
    }

    /// A register and another operand.
    pub(super) fn operands(&mut self, size: u64) -> Option<(Register, Operand)> {
        let register = self.middle(*self.rest().first()?);
        let (_, place) = self.group(size)?;
        self.is_plain(register, size)?;
        Some((register, place))
    }

    /// Like [`operands`](Self::operands), with more of the opcode in place of the register.
    pub(super) fn group(&mut self, size: u64) -> Option<(u8, Operand)> {
        let mode = self.byte()?;
        let place = self.place(mode)?;
        if let Operand::Register(register) = place {
            self.is_plain(register, size)?;
        }
        Some((mode >> 3 & 7, place))
    }

    /// Without a prefix, four numbers stand for the second bytes of other registers.
    pub(super) fn is_plain(&self, register: Register, size: u64) -> Option<()> {
        (size > 1 || self.extension != 0 || register < 4).then_some(())
    }

    /// The operand that a mode describes.
    fn place(&mut self, mode: u8) -> Option<Operand> {
        let low = self.low(mode);
        if mode >> 6 == 3 {
            return Some(Operand::Register(low));
        }
        let mut address = Address::default();
        if mode & 7 == 4 {
            let scaled = self.byte()?;
            let index = usize::from(scaled >> 3 & 7 | (self.extension & 2) << 2);
            // The number of the stack's register stands for none.
            address.index = (index != RSP).then_some((index, 1 << (scaled >> 6)));
            if mode >> 6 != 0 || scaled & 7 != 5 {
                address.base = Some(self.low(scaled));
            } else {
                address.offset = self.number(4)?;
            }
        } else if mode >> 6 == 0 && mode & 7 == 5 {
            address.base = Some(NEXT);
            address.offset = self.number(4)?;
        } else {
            address.base = Some(low);
        }
        address.offset = match mode >> 6 {
            0 => address.offset,
            1 => self.number(1)?,
            _ => self.number(4)?,
        };
        Some(Operand::Memory(address))
    }
}
