//! Decodes the few instructions of x86-64 that drop code is made of where it was not optimised. All others are a `None`.

use super::{
    action::{Action as A, Action, Arithmetic, Place, RAX, Source, Target},
    code::Code,
};

/// What is behind the first byte of an instruction that marks where calls may go, and does nothing.
const ENTRY: [u8; 3] = [0x0f, 0x1e, 0xfa];

/// The instruction at the start of `bytes`, which lie at `at`, and where the next one lies.
pub(super) fn decode(bytes: &[u8], at: u64) -> Option<(Action, u64)> {
    let mut code = Code::new(bytes, at);
    let action = code.action()?;
    Some((action, code.next()))
}

impl Code<'_> {
    /// The instruction that starts here.
    fn action(&mut self) -> Option<Action> {
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
            0x50..0x58 if !self.is_word => A::Push(Place::Register(self.low(opcode))),
            0x58..0x60 if !self.is_word => A::Pop(self.low(opcode)),
            0x63 => self.widened(4, true)?,
            0x70..0x80 => A::Branch(opcode & 15, self.distance(1)?),
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
                test(left, Source::Place(Place::Register(right)), size)
            }
            0x88 | 0x89 => {
                let (from, to) = self.operands(size)?;
                copy(to, Source::Place(Place::Register(from)), size)
            }
            0x8a | 0x8b => {
                let (to, from) = self.operands(size)?;
                copy(Place::Register(to), Source::Place(from), size)
            }
            0x8d => match self.operands(wide)? {
                (to, Place::Memory(at)) => A::Point { to, at, size: wide },
                (_, Place::Register(_)) => return None,
            },
            0x90 if self.extension == 0 => A::Rest,
            0xa8 | 0xa9 => {
                let right = Source::Constant(self.constant(size)?);
                test(Place::Register(RAX), right, size)
            }
            0xb0..0xb8 => {
                let to = self.low(opcode);
                self.is_plain(to, 1)?;
                copy(Place::Register(to), Source::Constant(self.number(1)?), 1)
            }
            0xb8..0xc0 => {
                let to = Place::Register(self.low(opcode));
                copy(to, Source::Constant(self.number(wide)?), wide)
            }
            0xc3 => A::Return,
            0xc6 | 0xc7 => match self.group(size)? {
                (0, to) => copy(to, Source::Constant(self.constant(size)?), size),
                _ => return None,
            },
            0xe8 => A::Call(Target::At(self.distance(4)?)),
            0xe9 => A::Jump(Target::At(self.distance(4)?)),
            0xeb => A::Jump(Target::At(self.distance(1)?)),
            0xf3 if self.rest().starts_with(&ENTRY) => {
                for _ in ENTRY {
                    self.byte()?;
                }
                A::Rest
            }
            0xf6 | 0xf7 => match self.group(size)? {
                (0, left) => test(left, Source::Constant(self.constant(size)?), size),
                _ => return None,
            },
            // Calls, jumps and pushes are of eight bytes without a prefix.
            0xff if !self.is_word && self.rest().first()? >> 3 & 7 > 1 => match self.group(8)? {
                (2, place) => A::Call(Target::In(place)),
                (4, place) => A::Jump(Target::In(place)),
                (6, place) => A::Push(place),
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
    fn long(&mut self) -> Option<Action> {
        let opcode = self.byte()?;
        let wide = self.wide();
        Some(match opcode {
            0x1f => {
                self.group(wide)?;
                A::Rest
            }
            0x40..0x50 => {
                let (to, from) = self.operands(wide)?;
                A::Choose {
                    on: opcode & 15,
                    to,
                    from,
                    size: wide,
                }
            }
            0x80..0x90 if !self.is_word => A::Branch(opcode & 15, self.distance(4)?),
            0x90..0xa0 => A::Set(opcode & 15, self.group(1)?.1),
            0xb6 | 0xbe => self.widened(1, opcode == 0xbe)?,
            0xb7 | 0xbf => self.widened(2, opcode == 0xbf)?,
            _ => return None,
        })
    }

    fn widened(&mut self, narrow: u64, is_signed: bool) -> Option<Action> {
        let size = self.wide();
        let mode = self.byte()?;
        let from = self.place(mode)?;
        if let Place::Register(register) = from {
            self.is_plain(register, narrow)?;
        }
        Some(A::Widen {
            to: self.middle(mode),
            from,
            narrow,
            size,
            is_signed,
        })
    }

    /// The eight calculations that share a way of encoding their operands.
    fn arithmetic(&mut self, opcode: u8, size: u64) -> Option<Action> {
        let (left, right) = match opcode & 7 {
            0 | 1 => {
                let (register, place) = self.operands(size)?;
                (place, Source::Place(Place::Register(register)))
            }
            2 | 3 => {
                let (register, place) = self.operands(size)?;
                (Place::Register(register), Source::Place(place))
            }
            4 | 5 => (Place::Register(RAX), Source::Constant(self.constant(size)?)),
            _ => return None,
        };
        calculate(opcode >> 3, left, right, size)
    }
}

fn copy(to: Place, from: Source, size: u64) -> Action {
    A::Copy { to, from, size }
}

fn count(how: Arithmetic, place: Place, size: u64) -> Action {
    A::Count { how, place, size }
}

fn test(left: Place, right: Source, size: u64) -> Action {
    A::Calculate {
        how: Arithmetic::And,
        left,
        right,
        size,
        keeps: false,
    }
}

/// The calculation of a number; those that also add what was carried are not used to drop.
fn calculate(which: u8, left: Place, right: Source, size: u64) -> Option<Action> {
    let how = match which {
        0 => Arithmetic::Add,
        1 => Arithmetic::Or,
        4 => Arithmetic::And,
        5 | 7 => Arithmetic::Subtract,
        6 => Arithmetic::ExclusiveOr,
        _ => return None,
    };
    Some(A::Calculate {
        how,
        left,
        right,
        size,
        keeps: which != 7,
    })
}
