//! The line of an address: the program of line numbers that each unit has, run until a row has the address.
//!
//! gimli makes rows of all of it, instruction by instruction, which would be a third of a first report of a program that is
//! not optimised.

use std::ops::Range;

use gimli::{LineProgramHeader, constants as c};

use super::{
    pattern::number,
    sections::{Slice, fixed_number},
};
use crate::read::fuel;

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) file: u64,
    /// 0 for none.
    pub(super) line: u32,
    /// 0 for the left edge.
    pub(super) column: u32,
}

/// Code without a gap, usually one function.
#[derive(Debug)]
pub(super) struct Sequence {
    addresses: Range<u64>,
    /// Where its instructions begin.
    start: usize,
}

/// The machine that the format defines.
struct Machine<'h> {
    header: &'h LineProgramHeader<Slice>,
    bytes: &'static [u8],
    at: usize,
    address: u64,
    row: Row,
}

/// What an instruction may do besides changing the machine.
enum Step {
    Row,
    EndOfSequence,
    Nothing,
}

/// The sequences of a program, in its order.
pub(super) fn sequences(header: &LineProgramHeader<Slice>) -> Vec<Sequence> {
    let mut sequences = Vec::new();
    let mut machine = Machine::at(header, 0);
    let (mut first, mut start) = (None, 0);
    while let Some(step) = machine.step() {
        match step {
            Step::Row if first.is_none() => first = Some(machine.address),
            Step::EndOfSequence => {
                if let Some(first) = first.take() {
                    let addresses = first..machine.address;
                    sequences.push(Sequence { addresses, start });
                }
                start = machine.at;
                machine = Machine::at(header, start);
            }
            Step::Row | Step::Nothing => {}
        }
    }
    sequences
}

/// The row of an address.
pub(super) fn row_at(
    header: &LineProgramHeader<Slice>,
    sequences: &[Sequence],
    place: u64,
) -> Option<Row> {
    let sequence = sequences
        .iter()
        .find(|sequence| sequence.addresses.contains(&place))?;
    let mut machine = Machine::at(header, sequence.start);
    let mut found = None;
    loop {
        match machine.step()? {
            Step::Row if machine.address <= place => found = Some(machine.row),
            Step::EndOfSequence => return found,
            Step::Row | Step::Nothing => {}
        }
    }
}

impl<'h> Machine<'h> {
    /// As it is at the begin of a sequence, whose instructions begin there.
    fn at(header: &'h LineProgramHeader<Slice>, at: usize) -> Self {
        Self {
            header,
            bytes: header.raw_program_buf().slice(),
            at,
            address: 0,
            row: Row {
                file: 1,
                line: 1,
                column: 0,
            },
        }
    }

    /// Does one instruction; `None` where there is no other, or none that can be read.
    fn step(&mut self) -> Option<Step> {
        fuel::spend();
        let code = *self.bytes.get(self.at)?;
        self.at += 1;
        if let Some(operation) = code.checked_sub(self.header.opcode_base()) {
            self.advance(operation)?;
            let lines = operation % self.header.line_range();
            let lines = i32::from(self.header.line_base()) + i32::from(lines);
            self.row.line = self.row.line.wrapping_add_signed(lines);
            return Some(Step::Row);
        }
        match gimli::DwLns(code) {
            gimli::DwLns(0) => return self.extended(),
            c::DW_LNS_copy => return Some(Step::Row),
            c::DW_LNS_advance_line => {
                let lines = self.signed()?;
                self.row.line = self.row.line.wrapping_add_signed(lines);
            }
            c::DW_LNS_const_add_pc => self.advance(255 - self.header.opcode_base())?,
            c::DW_LNS_fixed_advance_pc => {
                let more = fixed_number(self.bytes, self.at, 2)?;
                self.address = self.address.wrapping_add(more);
                self.at += 2;
            }
            c::DW_LNS_advance_pc => {
                let operations = self.number()?;
                self.advance_by(operations)?;
            }
            c::DW_LNS_set_file => self.row.file = self.number()?,
            c::DW_LNS_set_column => self.row.column = u32::try_from(self.number()?).ok()?,
            _ => {
                let lengths = self.header.standard_opcode_lengths().slice();
                for _ in 0..*lengths.get(usize::from(code) - 1)? {
                    self.number()?;
                }
            }
        }
        Some(Step::Nothing)
    }

    /// An instruction that says how long it is.
    fn extended(&mut self) -> Option<Step> {
        let length = usize::try_from(self.number()?).ok()?;
        let end = self.at.checked_add(length)?;
        let operands = self.bytes.get(self.at..end)?;
        self.at = end;
        match gimli::DwLne(*operands.first()?) {
            c::DW_LNE_end_sequence => return Some(Step::EndOfSequence),
            c::DW_LNE_set_address => {
                self.address = fixed_number(operands, 1, (length - 1).min(8))?;
            }
            _ => {}
        }
        Some(Step::Nothing)
    }

    /// Goes on by what an operation stands for, of which there are as many to a line as the header says.
    fn advance(&mut self, operation: u8) -> Option<()> {
        let operations = operation.checked_div(self.header.line_range())?;
        self.advance_by(operations.into())
    }

    fn advance_by(&mut self, operations: u64) -> Option<()> {
        // Instructions that are several operations at once belong to other processors.
        (self.header.maximum_operations_per_instruction() <= 1).then_some(())?;
        let length = self.header.minimum_instruction_length().into();
        let more = operations.wrapping_mul(length);
        self.address = self.address.wrapping_add(more);
        Some(())
    }

    /// An operand.
    fn number(&mut self) -> Option<u64> {
        let (number, end) = number(self.bytes, self.at)?;
        self.at = end;
        Some(number as u64)
    }

    /// An operand with a sign, of seven bits to a byte.
    fn signed(&mut self) -> Option<i32> {
        let (mut number, mut shift) = (0_i64, 0);
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            if shift < 63 {
                number |= i64::from(byte & 0x7f) << shift;
                shift += 7;
            }
            if byte < 0x80 {
                if byte & 0x40 != 0 && shift < 63 {
                    number -= 1 << shift;
                }
                return i32::try_from(number).ok();
            }
        }
    }
}
