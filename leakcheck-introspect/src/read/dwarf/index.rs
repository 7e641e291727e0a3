//! What a unit has in it: one pass over its entries that reads as few attributes as possible.

use gimli::{AttributeValue, DwAt, UnitOffset, constants as c};

use super::{
    pattern::{LookupAttribute, Pattern, number},
    sections::Slice,
};
use crate::read::fuel;

/// Entries of one unit by what they are looked up by.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Namespaces, types and functions in the order of their offsets.
    pub(super) scopes: Vec<Scope>,
    /// Start of the code and entry of each function.
    pub(super) functions: Vec<(u64, u32)>,
    /// Address and entry of each vtable.
    pub(super) vtables: Vec<(u64, u32)>,
    /// Variables in namespaces: statics and constants.
    pub(super) statics: Vec<InNamespace>,
    /// The same of variables of a thread, by their places in what the program has of each thread.
    pub(super) thread_locals: Vec<InNamespace>,
}

/// A variable at a fixed address.
#[derive(Clone, Copy, Debug)]
pub(super) struct InNamespace {
    pub(super) address: u64,
    pub(super) offset: u32,
    /// Index of the namespace.
    scope: u32,
}

/// An entry that others are inside of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub(super) offset: u32,
    /// Index of the scope around it, or `u32::MAX`.
    pub(super) parent: u32,
    /// Where its name stands, if that was easy to tell.
    pub(super) name: Option<u32>,
    pub(super) is_type: bool,
    is_namespace: bool,
}

impl Index {
    /// Reads up to the first entry that it cannot pass over.
    pub(super) fn of(
        dwarf: &gimli::Dwarf<Slice>,
        unit: &gimli::Unit<Slice>,
    ) -> gimli::Result<Self> {
        let first = unit.header.root_offset();
        let bytes = unit.header.range_from(first..)?.slice();
        let patterns = Pattern::all(unit);
        let mut index = Self::default();
        let mut outer = Vec::new();
        let mut current = u32::MAX;
        let mut at = 0;
        while at < bytes.len() {
            fuel::spend();
            let Ok(offset) = u32::try_from(first.0 + at) else {
                break;
            };
            let Some((code, start)) = number(bytes, at) else {
                break;
            };
            if code == 0 {
                current = outer.pop().unwrap_or(u32::MAX);
                at = start;
                continue;
            }
            let Some(pattern) = patterns.get(code - 1) else {
                break;
            };
            // Vtables are variables of the unit itself.
            let is_static =
                pattern.tag == c::DW_TAG_variable && outer.len() > 1 && index.is_namespace(current);
            if let Some(key) = &pattern.key
                && (pattern.tag == c::DW_TAG_subprogram || outer.len() == 1 || is_static)
            {
                let address = quick_address(unit, key, bytes.get(start..).unwrap_or_default())
                    .or_else(|| address(dwarf, unit, offset, key.name));
                if is_static {
                    let place = |address| InNamespace {
                        address,
                        offset,
                        scope: current,
                    };
                    let of_thread = || thread_local(unit, offset, key.name);
                    match address {
                        Some(address) => index.statics.push(place(address)),
                        None => index.thread_locals.extend(of_thread().map(place)),
                    }
                } else {
                    index.note(offset, key, address);
                }
            }
            let is_type = matches!(pattern.tag, c::DW_TAG_structure_type | c::DW_TAG_union_type);
            let is_scope = is_type
                || pattern.has_children
                    && matches!(pattern.tag, c::DW_TAG_namespace | c::DW_TAG_subprogram);
            if is_scope {
                let name = pattern.name.and_then(|place| word(bytes, start + place));
                index.scopes.push(Scope {
                    offset,
                    parent: current,
                    name,
                    is_type,
                    is_namespace: pattern.tag == c::DW_TAG_namespace,
                });
            }
            if pattern.has_children {
                outer.push(current);
                if is_scope {
                    current = u32::try_from(index.scopes.len() - 1).unwrap_or(u32::MAX);
                }
            }
            let Some(end) = pattern.end(bytes, start) else {
                break;
            };
            at = end;
        }
        Ok(index)
    }

    fn is_namespace(&self, scope: u32) -> bool {
        let scope = self.scopes.get(scope as usize);
        scope.is_some_and(|scope| scope.is_namespace)
    }

    /// Notes the address of an entry.
    fn note(&mut self, offset: u32, key: &LookupAttribute, address: Option<u64>) {
        // 0 and 1 stand for what the linker threw away.
        if let Some(address) = address.filter(|address| *address > 1) {
            let table = match key.name {
                c::DW_AT_location => &mut self.vtables,
                _ => &mut self.functions,
            };
            table.push((address, offset));
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

    /// The scope that begins at `offset`.
    pub(super) fn scope(&self, offset: usize) -> Option<&Scope> {
        let offset = u32::try_from(offset).ok()?;
        let found = self
            .scopes
            .binary_search_by_key(&offset, |scope| scope.offset);
        self.scopes.get(found.ok()?)
    }

    /// Scopes around a static, the nearest first.
    pub(super) fn around_static(&self, of: InNamespace) -> impl Iterator<Item = &Scope> {
        let parent = |scope: &Scope| self.scopes.get(scope.parent as usize);
        std::iter::successors(self.scopes.get(of.scope as usize), move |scope| {
            parent(scope)
        })
    }

    /// Scopes around the entry at `offset`, the nearest first.
    pub(super) fn around(&self, offset: usize) -> impl Iterator<Item = &Scope> {
        let parent = |scope: &Scope| self.scopes.get(scope.parent as usize);
        std::iter::successors(self.scope(offset).and_then(parent), move |scope| {
            parent(scope)
        })
    }
}

fn find(table: &[(u64, u32)], address: u64) -> Option<usize> {
    table
        .iter()
        .find(|entry| entry.0 == address)
        .map(|entry| entry.1 as usize)
}

/// Four bytes.
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

/// The address that an entry says whose attributes are `bytes`, in the forms that it nearly always has.
fn quick_address(unit: &gimli::Unit<Slice>, key: &LookupAttribute, bytes: &[u8]) -> Option<u64> {
    const OPERATION: u8 = c::DW_OP_addr.0;
    let long = |bytes: &[u8]| bytes.first_chunk().copied().map(u64::from_le_bytes);
    match (key.form, bytes.get(key.place?..)?) {
        (c::DW_FORM_addr, bytes) if unit.encoding().address_size == 8 => long(bytes),
        // Nothing but an address.
        (c::DW_FORM_exprloc, [9, OPERATION, bytes @ ..]) => long(bytes),
        _ => None,
    }
}

/// The same in whatever form.
fn address(
    dwarf: &gimli::Dwarf<Slice>,
    unit: &gimli::Unit<Slice>,
    offset: u32,
    name: DwAt,
) -> Option<u64> {
    let entry = unit.entry(UnitOffset(offset as usize)).ok()?;
    match entry.attr_value(name)? {
        AttributeValue::Exprloc(expression) => {
            let mut operations = expression.operations(unit.encoding());
            let address = match operations.next().ok()?? {
                gimli::Operation::Address { address } => address,
                gimli::Operation::AddressIndex { index } => dwarf.address(unit, index).ok()?,
                _ => return None,
            };
            operations.next().ok()?.is_none().then_some(address)
        }
        value => dwarf.attr_address(unit, value).ok()?,
    }
}

/// Where a variable of a thread is in what the program has of each thread.
fn thread_local(unit: &gimli::Unit<Slice>, offset: u32, name: DwAt) -> Option<u64> {
    let entry = unit.entry(UnitOffset(offset as usize)).ok()?;
    let AttributeValue::Exprloc(expression) = entry.attr_value(name)? else {
        return None;
    };
    let mut operations = expression.operations(unit.encoding());
    let mut next = || operations.next().ok()?;
    match (next()?, next()?, next()) {
        (gimli::Operation::UnsignedConstant { value }, gimli::Operation::TLS, None) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::dwarf::Image;

    #[test]
    fn what_is_found_by_hand_is_what_gimli_finds() {
        let image = Image::open().expect("tests have debug info");
        let (mut scopes, mut functions) = (0, 0);
        for unit in (0..image.len()).step_by(5).map(|number| image.unit(number)) {
            let unit = unit.expect("all units are readable");
            let index = unit.index();
            let mut entries = unit.parsed.entries();
            let (mut types, mut starts) = (Vec::new(), Vec::new());
            while let Ok(Some(entry)) = entries.next_dfs() {
                let offset = entry.offset().0;
                match entry.tag() {
                    c::DW_TAG_structure_type | c::DW_TAG_union_type => types.push(offset),
                    c::DW_TAG_subprogram => {
                        let start = entry.attr_value(c::DW_AT_low_pc);
                        let start = start
                            .and_then(|start| unit.dwarf.attr_address(&unit.parsed, start).ok()?);
                        starts.extend(start.filter(|start| *start > 1).map(|at| (at, offset)));
                    }
                    _ => {}
                }
            }
            let found = index.scopes.iter().filter(|scope| scope.is_type);
            let found: Vec<_> = found.map(|scope| scope.offset as usize).collect();
            assert_eq!(found, types);
            let found = index.functions.iter();
            let found: Vec<_> = found.map(|(at, entry)| (*at, *entry as usize)).collect();
            assert_eq!(found, starts);
            for scope in &index.scopes {
                let name = unit.name_at(scope.offset as usize);
                assert_eq!(unit.scope_name(scope), name);
                assert!(unit.is_named(scope, name));
            }
            (scopes, functions) = (scopes + types.len(), functions + starts.len());
        }
        assert!(scopes > 1000 && functions > 1000, "{scopes} {functions}");
    }
}
