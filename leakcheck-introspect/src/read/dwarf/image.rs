//! The debug info of the running program.

use std::{collections::BTreeSet, ops::Range, sync::OnceLock};

use gimli::SectionId;

use super::{
    aranges::{Aranges, Runs},
    die::Die,
    executable::{note_read, program_file},
    notes::Notes,
    sections::{load, parse, section, writable},
    split::MissingDwo,
    symbols::Symbols,
    unit::Unit,
    units::Units,
    without_aranges::WithoutAranges,
};
use crate::{
    Error,
    read::{
        int_hash::OnceMap,
        memory::{Mapped, Program},
    },
};

/// The debug info of the running program, mapped once; everything else is read when first needed.
#[derive(Debug)]
pub(crate) struct Image {
    file: Option<Mapped>,
    pub(crate) program: Program,
    pub(super) symbols: Symbols,
    pub(super) units: Units,
    runs: Runs,
    /// Where the program keeps what it changes, as addresses of the file.
    pub(super) writable: Vec<Range<u64>>,
    pub(super) without_aranges: WithoutAranges,
    /// Types by the addresses of their vtables, as far as they were asked for.
    pub(super) vtables: OnceMap<u64, Option<Die>>,
    /// What others have found out about it.
    pub(crate) notes: Notes,
}

impl Image {
    /// The debug info of this process, mapped by whoever asks first.
    pub(crate) fn open() -> Result<&'static Self, Error> {
        static IMAGE: OnceLock<Result<Image, Error>> = OnceLock::new();
        let file = program_file()?;
        let image = IMAGE.get_or_init(|| {
            Ok(Self {
                file: Some(file),
                ..Self::of(file.bytes(), Program::of_this_process())?
            })
        });
        image.as_ref().map_err(Clone::clone)
    }

    /// Reads the debug info in an executable's bytes.
    pub(crate) fn of(bytes: &'static [u8], program: Program) -> Result<Self, Error> {
        note_read();
        let object = parse(bytes)?;
        let units = Units::of(gimli::Dwarf::load(|id: SectionId| {
            load(&object, id.name())
        })?);
        if units.starts.0.is_empty() {
            return Err(Error::new(
                "this program has no debug info; full debug info names its tasks: remove `debug` and `strip` from \
                 [profile.dev] and [profile.test], or set `debug = 2`",
            ));
        }
        let aranges = Aranges::by(&section(&object, ".debug_aranges")?);
        Ok(Self {
            file: None,
            program,
            symbols: Symbols::of(&object),
            writable: writable(&object),
            without_aranges: WithoutAranges::of(&units.starts.0, &aranges),
            units,
            runs: Runs::of(aranges.runs),
            vtables: OnceMap::default(),
            notes: Notes::default(),
        })
    }

    /// Gives back the memory of what was read of the file so far: to find what is where takes much more of it than to read
    /// that.
    pub(crate) fn give_back(&self) {
        if let Some(file) = self.file {
            file.give_back();
        }
    }

    /// Number of units.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.units.starts.0.len()).unwrap_or(u32::MAX)
    }

    /// The unit with this number.
    pub(crate) fn unit(&self, number: u32) -> Option<&'static Unit> {
        self.units.get(number)
    }

    /// What was split off of the unit whose code is at `address`, and is not there.
    pub(crate) fn missing_at(&self, address: u64) -> Option<&'static MissingDwo> {
        let at = address.wrapping_sub(self.program.bias);
        self.units_at(at)
            .filter(|unit| {
                // What leads there may be its neighbour's.
                let ranges = self.units.dwarf.unit_ranges(&unit.parsed).ok();
                ranges.is_some_and(|mut ranges| {
                    let mut ranges = std::iter::from_fn(|| ranges.next().ok().flatten());
                    ranges.any(|range| (range.begin..range.end).contains(&at))
                })
            })
            .find_map(|unit| unit.missing.as_ref())
    }

    /// The first part that was split off and is not there.
    pub(crate) fn missing(&self) -> Option<&'static MissingDwo> {
        (0..self.len())
            .filter_map(|number| self.unit(number))
            .find_map(|unit| unit.missing.as_ref())
    }

    /// Units that may own an address of the file.
    pub(super) fn units_at(&self, at: u64) -> impl Iterator<Item = &'static Unit> {
        let others = move || self.without_aranges.code(&self.units).units_at(at);
        let starts = self.runs.units_at(at);
        let starts = starts.chain(std::iter::once_with(others).flatten());
        starts.filter_map(|start| self.unit(self.units.starts.number(start)?))
    }

    /// Numbers of the units that may have something that changes at a fixed address.
    pub(super) fn units_with_data(&self) -> BTreeSet<u32> {
        let told = self
            .writable
            .iter()
            .flat_map(|range| self.runs.units_in(range));
        // Of others it is not known. Those without any code have nothing at all.
        let others = self.without_aranges.code(&self.units);
        let all = told.chain(others.units_in(&(0..u64::MAX)));
        all.filter_map(|start| self.units.starts.number(start))
            .collect()
    }
}
