//! What names an entry of the debug info: its unit, and its place in that.

use super::sections::Slice;
use crate::read::int_hash::Key;

/// An entry of the debug info.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Die {
    /// Which unit, counted from 0.
    pub(crate) unit: u32,
    /// Where in it.
    pub(crate) offset: usize,
}

impl Key for Die {
    fn number(self) -> u64 {
        u64::from(self.unit) << 32 ^ self.offset as u64
    }
}

impl Key for (u64, Die) {
    fn number(self) -> u64 {
        self.0.rotate_left(32) ^ self.1.number()
    }
}

/// Offsets of the units in `.debug_info`, ascending.
#[derive(Debug)]
pub(super) struct UnitStarts(pub(super) Vec<usize>);

impl UnitStarts {
    pub(super) fn of(dwarf: &gimli::Dwarf<Slice>) -> Self {
        let mut starts = Vec::new();
        let mut headers = dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            starts.extend(header.debug_info_offset().map(|offset| offset.0));
        }
        Self(starts)
    }

    /// The number of the unit that begins at an offset.
    pub(super) fn number(&self, start: usize) -> Option<u32> {
        u32::try_from(self.0.binary_search(&start).ok()?).ok()
    }

    /// The entry at an offset of the whole section.
    pub(super) fn die_at(&self, offset: usize) -> Option<Die> {
        let after = self.0.partition_point(|start| *start <= offset);
        let number = after.checked_sub(1)?;
        Some(Die {
            unit: u32::try_from(number).ok()?,
            offset: offset - self.0.get(number)?,
        })
    }
}
