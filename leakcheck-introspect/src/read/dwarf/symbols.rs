//! The symbol table, searched by a part of a name.

use std::sync::OnceLock;

use object::{Object, ObjectSection};

use crate::read::memory;

/// Bytes of one entry: name, information, other, section, address, size.
const ENTRY: usize = 24;
/// Places of one name that are looked at.
const MOST: usize = 64;

/// The sections `.symtab` and `.strtab`, as they are mapped.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    entries: &'static [[u8; ENTRY]],
    names: &'static [u8],
    by_name: OnceLock<ByName>,
    /// Functions in the order of their addresses, by the numbers of their entries.
    by_address: OnceLock<Vec<u32>>,
}

/// Entries by the places of their names, of which there is about one to a stretch. The first entry of a symbol table says
/// nothing, so that 0 stands for none.
#[derive(Debug)]
struct ByName {
    /// The last entry with its name in each stretch.
    last: Vec<u32>,
    /// For each entry the one before it in the same stretch.
    before: Vec<u32>,
}

/// Bytes of a stretch.
const STRETCH: usize = 16;

impl Symbols {
    pub(super) fn of(object: &object::File<'static>) -> Self {
        let bytes = |name| {
            object
                .section_by_name(name)
                .and_then(|section| section.data().ok())
                .unwrap_or_default()
        };
        Self {
            entries: bytes(".symtab").as_chunks().0,
            names: bytes(".strtab"),
            by_name: OnceLock::new(),
            by_address: OnceLock::new(),
        }
    }

    /// Names that contain `part` and fit, with their addresses.
    pub(super) fn containing(
        &self,
        part: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Vec<(&'static str, u64)> {
        let names = self.names(part).filter(|(_, name)| fits(name)).take(MOST);
        names
            .flat_map(|(place, name)| self.addresses(place).map(move |address| (name, address)))
            .collect()
    }

    /// Whether it names no function.
    pub(super) fn is_empty(&self) -> bool {
        self.by_address().is_empty()
    }

    /// The name of the function that this address of the file is inside of.
    pub(super) fn at(&self, place: u64) -> Option<&'static str> {
        let entry = |number: &u32| self.entries.get(*number as usize);
        let functions = self.by_address();
        let after = functions
            .partition_point(|number| entry(number).is_some_and(|entry| address(entry) <= place));
        // Functions of the same content may share an address, and sizes of 0 are those of hand-written code.
        let nearest = functions.get(..after)?.iter().rev().take(MOST);
        let entry = nearest.filter_map(entry).find(|entry| {
            let from = place.checked_sub(address(entry));
            from.is_some_and(|from| from < size(entry))
        })?;
        let name = self.names.get(name(entry)..)?;
        let end = memory::find(name, &[0])?;
        std::str::from_utf8(name.get(..end)?).ok()
    }

    fn by_address(&self) -> &[u32] {
        const FUNCTION: u8 = 2;
        self.by_address.get_or_init(|| {
            let numbered = (0..).zip(self.entries);
            let mut functions: Vec<u32> = numbered
                .filter(|(_, entry)| entry[4] & 0xf == FUNCTION)
                .map(|(number, _)| number)
                .collect();
            functions.sort_by_key(|number| self.entries.get(*number as usize).map(address));
            functions
        })
    }

    /// Names that contain `part`, and their places.
    pub(super) fn names<'s>(
        &self,
        part: &'s str,
    ) -> impl Iterator<Item = (usize, &'static str)> + use<'s> {
        let names = self.names;
        let mut from = 0;
        std::iter::from_fn(move || {
            loop {
                let found = from + memory::find(names.get(from..)?, part.as_bytes())?;
                let (before, rest) = names.split_at_checked(found)?;
                let start = memory::find_last(before, 0).map_or(0, |zero| zero + 1);
                from = memory::find(rest, &[0]).map_or(names.len(), |length| found + length);
                if let Ok(name) = std::str::from_utf8(names.get(start..from)?) {
                    return Some((start, name));
                }
            }
        })
    }

    /// The addresses of all entries whose name stands at `place`.
    pub(super) fn addresses(&self, place: usize) -> impl Iterator<Item = u64> {
        let by_name = self.by_name.get_or_init(|| self.by_name());
        let last = by_name.last.get(place / STRETCH).copied();
        std::iter::successors(last.filter(|last| *last != 0), |entry| {
            let before = by_name.before.get(*entry as usize).copied();
            before.filter(|before| *before != 0)
        })
        .filter_map(|entry| self.entries.get(entry as usize))
        .filter(move |entry| name(entry) == place)
        .map(address)
    }

    fn by_name(&self) -> ByName {
        let mut by_name = ByName {
            last: vec![0; self.names.len() / STRETCH + 1],
            before: vec![0; self.entries.len()],
        };
        for (number, entry) in self.entries.iter().enumerate().skip(1) {
            if let Some(last) = by_name.last.get_mut(name(entry) / STRETCH) {
                by_name.before[number] = *last;
                *last = u32::try_from(number).unwrap_or(0);
            }
        }
        by_name
    }
}

/// The place of an entry's name.
fn name(entry: &[u8; ENTRY]) -> usize {
    let [a, b, c, d, ..] = *entry;
    u32::from_le_bytes([a, b, c, d]) as usize
}

fn address(entry: &[u8; ENTRY]) -> u64 {
    let mut address = [0; 8];
    address.copy_from_slice(&entry[8..16]);
    u64::from_le_bytes(address)
}

fn size(entry: &[u8; ENTRY]) -> u64 {
    let mut size = [0; 8];
    size.copy_from_slice(&entry[16..]);
    u64::from_le_bytes(size)
}
