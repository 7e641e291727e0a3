//! Numbers that may be unknown, and how they are calculated with.

use super::instruction::{Arithmetic, Condition, widen};
use crate::read::value::mask;

/// A value of which some bits may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    pub(super) bits: u64,
    /// Ones where it is known.
    pub(super) known: u64,
}

impl Bits {
    /// Nothing is known of it.
    pub(super) const UNKNOWN: Self = Self { bits: 0, known: 0 };

    /// A number that is known.
    pub(super) fn all(bits: u64) -> Self {
        Self {
            bits,
            known: u64::MAX,
        }
    }

    /// The number of `size` bytes, if all of it is known.
    pub(super) fn number(self, size: u64) -> Option<u64> {
        let mask = mask(size);
        (self.known & mask == mask).then_some(self.bits & mask)
    }

    /// Its lowest `size` bytes, with what another value has above them.
    pub(super) fn below(self, above: Self, size: u64) -> Self {
        let mask = mask(size);
        Self {
            bits: above.bits & !mask | self.bits & mask,
            known: above.known & !mask | self.known & mask,
        }
    }
}

/// What the last calculation came to.
#[derive(Clone, Copy, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "the processor has them one by one"
)]
pub(super) struct Flags {
    is_zero: bool,
    is_negative: bool,
    has_carried: bool,
    has_overflown: bool,
}

impl Flags {
    /// Whether a condition is met; those on parity are not known.
    pub(super) fn meet(self, condition: Condition) -> Option<bool> {
        let is_less = self.is_negative != self.has_overflown;
        let met = match condition >> 1 {
            0 => self.has_overflown,
            1 => self.has_carried,
            2 => self.is_zero,
            3 => self.has_carried || self.is_zero,
            4 => self.is_negative,
            6 => is_less,
            7 => is_less || self.is_zero,
            _ => return None,
        };
        Some(met != (condition & 1 == 1))
    }
}

/// The result and the flags, if both numbers are known.
pub(super) fn calculate(
    how: Arithmetic,
    left: Bits,
    right: Bits,
    size: u64,
) -> Option<(u64, Flags)> {
    let (left, right) = (left.number(size)?, right.number(size)?);
    let result = mask(size)
        & match how {
            Arithmetic::Add => left.wrapping_add(right),
            Arithmetic::Or => left | right,
            Arithmetic::And => left & right,
            Arithmetic::Subtract => left.wrapping_sub(right),
            Arithmetic::ExclusiveOr => left ^ right,
        };
    let is_negative = |number: u64| widen(number, size) >> 63 == 1;
    let has_turned = is_negative(left) != is_negative(result);
    let is_alike = is_negative(left) == is_negative(right);
    let flags = Flags {
        is_zero: result == 0,
        is_negative: is_negative(result),
        has_carried: match how {
            Arithmetic::Add => result < left,
            Arithmetic::Subtract => left < right,
            _ => false,
        },
        has_overflown: match how {
            Arithmetic::Add => is_alike && has_turned,
            Arithmetic::Subtract => !is_alike && has_turned,
            _ => false,
        },
    };
    Some((result, flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of one byte around the limits.
    const EDGES: [u8; 8] = [0, 1, 2, 0x7e, 0x7f, 0x80, 0x81, 0xff];

    #[test]
    fn conditions_compare_as_the_processor_does() {
        for left in EDGES {
            for right in EDGES {
                let (wide_left, wide_right) = (Bits::all(left.into()), Bits::all(right.into()));
                let (_, flags) = calculate(Arithmetic::Subtract, wide_left, wide_right, 1)
                    .expect("both are known");
                let signed = (left.cast_signed(), right.cast_signed());
                let met = [
                    (2, left < right),
                    (4, left == right),
                    (6, left <= right),
                    (8, left.wrapping_sub(right) >= 0x80),
                    (12, signed.0 < signed.1),
                    (14, signed.0 <= signed.1),
                ];
                for (condition, is_met) in met {
                    assert_eq!(flags.meet(condition), Some(is_met), "{left} {right}");
                    assert_eq!(flags.meet(condition + 1), Some(!is_met), "{left} {right}");
                }
                assert_eq!(flags.meet(10), None);
            }
        }
    }

    #[test]
    fn a_sum_carries_and_overflows() {
        for left in EDGES {
            for right in EDGES {
                let (sum, flags) = calculate(
                    Arithmetic::Add,
                    Bits::all(left.into()),
                    Bits::all(right.into()),
                    1,
                )
                .expect("both are known");
                assert_eq!(sum, u64::from(left.wrapping_add(right)));
                assert_eq!(flags.has_carried, left.checked_add(right).is_none());
                let signed = left.cast_signed().checked_add(right.cast_signed());
                assert_eq!(flags.has_overflown, signed.is_none());
            }
        }
    }

    #[test]
    fn what_is_partly_unknown_is_no_number() {
        let value = Bits::all(0x1234).below(Bits::UNKNOWN, 2);
        assert_eq!(value.number(1), Some(0x34));
        assert_eq!(value.number(2), Some(0x1234));
        assert_eq!(value.number(4), None);
        assert!(calculate(Arithmetic::Add, value, Bits::all(0), 4).is_none());
    }
}
