//! What names an entry of the debug info.

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
