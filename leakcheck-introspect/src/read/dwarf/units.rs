//! The units of the program, each read when it is first needed.

use std::sync::OnceLock;

use gimli::DebugInfoOffset;

use super::{
    die::UnitStarts,
    sections::{Sections, Slice},
    split::Split,
    unit::{Skeleton, Unit},
};
use crate::read::int_hash::OnceMap;

/// All of them, by their numbers.
#[derive(Debug)]
pub(super) struct Units {
    pub(super) dwarf: Sections,
    pub(super) starts: &'static UnitStarts,
    split: Split,
    loaded: Vec<OnceLock<Option<&'static Unit>>>,
}

impl Units {
    pub(super) fn of(dwarf: gimli::Dwarf<Slice>) -> Self {
        let starts = UnitStarts::of(&dwarf);
        Self {
            dwarf: Box::leak(Box::new(dwarf)),
            loaded: vec![OnceLock::new(); starts.0.len()],
            starts: Box::leak(Box::new(starts)),
            split: Split::default(),
        }
    }

    /// The unit with this number.
    pub(super) fn get(&self, number: u32) -> Option<&'static Unit> {
        *self
            .loaded
            .get(number as usize)?
            .get_or_init(|| self.load(number))
    }

    /// Where a unit starts, and what the program itself has of it.
    pub(super) fn skeleton(&self, number: u32) -> Option<(usize, gimli::Unit<Slice>)> {
        let start = *self.starts.0.get(number as usize)?;
        let header = self.dwarf.unit_header(DebugInfoOffset(start)).ok()?;
        Some((start, self.dwarf.unit(header).ok()?))
    }

    fn load(&self, number: u32) -> Option<&'static Unit> {
        let (_, parsed) = self.skeleton(number)?;
        let mut unit = Unit {
            number,
            parsed,
            dwarf: self.dwarf,
            starts: self.starts,
            skeleton: None,
            missing: None,
            index: OnceLock::new(),
            sequences: OnceLock::new(),
            types: OnceMap::default(),
        };
        if let Some(id) = unit.parsed.dwo_id {
            match self.split.unit(self.dwarf, &unit.parsed, id) {
                Ok((parsed, dwarf)) => {
                    unit.skeleton = Some(Skeleton {
                        parsed: std::mem::replace(&mut unit.parsed, parsed),
                        dwarf: self.dwarf,
                    });
                    unit.dwarf = dwarf;
                }
                Err(missing) => unit.missing = Some(missing),
            }
        }
        Some(Box::leak(Box::new(unit)))
    }
}
