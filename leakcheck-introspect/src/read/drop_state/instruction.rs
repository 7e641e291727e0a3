//! What the instructions do that drop code is made of where it was not optimised.

use crate::read::value::mask;

/// Number of a register: those of the processor, and [`NEXT`].
pub(super) type Register = usize;

/// The register that results are returned in.
pub(super) const RAX: Register = 0;
/// The register that points to the top of the stack.
pub(super) const RSP: Register = 4;
/// The register that may point into the frame of the function.
pub(super) const RBP: Register = 5;
/// The register that holds the first argument.
pub(super) const RDI: Register = 7;
/// Stands for the address of the next instruction.
pub(super) const NEXT: Register = 16;
/// How many there are.
pub(super) const REGISTERS: usize = 17;

/// What one instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instruction {
    /// Nothing.
    Rest,
    /// Copies `size` bytes.
    Copy {
        to: Operand,
        from: Source,
        size: u64,
    },
    /// Copies `narrow` bytes and fills up to `size` bytes, with the sign or with zeros.
    Widen {
        to: Register,
        from: Operand,
        narrow: u64,
        size: u64,
        is_signed: bool,
    },
    /// Puts an address into a register.
    Point {
        to: Register,
        at: Address,
        size: u64,
    },
    /// Calculates, sets the flags, and keeps the result if `keeps`.
    Calculate {
        how: Arithmetic,
        left: Operand,
        right: Source,
        size: u64,
        keeps: bool,
    },
    /// Adds one or takes it away. That leaves one of the flags as it was, which nothing depends on here.
    Count {
        how: Arithmetic,
        place: Operand,
        size: u64,
    },
    /// Puts a word on the stack.
    Push(Operand),
    /// Takes a word off the stack.
    Pop(Register),
    /// Goes on elsewhere.
    Jump(Target),
    /// Goes on elsewhere if the condition is met.
    Branch(Condition, u64),
    /// Sets a byte to whether the condition is met.
    Set(Condition, Operand),
    /// Copies if the condition is met.
    Choose {
        on: Condition,
        to: Register,
        from: Operand,
        size: u64,
    },
    /// Calls a function.
    Call(Target),
    /// Returns from the function.
    Return,
}

/// A register or a place in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Register(Register),
    Memory(Address),
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Operand(Operand),
    Constant(u64),
}

/// Where the program goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    At(u64),
    In(Operand),
}

/// `base + index * scale + offset`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) base: Option<Register>,
    pub(super) index: Option<(Register, u64)>,
    pub(super) offset: u64,
}

/// Calculations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Or,
    And,
    Subtract,
    ExclusiveOr,
}

/// The number that stands for a condition in branches: even ones, and their opposites.
pub(super) type Condition = u8;

/// A signed number of `size` bytes as one of eight.
pub(super) fn widen(bits: u64, size: u64) -> u64 {
    let sign = mask(size) ^ mask(size) >> 1;
    ((bits & mask(size)) ^ sign).wrapping_sub(sign)
}
