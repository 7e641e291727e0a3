//! Decodes the few instructions of x86-64 that drop code is made of where it was not optimised. All others are a `None`.

use super::{
    code_reader::CodeReader,
    instruction::{Arithmetic, Instruction as I, Instruction, Operand, RAX, Source, Target},
};

/// What is behind the first byte of an instruction that marks where calls may go, and does nothing.
const ENTRY: [u8; 3] = [0x0f, 0x1e, 0xfa];

/// The instruction at the start of `bytes`, which lie at `at`, and where the next one lies.
pub(super) fn disassemble(bytes: &[u8], at: u64) -> Option<(Instruction, u64)> {
    let mut code = CodeReader::new(bytes, at);
    let instruction = code.instruction()?;
    Some((instruction, code.next()))
}

impl CodeReader<'_> {
    /// The instruction that starts here.
    fn instruction(&mut self) -> Option<Instruction> {
        let mut opcode = self.byte()?;
        if opcode == 0x66 {
            self.is_word = true;
            opcode = self.byte()?;
        }
        if opcode & 0xf0 == 0x40 {
            self.extension = opcode;
            opcode = self.byte()?;
        }
        // What goes elsewhere has no operands that could be narrower.
        if self.is_word && matches!(opcode, 0x70..0x80 | 0xc3 | 0xe8..0xec) {
            return None;
        }
        let size = self.size(opcode);
        let wide = self.wide();
        Some(match opcode {
            0x0f => return self.long(),
            0x00..0x40 => return self.arithmetic(opcode, size),
            0x50..0x58 if !self.is_word => I::Push(Operand::Register(self.low(opcode))),
            0x58..0x60 if !self.is_word => I::Pop(self.low(opcode)),
            0x63 => self.widened(4, true)?,
            0x70..0x80 => I::Branch(opcode & 15, self.distance(1)?),
            0x80 | 0x81 | 0x83 => {
                let (which, left) = self.group(size)?;
                let right = if opcode == 0x83 {
                    self.number(1)?
                } else {
                    self.constant(size)?
                };
                calculate(which, left, Source::Constant(right), size)?
            }
            0x84 | 0x85 => {
                let (right, left) = self.operands(size)?;
                test(left, Source::Operand(Operand::Register(right)), size)
            }
            0x88 | 0x89 => {
                let (from, to) = self.operands(size)?;
                copy(to, Source::Operand(Operand::Register(from)), size)
            }
            0x8a | 0x8b => {
                let (to, from) = self.operands(size)?;
                copy(Operand::Register(to), Source::Operand(from), size)
            }
            0x8d => match self.operands(wide)? {
                (to, Operand::Memory(at)) => I::Point { to, at, size: wide },
                (_, Operand::Register(_)) => return None,
            },
            0x90 if self.extension == 0 => I::Rest,
            0xa8 | 0xa9 => {
                let right = Source::Constant(self.constant(size)?);
                test(Operand::Register(RAX), right, size)
            }
            0xb0..0xb8 => {
                let to = self.low(opcode);
                self.is_plain(to, 1)?;
                copy(Operand::Register(to), Source::Constant(self.number(1)?), 1)
            }
            0xb8..0xc0 => {
                let to = Operand::Register(self.low(opcode));
                copy(to, Source::Constant(self.number(wide)?), wide)
            }
            0xc3 => I::Return,
            0xc6 | 0xc7 => match self.group(size)? {
                (0, to) => copy(to, Source::Constant(self.constant(size)?), size),
                _ => return None,
            },
            0xe8 => I::Call(Target::At(self.distance(4)?)),
            0xe9 => I::Jump(Target::At(self.distance(4)?)),
            0xeb => I::Jump(Target::At(self.distance(1)?)),
            0xf3 if self.rest().starts_with(&ENTRY) => {
                for _ in ENTRY {
                    self.byte()?;
                }
                I::Rest
            }
            0xf6 | 0xf7 => match self.group(size)? {
                (0, left) => test(left, Source::Constant(self.constant(size)?), size),
                _ => return None,
            },
            // Calls, jumps and pushes are of eight bytes without a prefix.
            0xff if !self.is_word && self.rest().first()? >> 3 & 7 > 1 => match self.group(8)? {
                (2, place) => I::Call(Target::In(place)),
                (4, place) => I::Jump(Target::In(place)),
                (6, place) => I::Push(place),
                _ => return None,
            },
            0xfe | 0xff => match self.group(size)? {
                (0, place) => count(Arithmetic::Add, place, size),
                (1, place) => count(Arithmetic::Subtract, place, size),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Opcodes of two bytes.
    fn long(&mut self) -> Option<Instruction> {
        let opcode = self.byte()?;
        let wide = self.wide();
        Some(match opcode {
            0x1f => {
                self.group(wide)?;
                I::Rest
            }
            0x40..0x50 => {
                let (to, from) = self.operands(wide)?;
                I::Choose {
                    on: opcode & 15,
                    to,
                    from,
                    size: wide,
                }
            }
            0x80..0x90 if !self.is_word => I::Branch(opcode & 15, self.distance(4)?),
            0x90..0xa0 => I::Set(opcode & 15, self.group(1)?.1),
            0xb6 | 0xbe => self.widened(1, opcode == 0xbe)?,
            0xb7 | 0xbf => self.widened(2, opcode == 0xbf)?,
            _ => return None,
        })
    }

    fn widened(&mut self, narrow: u64, is_signed: bool) -> Option<Instruction> {
        let size = self.wide();
        let to = self.middle(*self.rest().first()?);
        let (_, from) = self.group(narrow)?;
        Some(I::Widen {
            to,
            from,
            narrow,
            size,
            is_signed,
        })
    }

    /// The eight calculations that share a way of encoding their operands.
    fn arithmetic(&mut self, opcode: u8, size: u64) -> Option<Instruction> {
        let (left, right) = match opcode & 7 {
            0 | 1 => {
                let (register, place) = self.operands(size)?;
                (place, Source::Operand(Operand::Register(register)))
            }
            2 | 3 => {
                let (register, place) = self.operands(size)?;
                (Operand::Register(register), Source::Operand(place))
            }
            4 | 5 => (
                Operand::Register(RAX),
                Source::Constant(self.constant(size)?),
            ),
            _ => return None,
        };
        calculate(opcode >> 3, left, right, size)
    }
}

fn copy(to: Operand, from: Source, size: u64) -> Instruction {
    I::Copy { to, from, size }
}

fn count(how: Arithmetic, place: Operand, size: u64) -> Instruction {
    I::Count { how, place, size }
}

fn test(left: Operand, right: Source, size: u64) -> Instruction {
    I::Calculate {
        how: Arithmetic::And,
        left,
        right,
        size,
        keeps: false,
    }
}

/// The calculation of a number; those that also add what was carried are not used to drop.
fn calculate(which: u8, left: Operand, right: Source, size: u64) -> Option<Instruction> {
    let how = match which {
        0 => Arithmetic::Add,
        1 => Arithmetic::Or,
        4 => Arithmetic::And,
        5 | 7 => Arithmetic::Subtract,
        6 => Arithmetic::ExclusiveOr,
        _ => return None,
    };
    Some(I::Calculate {
        how,
        left,
        right,
        size,
        keeps: which != 7,
    })
}
