//! Units that `.debug_aranges` does not tell of, as some linkers and code generators leave it out: they are looked
//! through themselves, once something was not found otherwise.

use std::sync::OnceLock;

use super::{
    Image, Unit,
    aranges::{Aranges, Run, Runs, merge},
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
        let untold = units.filter(|(_, start)| aranges.units.binary_search(start).is_err());
        Self {
            units: untold.map(|(number, _)| number).collect(),
            ..Self::default()
        }
    }
}

impl Image {
    /// Where the code of these units lies. They say so themselves, in the program even of what was split off.
    pub(super) fn untold_code(&self) -> &Runs {
        self.untold.code.get_or_init(|| {
            let mut runs: Vec<Run> = Vec::new();
            for number in &self.untold.units {
                let Some((start, unit)) = self.skeleton(*number) else {
                    continue;
                };
                let Ok(mut ranges) = self.dwarf.unit_ranges(&unit) else {
                    continue;
                };
                let ranges = std::iter::from_fn(|| ranges.next().ok().flatten());
                merge(ranges.map(|range| range.begin..range.end), start, &mut runs);
            }
            Runs::of(runs)
        })
    }

    /// Unit and entry of a vtable of these units. They do not say where their data lies, so all of it is looked through.
    pub(super) fn untold_vtable(&self, at: u64) -> Option<(&'static Unit, usize)> {
        let vtables = self.untold.vtables.get_or_init(|| {
            let mut vtables = int_hash::Map::default();
            let units = self.untold.units.iter().filter_map(|unit| self.unit(*unit));
            for unit in units {
                let found = unit.index().vtables.iter();
                vtables.extend(found.map(|(at, entry)| (*at, (unit.number, *entry))));
            }
            vtables
        });
        let (unit, entry) = *vtables.get(&at)?;
        Some((self.unit(unit)?, entry as usize))
    }
}
