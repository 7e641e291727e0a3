//! What entries of one abbreviation have in common, so that they are passed over in a few steps.
//!
//! gimli decides attribute by attribute, which is slow in a program that is not optimised. Nearly all entries have a fixed
//! length, and what is looked for in them has a fixed place.

use gimli::{DwAt, DwForm, DwTag, constants as c};

use super::sections::{Slice, fixed_number};

/// The form of entries with one abbreviation.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) tag: DwTag,
    pub(super) has_children: bool,
    /// The place of the name in the section of names, where it has a fixed place itself.
    pub(super) name: Option<usize>,
    /// What it is found by, if it is something that is: the start of a function, the place of a variable.
    pub(super) key: Option<LookupAttribute>,
    skips: Vec<Skip>,
}

/// An attribute that entries are found by.
#[derive(Clone, Copy, Debug)]
pub(super) struct LookupAttribute {
    pub(super) name: DwAt,
    pub(super) form: DwForm,
    /// Bytes in front of it, if always as many.
    pub(super) place: Option<usize>,
}

/// How to pass over attributes.
#[derive(Clone, Copy, Debug)]
enum Skip {
    Bytes(usize),
    /// A number that says by itself where it ends.
    Number,
    /// A text that ends with a zero.
    Text,
    /// A number of that many bytes, and as many bytes as it says.
    Block(usize),
    /// The same with a number that says by itself where it ends.
    NumberedBlock,
}

impl Pattern {
    /// The patterns of a unit, by their codes less one; up to the first that is missing or has an unknown form.
    pub(super) fn all(unit: &gimli::Unit<Slice>) -> Vec<Self> {
        (1..)
            .map_while(|code| Self::of(unit, unit.abbreviations.get(code)?))
            .collect()
    }

    fn of(unit: &gimli::Unit<Slice>, abbreviation: &gimli::Abbreviation) -> Option<Self> {
        let mut pattern = Self {
            tag: abbreviation.tag(),
            has_children: abbreviation.has_children(),
            name: None,
            key: None,
            skips: Vec::new(),
        };
        let wanted = match pattern.tag {
            c::DW_TAG_subprogram => Some(c::DW_AT_low_pc),
            c::DW_TAG_variable => Some(c::DW_AT_location),
            _ => None,
        };
        for attribute in abbreviation.attributes() {
            let (name, form) = (attribute.name(), attribute.form());
            let place = match pattern.skips[..] {
                [] => Some(0),
                [Skip::Bytes(size)] => Some(size),
                _ => None,
            };
            if Some(name) == wanted {
                pattern.key = Some(LookupAttribute { name, form, place });
            }
            let is_short = unit.header.format() == gimli::Format::Dwarf32;
            if name == c::DW_AT_name && form == c::DW_FORM_strp && is_short {
                pattern.name = place;
            }
            let skip = match attribute.size(&unit.header) {
                Some(size) => Skip::Bytes(size),
                None => Skip::over(form)?,
            };
            match (pattern.skips.last_mut(), skip) {
                (Some(Skip::Bytes(before)), Skip::Bytes(size)) => *before += size,
                _ => pattern.skips.push(skip),
            }
        }
        Some(pattern)
    }

    /// Where an entry ends whose attributes begin at `at`.
    pub(super) fn end(&self, bytes: &[u8], mut at: usize) -> Option<usize> {
        if let [Skip::Bytes(size)] = self.skips[..] {
            return at.checked_add(size);
        }
        for skip in &self.skips {
            at = match *skip {
                Skip::Bytes(size) => at.checked_add(size)?,
                Skip::Number => number(bytes, at)?.1,
                Skip::Text => at + bytes.get(at..)?.iter().position(|byte| *byte == 0)? + 1,
                Skip::Block(size) => {
                    let start = at.checked_add(size)?;
                    let length = fixed_number(bytes, at, size)?;
                    start.checked_add(usize::try_from(length).ok()?)?
                }
                Skip::NumberedBlock => {
                    let (length, start) = number(bytes, at)?;
                    start.checked_add(length)?
                }
            };
        }
        Some(at)
    }
}

impl Skip {
    fn over(form: DwForm) -> Option<Self> {
        Some(match form {
            c::DW_FORM_udata
            | c::DW_FORM_sdata
            | c::DW_FORM_ref_udata
            | c::DW_FORM_strx
            | c::DW_FORM_addrx
            | c::DW_FORM_loclistx
            | c::DW_FORM_rnglistx
            | c::DW_FORM_GNU_str_index
            | c::DW_FORM_GNU_addr_index => Self::Number,
            c::DW_FORM_string => Self::Text,
            c::DW_FORM_block1 => Self::Block(1),
            c::DW_FORM_block2 => Self::Block(2),
            c::DW_FORM_block4 => Self::Block(4),
            c::DW_FORM_block | c::DW_FORM_exprloc => Self::NumberedBlock,
            _ => return None,
        })
    }
}

/// A number of seven bits to a byte, and where it ends.
pub(super) fn number(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let first = *bytes.get(at)?;
    if first < 0x80 {
        return Some((first.into(), at + 1));
    }
    let (mut number, mut shift) = (0, 0);
    while shift < usize::BITS {
        let byte = *bytes.get(at)?;
        at += 1;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((number, at));
        }
        shift += 7;
    }
    None
}
