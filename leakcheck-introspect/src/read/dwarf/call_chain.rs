//! The functions that an address is inside of: the one whose code it is, and those that were inlined there.
//!
//! addr2line sorts the functions of all units before it says anything. Which unit and which function have an address is known
//! here already, so that only the entries of that function are looked through. A test compares both.

use gimli::{AttributeValue, DebuggingInformationEntry, UnitOffset, constants as c};

use super::{
    image::Image,
    line_program::Row,
    sections::Slice,
    unit::{Unit, number},
};
use crate::Call;

/// Entries that name what they are by another one, in a row.
const MOST_REFERENCES: u32 = 16;

/// A function that has a place, or that was inlined there.
struct Around {
    name: Option<&'static str>,
    /// Where it was called, if it was inlined.
    called: Option<Row>,
    depth: isize,
}

impl Image {
    /// The functions that an address of the file is inside of, innermost first.
    pub(super) fn calls(&self, place: u64) -> Vec<Call> {
        let units = self.units_at(place);
        let found = units.map(|unit| self.calls_in(unit, place));
        found
            .into_iter()
            .find(|calls| !calls.is_empty())
            .unwrap_or_default()
    }

    fn calls_in(&self, unit: &'static Unit, place: u64) -> Vec<Call> {
        let function = unit.function_around(place);
        let row = unit.row_at(place);
        let mut functions = Vec::new();
        if let Some((_, offset)) = function {
            functions = self.around(unit, offset, place);
        }
        if row.is_none() && functions.is_empty() {
            return Vec::new();
        }
        // Each was called where the next one outwards stands.
        let mut calls = Vec::new();
        let mut call = located(unit, row, true);
        while let Some(function) = functions.pop() {
            call.name = function.name;
            if functions.is_empty() {
                break;
            }
            let outer = located(unit, function.called, false);
            calls.push(std::mem::replace(&mut call, outer));
        }
        calls.push(call);
        calls
    }

    /// A function and what was inlined around a place in it, outermost first.
    fn around(&self, unit: &'static Unit, function: usize, place: u64) -> Vec<Around> {
        let mut found: Vec<Around> = Vec::new();
        let Ok(mut entries) = unit.parsed.entries_at_offset(UnitOffset(function)) else {
            return found;
        };
        while let Ok(Some(entry)) = entries.next_dfs() {
            let depth = entry.depth();
            match found[..] {
                [] => {}
                [ref whole, ..] if depth <= whole.depth => break,
                // Those that are beside each other have no code in common.
                [.., ref last] => {
                    let is_inlined = entry.tag() == c::DW_TAG_inlined_subroutine;
                    if !is_inlined || depth <= last.depth || !unit.has_code(entry, place) {
                        continue;
                    }
                }
            }
            found.push(Around {
                name: self.linkage_name(unit, entry),
                called: called(unit, entry),
                depth,
            });
        }
        found
    }

    /// The mangled name of a function, or its last part where there is no other.
    fn linkage_name(
        &self,
        unit: &'static Unit,
        entry: &DebuggingInformationEntry<Slice>,
    ) -> Option<&'static str> {
        let name = |unit: &Unit, entry: &DebuggingInformationEntry<Slice>| {
            let names = [
                c::DW_AT_linkage_name,
                c::DW_AT_MIPS_linkage_name,
                c::DW_AT_name,
            ];
            let name = names.into_iter().find_map(|name| entry.attr_value(name))?;
            Some(unit.text(name)).filter(|name| !name.is_empty())
        };
        if let Some(name) = name(unit, entry) {
            return Some(name);
        }
        let origin = |unit: &Unit, entry: &DebuggingInformationEntry<Slice>| {
            let origin = entry
                .attr_value(c::DW_AT_abstract_origin)
                .or_else(|| entry.attr_value(c::DW_AT_specification))?;
            unit.reference(&origin)
        };
        let mut next = origin(unit, entry)?;
        for _ in 0..MOST_REFERENCES {
            let unit = self.unit(next.unit)?;
            let entry = unit.parsed.entry(UnitOffset(next.offset)).ok()?;
            if let Some(name) = name(unit, &entry) {
                return Some(name);
            }
            next = origin(unit, &entry)?;
        }
        None
    }
}

/// Where an inlined function was called.
fn called(unit: &Unit, entry: &DebuggingInformationEntry<Slice>) -> Option<Row> {
    (entry.tag() == c::DW_TAG_inlined_subroutine).then_some(())?;
    let value = |name| entry.attr_value(name).and_then(|value| number(&value));
    let short = |name| value(name).and_then(|value| u32::try_from(value).ok());
    let file = match entry.attr_value(c::DW_AT_call_file) {
        Some(AttributeValue::FileIndex(file)) => file,
        _ => 0,
    };
    // Up to the fourth version of the format 0 is none.
    let is_none = file == 0 && unit.parsed.header.version() < 5;
    Some(Row {
        file: if is_none { u64::MAX } else { file },
        line: short(c::DW_AT_call_line).unwrap_or(0),
        column: short(c::DW_AT_call_column).unwrap_or(0),
    })
}

/// A call at the place that a row tells. A row of the program of lines may tell of the left edge, which other entries do not.
fn located(unit: &Unit, row: Option<Row>, may_be_at_left_edge: bool) -> Call {
    let Some(row) = row else {
        return Call::default();
    };
    let line = Some(row.line).filter(|line| *line != 0);
    let has_column = if may_be_at_left_edge {
        line.is_some()
    } else {
        row.column != 0
    };
    Call {
        name: None,
        file: unit.file(row.file).map(|file| file.to_string().into()),
        line,
        column: has_column.then_some(row.column),
    }
}

#[cfg(test)]
mod tests {
    use addr2line::Context;

    use super::*;
    use crate::read::dwarf::{
        executable::program_file,
        sections::{load, parse},
    };

    /// What addr2line says.
    fn reference(context: &Context<Slice>, place: u64) -> Vec<Call> {
        let mut found = Vec::new();
        let mut frames = context
            .find_frames(place)
            .skip_all_loads()
            .expect("it is readable");
        while let Some(frame) = frames.next().expect("it is readable") {
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

    #[test]
    fn it_is_the_chain_that_addr2line_finds() {
        let image = Image::open().expect("tests have debug info");
        let program = program_file().expect("it can be mapped");
        let object = parse(program.bytes()).expect("it is an executable");
        let sections = gimli::Dwarf::load(|id| load(&object, id.name()));
        let context = Context::from_dwarf(sections.expect("they are readable"));
        let context = context.expect("they are readable");
        let (mut compared, mut inlined) = (0, 0);
        for unit in (0..image.len()).filter_map(|number| image.unit(number)) {
            for (start, _) in unit.index().functions.iter().step_by(15) {
                for place in [0, 9, 30].map(|from| start + from) {
                    let found = image.calls(place);
                    assert_eq!(found, reference(&context, place), "{place:#x}");
                    compared += usize::from(!found.is_empty());
                    inlined += usize::from(found.len() > 1);
                }
            }
        }
        assert!(compared > 1000 && inlined > 100, "{compared} {inlined}");
    }
}
