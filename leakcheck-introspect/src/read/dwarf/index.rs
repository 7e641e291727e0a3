//! What a unit has in it: one pass over its entries that reads as few attributes as possible.

use gimli::{AttributeValue, constants as c};

use super::Unit;
use crate::read::effort;

/// Entries of one unit by what they are looked up by.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Namespaces, types and functions in the order of their offsets.
    pub(super) scopes: Vec<Scope>,
    /// Start of the code and entry of each function.
    pub(super) functions: Vec<(u64, u32)>,
    /// Address and entry of each vtable.
    pub(super) vtables: Vec<(u64, u32)>,
}

/// An entry that others are inside of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub(super) offset: u32,
    /// Index of the scope around it, or `u32::MAX`.
    pub(super) parent: u32,
    pub(super) is_type: bool,
}

impl Index {
    pub(super) fn of(unit: &Unit) -> gimli::Result<Self> {
        let mut index = Self::default();
        let mut entries = unit.parsed.entries_raw(None)?;
        let mut outer = Vec::new();
        let mut current = u32::MAX;
        while !entries.is_empty() {
            effort::spend();
            let Ok(offset) = u32::try_from(entries.next_offset().0) else {
                break;
            };
            let Some(abbreviation) = entries.read_abbreviation()? else {
                current = outer.pop().unwrap_or(u32::MAX);
                continue;
            };
            let tag = abbreviation.tag();
            let wanted = match tag {
                c::DW_TAG_subprogram => Some(c::DW_AT_low_pc),
                // Vtables are variables of the unit itself.
                c::DW_TAG_variable if outer.len() == 1 => Some(c::DW_AT_location),
                _ => None,
            };
            if let Some(wanted) = wanted {
                for attribute in abbreviation.attributes() {
                    if attribute.name() == wanted {
                        let value = entries.read_attribute(*attribute)?.value();
                        index.note(unit, offset, value);
                    } else {
                        entries.skip_attributes(std::slice::from_ref(attribute))?;
                    }
                }
            } else {
                entries.skip_attributes(abbreviation.attributes())?;
            }
            let is_type = matches!(tag, c::DW_TAG_structure_type | c::DW_TAG_union_type);
            let is_scope = is_type
                || abbreviation.has_children()
                    && matches!(tag, c::DW_TAG_namespace | c::DW_TAG_subprogram);
            if is_scope {
                index.scopes.push(Scope {
                    offset,
                    parent: current,
                    is_type,
                });
            }
            if abbreviation.has_children() {
                outer.push(current);
                if is_scope {
                    current = u32::try_from(index.scopes.len() - 1).unwrap_or(u32::MAX);
                }
            }
        }
        Ok(index)
    }

    fn note(&mut self, unit: &Unit, offset: u32, value: AttributeValue<super::Slice>) {
        if let AttributeValue::Exprloc(expression) = value {
            if let Some(address) = address_of(unit, expression) {
                self.vtables.push((address, offset));
            }
        } else if let Ok(Some(address)) = unit.dwarf.attr_address(&unit.parsed, value)
            && address > 1
        {
            self.functions.push((address, offset));
        }
    }

    /// Entry of the function whose code starts at `address`.
    pub(super) fn function(&self, address: u64) -> Option<usize> {
        find(&self.functions, address)
    }

    /// Entry of the vtable at `address`.
    pub(super) fn vtable(&self, address: u64) -> Option<usize> {
        find(&self.vtables, address)
    }

    /// Scopes around the entry at `offset`, the nearest first.
    pub(super) fn around(&self, offset: usize) -> impl Iterator<Item = usize> {
        let found = u32::try_from(offset).ok().and_then(|offset| {
            self.scopes
                .binary_search_by_key(&offset, |scope| scope.offset)
                .ok()
        });
        let parent = |scope: &Scope| self.scopes.get(scope.parent as usize);
        let first = found.and_then(|found| parent(self.scopes.get(found)?));
        std::iter::successors(first, move |scope| parent(scope)).map(|scope| scope.offset as usize)
    }
}

fn find(table: &[(u64, u32)], address: u64) -> Option<usize> {
    table
        .iter()
        .find(|entry| entry.0 == address)
        .map(|entry| entry.1 as usize)
}

/// The address in an expression that is nothing but an address.
fn address_of(unit: &Unit, expression: gimli::Expression<super::Slice>) -> Option<u64> {
    let mut operations = expression.operations(unit.parsed.encoding());
    let address = match operations.next().ok()?? {
        gimli::Operation::Address { address } => address,
        gimli::Operation::AddressIndex { index } => unit.dwarf.address(&unit.parsed, index).ok()?,
        _ => return None,
    };
    (address > 1 && operations.next().ok()?.is_none()).then_some(address)
}
