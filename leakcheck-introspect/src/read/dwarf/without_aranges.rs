//! Units that `.debug_aranges` does not tell of, as some linkers and code generators leave it out: they are looked
//! through themselves, once something was not found otherwise.

use std::sync::OnceLock;

use super::{
    aranges::{Aranges, Run, Runs, merge},
    unit::Unit,
    units::Units,
};
use crate::read::int_hash;

/// What is found in such units.
#[derive(Debug, Default)]
pub(super) struct WithoutAranges {
    /// Their numbers.
    units: Vec<u32>,
    code: OnceLock<Runs>,
    /// Unit and entry of each vtable by its address.
    vtables: OnceLock<int_hash::Map<u64, (u32, u32)>>,
}

impl WithoutAranges {
    /// Those of the units that start at `starts` which the section does not know.
    pub(super) fn of(starts: &[usize], aranges: &Aranges) -> Self {
        let units = (0..).zip(starts);
        let unknown = units.filter(|(_, start)| aranges.units.binary_search(start).is_err());
        Self {
            units: unknown.map(|(number, _)| number).collect(),
            ..Self::default()
        }
    }

    /// Where the code of these units lies. They say so themselves, in the program even of what was split off.
    pub(super) fn code(&self, units: &Units) -> &Runs {
        self.code.get_or_init(|| {
            let mut runs: Vec<Run> = Vec::new();
            for number in &self.units {
                let Some((start, unit)) = units.skeleton(*number) else {
                    continue;
                };
                let Ok(mut ranges) = units.dwarf.unit_ranges(&unit) else {
                    continue;
                };
                let ranges = std::iter::from_fn(|| ranges.next().ok().flatten());
                merge(ranges.map(|range| range.begin..range.end), start, &mut runs);
            }
            Runs::of(runs)
        })
    }

    /// Unit and entry of a vtable of these units. They do not say where their data lies, so all of it is looked through.
    pub(super) fn vtable(&self, units: &Units, at: u64) -> Option<(&'static Unit, usize)> {
        let vtables = self.vtables.get_or_init(|| {
            let mut vtables = int_hash::Map::default();
            for unit in self.units.iter().filter_map(|unit| units.get(*unit)) {
                let found = unit.index().vtables.iter();
                vtables.extend(found.map(|(at, entry)| (*at, (unit.number, *entry))));
            }
            vtables
        });
        let (unit, entry) = *vtables.get(&at)?;
        Some((units.get(unit)?, entry as usize))
    }
}
