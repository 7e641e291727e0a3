//! One compilation unit.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use gimli::{AttributeValue, Section, UnitOffset, constants as c};

use super::{
    die::{Die, UnitStarts},
    index::{Index, Scope},
    line_program::{self, Row, Sequence},
    sections::{Sections, Slice},
    split::MissingDwo,
    types::{Type, without_arguments},
};
use crate::read::{fuel, int_hash::OnceMap, memory};

/// A unit whose header and abbreviations are read.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(super) number: u32,
    pub(super) parsed: gimli::Unit<Slice>,
    /// The program's own sections, or those of the file that this unit was split off to.
    pub(super) dwarf: Sections,
    /// Of all units of the program.
    pub(super) starts: &'static UnitStarts,
    /// What the program itself has of a unit that was split off: lines, folders, addresses.
    pub(super) skeleton: Option<Skeleton>,
    /// Where the rest of it should be, if that is not there: then `parsed` is all that the program has of it.
    pub(super) missing: Option<MissingDwo>,
    pub(super) index: OnceLock<Index>,
    pub(super) sequences: OnceLock<Vec<Sequence>>,
    pub(super) types: OnceMap<usize, Option<&'static Type>>,
}

/// A unit in the program that only says where the rest of it is.
#[derive(Debug)]
pub(super) struct Skeleton {
    pub(super) parsed: gimli::Unit<Slice>,
    /// The program's own sections: its texts are not those of the file that the unit was split off to.
    pub(super) dwarf: Sections,
}

/// The attributes of an entry that anything here needs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    pub(super) name: &'static str,
    pub(super) ty: Option<Die>,
    pub(super) size: Option<u64>,
    pub(super) align: Option<u64>,
    pub(super) location: u64,
    pub(super) file: u64,
    pub(super) line: u32,
    pub(super) other: Option<Die>,
}

impl Unit {
    /// What the unit has in it, made on first use.
    pub(crate) fn index(&self) -> &Index {
        self.index
            .get_or_init(|| Index::of(self.dwarf, &self.parsed).unwrap_or_default())
    }

    pub(super) fn die(&self, offset: usize) -> Die {
        Die {
            unit: self.number,
            offset,
        }
    }

    pub(super) fn text(&self, value: AttributeValue<Slice>) -> &'static str {
        text(self.dwarf, &self.parsed, value)
    }

    /// Whether the name of a scope begins so.
    pub(super) fn is_named(&self, scope: &Scope, prefix: &str) -> bool {
        let Some(place) = scope.name else {
            return self.scope_name(scope).starts_with(prefix);
        };
        let texts = self.dwarf.debug_str.reader().slice();
        texts
            .get(place as usize..)
            .is_some_and(|rest| rest.starts_with(prefix.as_bytes()))
    }

    pub(super) fn scope_name(&self, scope: &Scope) -> &'static str {
        match scope.name {
            Some(place) => text_at(self.dwarf, place as usize),
            None => self.name_at(scope.offset as usize),
        }
    }

    pub(super) fn reference(&self, value: &AttributeValue<Slice>) -> Option<Die> {
        match value {
            AttributeValue::UnitRef(offset) => Some(self.die(offset.0)),
            AttributeValue::DebugInfoRef(offset) if self.skeleton.is_none() => {
                self.starts.die_at(offset.0)
            }
            _ => None,
        }
    }

    /// The attributes of an entry.
    pub(super) fn facts(&self, entry: &gimli::DebuggingInformationEntry<Slice>) -> Facts {
        fuel::spend();
        let mut facts = Facts::default();
        for attribute in entry.attrs() {
            let value = attribute.value();
            match attribute.name() {
                c::DW_AT_name => facts.name = self.text(value),
                c::DW_AT_type => facts.ty = self.reference(&value),
                c::DW_AT_byte_size => facts.size = number(&value),
                c::DW_AT_alignment => facts.align = number(&value),
                c::DW_AT_data_member_location => facts.location = number(&value).unwrap_or(0),
                c::DW_AT_decl_file => facts.file = number(&value).unwrap_or(0),
                c::DW_AT_decl_line => {
                    facts.line = number(&value)
                        .and_then(|line| u32::try_from(line).ok())
                        .unwrap_or(0);
                }
                c::DW_AT_specification | c::DW_AT_abstract_origin | c::DW_AT_containing_type => {
                    facts.other = self.reference(&value);
                }
                _ => {}
            }
        }
        facts
    }

    /// The attributes of the entry at `offset`.
    pub(super) fn facts_at(&self, offset: usize) -> Option<Facts> {
        let entry = self.parsed.entry(UnitOffset(offset)).ok()?;
        Some(self.facts(&entry))
    }

    /// The name of the entry at `offset`.
    pub(super) fn name_at(&self, offset: usize) -> &'static str {
        self.parsed
            .entry(UnitOffset(offset))
            .ok()
            .and_then(|entry| entry.attr_value(c::DW_AT_name))
            .map_or("", |name| self.text(name))
    }

    /// Namespaces around an entry, joined.
    pub(super) fn path(&self, offset: usize) -> String {
        self.joined(self.index().around(offset))
    }

    /// The names of scopes, of which the innermost comes first.
    pub(super) fn joined<'s>(&self, scopes: impl Iterator<Item = &'s Scope>) -> String {
        let names = scopes.map(|scope| without_arguments(self.scope_name(scope)));
        let mut names: Vec<_> = names.collect();
        names.reverse();
        names.join("::")
    }

    /// Start and entry of the function that has the code at an address of the file.
    pub(super) fn function_around(&self, place: u64) -> Option<(u64, usize)> {
        let mut nearest: Option<(u64, u32)> = None;
        for (start, offset) in &self.index().functions {
            if *start <= place && nearest.is_none_or(|(nearest, _)| nearest < *start) {
                nearest = Some((*start, *offset));
            }
        }
        let (start, offset) = nearest?;
        let entry = self.parsed.entry(UnitOffset(offset as usize)).ok()?;
        self.has_code(&entry, place)
            .then_some((start, offset as usize))
    }

    /// Whether the code at an address of the file belongs to an entry.
    pub(super) fn has_code(
        &self,
        entry: &gimli::DebuggingInformationEntry<Slice>,
        place: u64,
    ) -> bool {
        let Ok(mut ranges) = self.dwarf.die_ranges(&self.parsed, entry) else {
            return false;
        };
        let mut ranges = std::iter::from_fn(|| ranges.next().ok().flatten());
        ranges.any(|range| (range.begin..range.end).contains(&place))
    }

    /// The row of lines that has an address of the file.
    pub(super) fn row_at(&self, place: u64) -> Option<Row> {
        let header = self.line_unit().line_program.as_ref()?.header();
        let sequences = self
            .sequences
            .get_or_init(|| line_program::sequences(header));
        line_program::row_at(header, sequences, place)
    }

    /// The part that has the lines, also of what was split off.
    fn line_unit(&self) -> &gimli::Unit<Slice> {
        self.skeleton
            .as_ref()
            .map_or(&self.parsed, |skeleton| &skeleton.parsed)
    }

    /// The path of a file of this unit, joined with its directory.
    pub(crate) fn file(&self, number: u64) -> Option<Arc<str>> {
        let lines = self.line_unit();
        let dwarf = match &self.skeleton {
            Some(skeleton) => skeleton.dwarf,
            None => self.dwarf,
        };
        let text = |value| text(dwarf, lines, value);
        let header = lines.line_program.as_ref()?.header();
        let file = header.file(number)?;
        let name = text(file.path_name());
        // The first one is the home, which may be relative.
        let directory = file
            .directory(header)
            .filter(|_| file.directory_index() != 0);
        let directory = directory.map_or("", text);
        let home = lines.comp_dir.as_ref().map_or(&[][..], |home| home.slice());
        let home = std::str::from_utf8(home).unwrap_or("");
        let path = Path::new(home).join(directory).join(name);
        Some(path.to_str()?.into())
    }
}

/// A text that an attribute of `unit` is or refers to.
fn text(
    dwarf: &gimli::Dwarf<Slice>,
    unit: &gimli::Unit<Slice>,
    value: AttributeValue<Slice>,
) -> &'static str {
    let place = match value {
        AttributeValue::DebugStrRef(place) => Some(place),
        AttributeValue::DebugStrOffsetsIndex(index) => dwarf.string_offset(unit, index).ok(),
        _ => None,
    };
    if let Some(place) = place {
        return text_at(dwarf, place.0);
    }
    dwarf
        .attr_string(unit, value)
        .ok()
        .and_then(|text| std::str::from_utf8(text.slice()).ok())
        .unwrap_or("")
}

/// The text at a place of the section of texts. gimli looks for its end byte by byte, which is slow in a program that
/// is not optimised.
fn text_at(dwarf: &gimli::Dwarf<Slice>, place: usize) -> &'static str {
    let texts: &'static [u8] = dwarf.debug_str.reader().slice();
    texts
        .get(place..)
        .and_then(|rest| rest.get(..memory::find(rest, &[0])?))
        .and_then(|text| std::str::from_utf8(text).ok())
        .unwrap_or("")
}

/// Whatever form a constant has.
pub(super) fn number(value: &AttributeValue<Slice>) -> Option<u64> {
    match *value {
        AttributeValue::Data1(number) => Some(number.into()),
        AttributeValue::Data2(number) => Some(number.into()),
        AttributeValue::Data4(number) => Some(number.into()),
        AttributeValue::Data8(number)
        | AttributeValue::Udata(number)
        | AttributeValue::FileIndex(number) => Some(number),
        AttributeValue::Sdata(number) => Some(number.cast_unsigned()),
        _ => value.udata_value(),
    }
}
