//! The functions and lines of an address, unit by unit.
//!
//! addr2line sorts the code of all units before it says anything, which would be most of a first report. Which unit has an
//! address is known here already, so it is given that one alone.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use addr2line::Context;
use gimli::{DebugAranges, DebugInfo, LittleEndian, Section, constants as c};

use super::{image::Image, sections::Slice};
use crate::{Call, read::int_hash::OnceMap};

/// What is asked for the lines of some units.
type Lookup = Arc<Mutex<Context<Slice>>>;

/// The lines of the program.
pub(super) struct Lines {
    pub(super) image: &'static Image,
    of_units: OnceMap<u32, Option<Lookup>>,
    /// For units that refer to others.
    of_all: OnceLock<Option<Lookup>>,
}

impl Lines {
    pub(super) fn of(image: &'static Image) -> Self {
        Self {
            image,
            of_units: OnceMap::default(),
            of_all: OnceLock::new(),
        }
    }

    /// The functions that an address of the file is inside of, innermost first.
    pub(super) fn at(&self, place: u64) -> Vec<Call> {
        let units = self.image.numbers_at(place);
        let found = units.map(|number| self.in_unit(number, place));
        found
            .into_iter()
            .find(|calls| !calls.is_empty())
            .unwrap_or_default()
    }

    fn in_unit(&self, number: u32, place: u64) -> Vec<Call> {
        let lookup = self.of_units.get(number, || self.lookup(number));
        lookup.map_or_else(Vec::new, |lookup| calls(&lookup, place))
    }

    /// What tells the lines of one unit.
    fn lookup(&self, number: u32) -> Option<Lookup> {
        let units = &self.image.units;
        let (start, unit) = units.skeleton(number)?;
        if refers_to_others(&unit) {
            return self.of_all.get_or_init(|| self.lookup_in_all()).clone();
        }
        let end = start + unit.header.length_including_self();
        let mut sections = units.sections.borrow(|section| *section);
        let entries = sections.debug_info.reader().slice().get(start..end)?;
        sections.debug_info = DebugInfo::new(entries, LittleEndian);
        sections.debug_aranges = DebugAranges::new(&[], LittleEndian);
        context(sections)
    }

    fn lookup_in_all(&self) -> Option<Lookup> {
        context(self.image.units.sections.borrow(|section| *section))
    }
}

fn context(sections: gimli::Dwarf<Slice>) -> Option<Lookup> {
    let context = Context::from_dwarf(sections).ok()?;
    Some(Arc::new(Mutex::new(context)))
}

/// Whether entries of the unit may refer to entries of other units, as optimising across crates makes them.
fn refers_to_others(unit: &gimli::Unit<Slice>) -> bool {
    let abbreviations = (1..).map_while(|code| unit.abbreviations.get(code));
    let mut attributes = abbreviations.flat_map(gimli::Abbreviation::attributes);
    attributes.any(|attribute| attribute.form() == c::DW_FORM_ref_addr)
}

fn calls(lookup: &Mutex<Context<Slice>>, place: u64) -> Vec<Call> {
    let lookup = lookup.lock().unwrap_or_else(PoisonError::into_inner);
    let mut found = Vec::new();
    // What was split off is left to those who look for it.
    let Ok(mut frames) = lookup.find_frames(place).skip_all_loads() else {
        return found;
    };
    while let Ok(Some(frame)) = frames.next() {
        let name = frame.function.map(|function| function.name.slice());
        let location = frame.location.as_ref();
        found.push(Call {
            name: name.and_then(|name| std::str::from_utf8(name).ok()),
            file: location.and_then(|at| at.file).map(Into::into),
            line: location.and_then(|at| at.line),
            column: location.and_then(|at| at.column),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units of both kinds: those of the compiler's own builtins refer to others.
    #[test]
    fn a_unit_alone_says_what_all_of_them_say() {
        let image = Image::open().expect("tests have debug info");
        let lines = Lines::of(image);
        let whole = lines.lookup_in_all().expect("they are readable");
        let mut compared = 0;
        for unit in (0..image.len())
            .step_by(9)
            .filter_map(|number| image.unit(number))
        {
            let functions = unit.index().functions.iter().step_by(5);
            for place in functions.map(|(start, _)| start + 1) {
                let found = lines.at(place);
                assert_eq!(found, calls(&whole, place), "{place:#x}");
                compared += usize::from(!found.is_empty());
            }
        }
        assert!(compared > 100, "{compared}");
    }
}
