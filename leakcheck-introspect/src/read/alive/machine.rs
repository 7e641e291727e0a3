//! Follows the machine code of one function on copies: nothing is executed, and nothing outside of it is written.
//!
//! Whatever it does not know for certain ends it with a `None`: an instruction, an address, a condition.

use std::ops::Range;

use super::{
    action::{
        Action, Address, Arithmetic, NEXT, Place, RBP, RDI, REGISTERS, RSP, Register, Source,
        Target, widen,
    },
    bits::{Bits, Flags, calculate},
    decode::decode,
    stack::Stack,
    world::{Read, World},
};
use crate::read::memory::Memory;

/// Instructions that are followed.
const STEPS: u32 = 20_000;
/// Where the function seems to return to: an address that no program has.
const CALLER: u64 = 1 << 61;
/// Registers that a called function keeps: `rbx`, `rsp`, `rbp` and `r12` to `r15`.
const KEPT: [Register; 7] = [3, RSP, RBP, 12, 13, 14, 15];

/// A call that the function makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// What it calls.
    pub(super) target: u64,
    /// Its first argument.
    pub(super) argument: u64,
}

/// What a function does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Followed {
    /// In their order.
    pub(super) calls: Vec<Call>,
    pub(super) reads: Vec<Read>,
}

/// What the function at `entry` does with the object that lies at `object`.
///
/// Code that is optimised is a `None`. It keeps values in registers from one piece of straight code to the next, which
/// code that is not optimised never does: see [`Machine::enter`].
pub(super) fn follow(
    memory: &Memory,
    program: &Range<u64>,
    entry: u64,
    object: Range<u64>,
) -> Option<Followed> {
    let mut machine = Machine {
        registers: [Bits::UNKNOWN; REGISTERS],
        flags: None,
        calls: Vec::new(),
        world: World::new(memory, program, object.clone()),
    };
    machine.registers[RDI] = Bits::all(object.start);
    machine.registers[RSP] = Bits::all(Stack::TOP);
    machine.push(Bits::all(CALLER))?;
    let mut at = entry;
    for _ in 0..STEPS {
        at = machine.step(at)?;
        if at == CALLER {
            let stack = machine.registers[RSP].number(8)?;
            return (stack == Stack::TOP).then_some(Followed {
                calls: machine.calls,
                reads: machine.world.reads,
            });
        }
    }
    None
}

struct Machine<'m> {
    world: World<'m>,
    registers: [Bits; REGISTERS],
    flags: Option<Flags>,
    calls: Vec<Call>,
}

impl Machine<'_> {
    /// Follows one instruction, and says where the next one lies.
    fn step(&mut self, at: u64) -> Option<u64> {
        let (bytes, length) = self.world.code(at)?;
        let (action, next) = decode(bytes.get(..length)?, at)?;
        self.registers[NEXT] = Bits::all(next);
        match action {
            Action::Rest => {}
            Action::Copy { to, from, size } => {
                let value = self.source(from, size)?;
                self.put(to, value, size)?;
            }
            Action::Widen {
                to,
                from,
                narrow,
                size,
                is_signed,
            } => {
                let value = self.get(from, narrow)?.number(narrow);
                let widened = value.map(|bits| if is_signed { widen(bits, narrow) } else { bits });
                let widened = widened.map_or(Bits::UNKNOWN, Bits::all);
                self.put(Place::Register(to), widened, size)?;
            }
            Action::Point { to, at, size } => {
                let address = Bits::all(self.address(at)?);
                self.put(Place::Register(to), address, size)?;
            }
            Action::Calculate {
                how,
                left,
                right,
                size,
                keeps,
            } => {
                let result = self.calculate(how, left, right, size)?;
                if keeps {
                    self.put(left, result, size)?;
                }
            }
            Action::Count { how, place, size } => {
                let result = self.calculate(how, place, Source::Constant(1), size)?;
                self.put(place, result, size)?;
                self.flags = None;
            }
            Action::Push(from) => {
                let value = self.get(from, 8)?;
                self.push(value)?;
            }
            Action::Pop(to) => {
                let value = self.pop()?;
                self.put(Place::Register(to), value, 8)?;
            }
            Action::Jump(target) => return self.enter(target),
            Action::Branch(condition, to) => {
                let is_met = self.flags?.meet(condition)?;
                return self.enter(Target::At(if is_met { to } else { next }));
            }
            Action::Set(condition, to) => {
                let is_met = self.flags?.meet(condition)?;
                self.put(to, Bits::all(is_met.into()), 1)?;
            }
            Action::Choose { on, to, from, size } => {
                let from = if self.flags?.meet(on)? {
                    from
                } else {
                    Place::Register(to)
                };
                let value = self.get(from, size)?;
                self.put(Place::Register(to), value, size)?;
            }
            Action::Call(target) => self.call(target)?,
            Action::Return => return self.pop()?.number(8),
        }
        Some(next)
    }

    /// Goes to where a new piece of straight code starts.
    ///
    /// Code that is not optimised starts it with nothing but its frame, and takes all it needs from there. Code that is
    /// optimised may have dropped something without a call, so that what it needs is made unknown here.
    fn enter(&mut self, target: Target) -> Option<u64> {
        let to = self.target(target)?;
        let frame = self.registers[RBP]
            .number(8)
            .filter(|address| Stack::range(*address, 0).is_some());
        let stack = self.registers[RSP];
        self.registers = [Bits::UNKNOWN; REGISTERS];
        self.registers[RSP] = stack;
        self.registers[RBP] = frame.map_or(Bits::UNKNOWN, Bits::all);
        self.flags = None;
        Some(to)
    }

    /// Notes a call instead of making it.
    fn call(&mut self, target: Target) -> Option<()> {
        let call = Call {
            target: self.target(target)?,
            argument: self.registers[RDI].number(8)?,
        };
        self.calls.push(call);
        for (number, register) in self.registers.iter_mut().enumerate() {
            if !KEPT.contains(&number) {
                *register = Bits::UNKNOWN;
            }
        }
        self.flags = None;
        Some(())
    }

    fn target(&mut self, target: Target) -> Option<u64> {
        match target {
            Target::At(address) => Some(address),
            Target::In(place) => self.get(place, 8)?.number(8),
        }
    }

    fn calculate(
        &mut self,
        how: Arithmetic,
        left: Place,
        right: Source,
        size: u64,
    ) -> Option<Bits> {
        // A register is cleared without regard to what was in it.
        let clears = how == Arithmetic::ExclusiveOr && right == Source::Place(left);
        let (left, right) = if clears {
            (Bits::all(0), Bits::all(0))
        } else {
            (self.get(left, size)?, self.source(right, size)?)
        };
        let result = calculate(how, left, right, size);
        self.flags = result.map(|result| result.1);
        Some(result.map_or(Bits::UNKNOWN, |result| Bits::all(result.0)))
    }

    fn push(&mut self, value: Bits) -> Option<()> {
        let top = self.registers[RSP].number(8)?.wrapping_sub(8);
        self.registers[RSP] = Bits::all(top);
        self.world.store(top, value, 8)
    }

    fn pop(&mut self) -> Option<Bits> {
        let top = self.registers[RSP].number(8)?;
        let value = self.world.load(top, 8)?;
        self.registers[RSP] = Bits::all(top.wrapping_add(8));
        Some(value)
    }

    fn source(&mut self, from: Source, size: u64) -> Option<Bits> {
        match from {
            Source::Place(place) => self.get(place, size),
            Source::Constant(number) => Some(Bits::all(number)),
        }
    }

    fn get(&mut self, place: Place, size: u64) -> Option<Bits> {
        match place {
            Place::Register(register) => self.registers.get(register).copied(),
            Place::Memory(address) => self.world.load(self.address(address)?, size),
        }
    }

    fn put(&mut self, place: Place, value: Bits, size: u64) -> Option<()> {
        let register = match place {
            Place::Memory(address) => return self.world.store(self.address(address)?, value, size),
            Place::Register(register) => self.registers.get_mut(register)?,
        };
        // Four bytes clear the upper half, fewer keep what is above them.
        let above = if size == 4 { Bits::all(0) } else { *register };
        *register = value.below(above, size);
        Some(())
    }

    fn address(&self, address: Address) -> Option<u64> {
        let register = |number: Register| self.registers.get(number)?.number(8);
        let mut sum = address.offset;
        if let Some(base) = address.base {
            sum = sum.wrapping_add(register(base)?);
        }
        if let Some((index, scale)) = address.index {
            sum = sum.wrapping_add(register(index)?.wrapping_mul(scale));
        }
        Some(sum)
    }
}
