//! The program's debug info: units found by address, indexed when first touched; types parsed when first needed.
//!
//! What is parsed stays for the life of the process, so that types are `&'static` and values that refer to them copy.

mod aranges;
mod calls;
mod drops;
#[cfg(any(test, fuzzing))]
mod dump_all;
mod function;
mod image;
mod index;
mod notes;
mod pattern;
mod split;
mod symbols;
mod types;
mod unit;
mod without_aranges;

pub(crate) use calls::{called_from, calls_at, keep_program};
pub(crate) use drops::{Callee, Drops};
pub(crate) use image::{Image, has_read, is_described};
pub(crate) use split::MissingDwo;
pub(crate) use types::{Member, Shape, Type, Variant};
pub(crate) use unit::Unit;

use super::int_hash::Key;

/// Bytes of a section.
pub(crate) type Slice = gimli::EndianSlice<'static, gimli::LittleEndian>;

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
