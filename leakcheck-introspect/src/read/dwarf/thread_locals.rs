//! Variables of which each thread has its own: those that the linker has kept, and the units that describe them.

use std::collections::BTreeSet;

use gimli::Section as _;

use super::{image::Image, symbols::ThreadLocals, unit::Unit, variables::Variable};
use crate::read::memory;

/// How the place of one ends: a number below 65,536 of eight bytes, and `DW_OP_GNU_push_tls_address`.
const END: [u8; 7] = [0, 0, 0, 0, 0, 0, 0xe0];
/// What is before that: `DW_OP_const8u` and the two lower bytes of the number.
const BEFORE: usize = 3;
const CONST8U: u8 = 0x0e;

impl Image {
    /// The variables of threads.
    pub(super) fn thread_locals(&self) -> Vec<Variable> {
        let linked = self.symbols.thread_locals();
        let units = self.units_with_thread_locals(&linked).into_iter();
        let units = units.filter_map(|number| self.unit(number));
        let of_unit = |unit: &'static Unit| {
            let described = unit.index().thread_locals.iter();
            described.filter_map(|one| self.variable(unit, *one))
        };
        let found = units
            .filter(|unit| !unit.is_of_toolchain())
            .flat_map(of_unit);
        let found = found.map(|one| Variable {
            address: one.address.wrapping_sub(self.program.bias),
            is_of_thread: true,
            ..one
        });
        // Of one that nobody uses, and that the linker has left out, debug info gives the place of another.
        let is_linked = |one: &Variable| {
            let there = linked.get(&one.address);
            there.is_some_and(|symbols| symbols.contains(&one.symbol))
        };
        found.filter(is_linked).collect()
    }

    /// Units that describe one of these. No index says which, but to search for what their places look like is fast, also in a
    /// program that is not optimised.
    fn units_with_thread_locals(&self, linked: &ThreadLocals) -> BTreeSet<u32> {
        let bytes = self.units.dwarf.debug_info.reader().slice();
        let mut from = 0;
        let ends = std::iter::from_fn(|| {
            let found = from + memory::find(bytes.get(from..)?, &END)?;
            from = found + END.len();
            Some(found)
        });
        let is_linked = |end: &usize| {
            let start = end.checked_sub(BEFORE);
            let Some([CONST8U, low, high]) = start.and_then(|start| bytes.get(start..*end)) else {
                return false;
            };
            linked.contains_key(&u16::from_le_bytes([*low, *high]).into())
        };
        ends.filter(is_linked)
            .filter_map(|end| Some(self.units.starts.die_at(end)?.unit))
            .collect()
    }
}
