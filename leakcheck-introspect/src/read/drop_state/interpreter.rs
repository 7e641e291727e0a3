//! Interprets the machine code of one function: the processor executes none of it, and no memory of the program is written.
//!
//! Whatever it does not know for certain ends it with a `None`: an instruction, an address, a condition.

use std::ops::Range;

use super::{
    bits::{Bits, Flags, calculate},
    disassembler::disassemble,
    instruction::{
        Address, Arithmetic, Instruction, NEXT, Operand, RBP, RDI, REGISTERS, RSP, Register,
        Source, Target, widen,
    },
    memory_view::{MemoryView, ObjectRead},
    stack::Stack,
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
pub(super) struct DropCall {
    /// What it calls.
    pub(super) target: u64,
    /// Its first argument.
    pub(super) argument: u64,
}

/// What a function does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trace {
    /// In their order.
    pub(super) calls: Vec<DropCall>,
    pub(super) reads: Vec<ObjectRead>,
}

/// What the function at `entry` does with the object that lies at `object`.
///
/// Code that is optimised is a `None`. It keeps values in registers from one piece of straight code to the next, which
/// code that is not optimised never does: see [`Interpreter::enter`].
pub(super) fn follow(
    memory: &Memory,
    program: &Range<u64>,
    entry: u64,
    object: Range<u64>,
) -> Option<Trace> {
    let mut interpreter = Interpreter {
        registers: [Bits::UNKNOWN; REGISTERS],
        flags: None,
        calls: Vec::new(),
        memory: MemoryView::new(memory, program, object.clone()),
    };
    interpreter.registers[RDI] = Bits::all(object.start);
    interpreter.registers[RSP] = Bits::all(Stack::TOP);
    // The function is entered as if it had been called with a pointer to the object. It has ended when it returns to there.
    interpreter.push(Bits::all(CALLER))?;
    let mut at = entry;
    for _ in 0..STEPS {
        at = interpreter.step(at)?;
        if at == CALLER {
            let stack = interpreter.registers[RSP].number(8)?;
            return (stack == Stack::TOP).then_some(Trace {
                calls: interpreter.calls,
                reads: interpreter.memory.reads,
            });
        }
    }
    None
}

struct Interpreter<'m> {
    memory: MemoryView<'m>,
    registers: [Bits; REGISTERS],
    flags: Option<Flags>,
    calls: Vec<DropCall>,
}

impl Interpreter<'_> {
    /// Follows one instruction, and says where the next one lies.
    fn step(&mut self, at: u64) -> Option<u64> {
        let (bytes, length) = self.memory.code(at)?;
        let (instruction, next) = disassemble(bytes.get(..length)?, at)?;
        self.registers[NEXT] = Bits::all(next);
        match instruction {
            Instruction::Rest => {}
            Instruction::Copy { to, from, size } => {
                let value = self.source(from, size)?;
                self.put(to, value, size)?;
            }
            Instruction::Widen {
                to,
                from,
                narrow,
                size,
                is_signed,
            } => {
                let value = self.get(from, narrow)?.number(narrow);
                let widened = value.map(|bits| if is_signed { widen(bits, narrow) } else { bits });
                let widened = widened.map_or(Bits::UNKNOWN, Bits::all);
                self.put(Operand::Register(to), widened, size)?;
            }
            Instruction::Point { to, at, size } => {
                let address = Bits::all(self.address(at)?);
                self.put(Operand::Register(to), address, size)?;
            }
            Instruction::Calculate {
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
            Instruction::Count { how, place, size } => {
                let result = self.calculate(how, place, Source::Constant(1), size)?;
                self.put(place, result, size)?;
                self.flags = None;
            }
            Instruction::Push(from) => {
                let value = self.get(from, 8)?;
                self.push(value)?;
            }
            Instruction::Pop(to) => {
                let value = self.pop()?;
                self.put(Operand::Register(to), value, 8)?;
            }
            Instruction::Jump(target) => return self.enter(target),
            Instruction::Branch(condition, to) => {
                let is_met = self.flags?.meet(condition)?;
                return self.enter(Target::At(if is_met { to } else { next }));
            }
            Instruction::Set(condition, to) => {
                let is_met = self.flags?.meet(condition)?;
                self.put(to, Bits::all(is_met.into()), 1)?;
            }
            Instruction::Choose { on, to, from, size } => {
                let from = if self.flags?.meet(on)? {
                    from
                } else {
                    Operand::Register(to)
                };
                let value = self.get(from, size)?;
                self.put(Operand::Register(to), value, size)?;
            }
            Instruction::Call(target) => self.call(target)?,
            Instruction::Return => return self.pop()?.number(8),
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
        let call = DropCall {
            target: self.target(target)?,
            argument: self.registers[RDI].number(8)?,
        };
        self.calls.push(call);
        // What was called may have changed all other registers, and what it returns is not known.
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
        left: Operand,
        right: Source,
        size: u64,
    ) -> Option<Bits> {
        // A register is cleared without regard to what was in it.
        let clears = how == Arithmetic::ExclusiveOr && right == Source::Operand(left);
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
        self.memory.store(top, value, 8)
    }

    fn pop(&mut self) -> Option<Bits> {
        let top = self.registers[RSP].number(8)?;
        let value = self.memory.load(top, 8)?;
        self.registers[RSP] = Bits::all(top.wrapping_add(8));
        Some(value)
    }

    fn source(&mut self, from: Source, size: u64) -> Option<Bits> {
        match from {
            Source::Operand(place) => self.get(place, size),
            Source::Constant(number) => Some(Bits::all(number)),
        }
    }

    fn get(&mut self, place: Operand, size: u64) -> Option<Bits> {
        match place {
            Operand::Register(register) => self.registers.get(register).copied(),
            Operand::Memory(address) => self.memory.load(self.address(address)?, size),
        }
    }

    fn put(&mut self, place: Operand, value: Bits, size: u64) -> Option<()> {
        let register = match place {
            Operand::Memory(address) => {
                return self.memory.store(self.address(address)?, value, size);
            }
            Operand::Register(register) => self.registers.get_mut(register)?,
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
