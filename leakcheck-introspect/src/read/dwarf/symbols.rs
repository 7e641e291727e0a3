//! The symbol table, searched by a part of a name.

use std::{collections::HashMap, sync::OnceLock};

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
    by_name: OnceLock<Stretches>,
    by_address: OnceLock<ByAddress>,
}

/// Names of variables, by their places in what the program has of each thread.
pub(super) type ThreadLocals = HashMap<u64, Vec<&'static str>>;

/// Bytes of a stretch of names, of which about one begins in each.
const OF_NAMES: usize = 16;
/// Entries by where what they tell of begins. They are not sorted, which takes long in a program that is not optimised. The
/// first entry of a symbol table says nothing, so that 0 stands for none.
#[derive(Debug)]
struct Stretches {
    /// The last entry of each stretch.
    last: Vec<u32>,
    /// For each entry the one before it in the same stretch.
    before: Vec<u32>,
}

/// Functions by their addresses.
#[derive(Debug)]
struct ByAddress {
    base: u64,
    /// The length of a stretch is two to the power of it: on average about one function begins in each.
    shift: u32,
    functions: Stretches,
}

impl Stretches {
    fn new(stretches: usize, entries: usize) -> Self {
        Self {
            last: vec![0; stretches],
            before: vec![0; entries],
        }
    }

    fn add(&mut self, stretch: usize, entry: usize) {
        if let Some(last) = self.last.get_mut(stretch)
            && let Some(before) = self.before.get_mut(entry)
        {
            *before = *last;
            *last = u32::try_from(entry).unwrap_or(0);
        }
    }

    /// The entries of a stretch, the last first.
    fn of(&self, stretch: usize) -> impl Iterator<Item = usize> {
        let last = self.last.get(stretch).copied();
        std::iter::successors(last.filter(|last| *last != 0), |entry| {
            let before = self.before.get(*entry as usize).copied();
            before.filter(|before| *before != 0)
        })
        .map(|entry| entry as usize)
    }
}

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

    /// The variables that each thread has of its own.
    pub(super) fn thread_locals(&self) -> ThreadLocals {
        let mut linked = ThreadLocals::new();
        for entry in self.entries.iter().filter(|entry| is_of_threads(entry)) {
            if let Some(name) = self.name_at(name(entry)) {
                linked.entry(address(entry)).or_default().push(name);
            }
        }
        linked
    }

    fn name_at(&self, place: usize) -> Option<&'static str> {
        let name = self.names.get(place..)?;
        let end = memory::find(name, &[0])?;
        std::str::from_utf8(name.get(..end)?).ok()
    }

    /// Whether it names no function.
    pub(super) fn is_empty(&self) -> bool {
        !self.entries.iter().any(is_function)
    }

    /// The name of the function that this address of the file is inside of.
    pub(super) fn at(&self, place: u64) -> Option<&'static str> {
        let by_address = self.by_address.get_or_init(|| self.by_address());
        let stretch = by_address.stretch(place)?;
        let nearest = (0..=stretch)
            .rev()
            .flat_map(|stretch| by_address.functions.of(stretch))
            .filter_map(|number| Some((number, self.entries.get(number)?)))
            .take(MOST);
        // Sizes of 0 are those of hand-written code, and functions of the same content may share an address.
        let inside = nearest.filter(|(_, entry)| {
            let from = place.checked_sub(address(entry));
            from.is_some_and(|from| from < size(entry))
        });
        let (_, entry) = inside.max_by_key(|(number, entry)| (address(entry), *number))?;
        self.name_at(name(entry))
    }

    fn by_address(&self) -> ByAddress {
        let mut functions = Vec::new();
        let (mut base, mut end) = (u64::MAX, 0);
        for (number, entry) in self.entries.iter().enumerate() {
            let address = address(entry);
            if address != 0 && is_function(entry) {
                functions.push((number, address));
                if address < base {
                    base = address;
                }
                if address > end {
                    end = address;
                }
            }
        }
        let length = end.saturating_sub(base);
        let most = self.entries.len() as u64;
        let shift = (0..u64::BITS - 1).find(|shift| length >> shift <= most);
        let mut by_address = ByAddress {
            base,
            shift: shift.unwrap_or(u64::BITS - 1),
            functions: Stretches::new(self.entries.len() + 1, self.entries.len()),
        };
        for (number, address) in functions {
            if let Some(stretch) = by_address.stretch(address) {
                by_address.functions.add(stretch, number);
            }
        }
        by_address
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
        let near = by_name.of(place / OF_NAMES);
        near.filter_map(|entry| self.entries.get(entry))
            .filter(move |entry| name(entry) == place)
            .map(address)
    }

    fn by_name(&self) -> Stretches {
        let mut by_name = Stretches::new(self.names.len() / OF_NAMES + 1, self.entries.len());
        for (number, entry) in self.entries.iter().enumerate().skip(1) {
            by_name.add(name(entry) / OF_NAMES, number);
        }
        by_name
    }
}

impl ByAddress {
    /// The number of the stretch that has an address.
    fn stretch(&self, address: u64) -> Option<usize> {
        let from = address.checked_sub(self.base)? >> self.shift;
        let last = self.functions.last.len().checked_sub(1)?;
        Some(usize::try_from(from).map_or(last, |from| from.min(last)))
    }
}

fn is_function(entry: &[u8; ENTRY]) -> bool {
    const FUNCTION: u8 = 2;
    entry[4] & 0xf == FUNCTION
}

/// Whether it is a variable, and each thread has its own.
fn is_of_threads(entry: &[u8; ENTRY]) -> bool {
    const OF_THREADS: u8 = 6;
    const NOWHERE: [u8; 2] = [0; 2];
    entry[4] & 0xf == OF_THREADS && entry[6..8] != NOWHERE
}

/// The place of an entry's name.
fn name(entry: &[u8; ENTRY]) -> usize {
    let [a, b, c, d, ..] = *entry;
    u32::from_le_bytes([a, b, c, d]) as usize
}

fn address(entry: &[u8; ENTRY]) -> u64 {
    let [_, _, _, _, _, _, _, _, bytes @ .., _, _, _, _, _, _, _, _] = *entry;
    u64::from_le_bytes(bytes)
}

fn size(entry: &[u8; ENTRY]) -> u64 {
    let [_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, bytes @ ..] = *entry;
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::dwarf::Image;

    /// An entry of the table: a function with a name at that place.
    fn function(name: u32, address: u64, size: u64) -> [u8; ENTRY] {
        let mut entry = [0; ENTRY];
        entry[..4].copy_from_slice(&name.to_le_bytes());
        entry[4] = 2;
        entry[8..16].copy_from_slice(&address.to_le_bytes());
        entry[16..].copy_from_slice(&size.to_le_bytes());
        entry
    }

    fn symbols(functions: &[[u8; ENTRY]]) -> Symbols {
        let entries = [&[[0; ENTRY]], functions].concat();
        Symbols {
            entries: entries.leak(),
            names: b"\0a\0b\0c\0",
            ..Symbols::default()
        }
    }

    #[test]
    fn a_place_is_inside_of_the_nearest_function_that_reaches_it() {
        let found = symbols(&[
            function(1, 0x1000, 0x900),
            function(3, 0x1010, 8),
            function(5, 0x1010, 0),
            function(5, u64::MAX - 4, 2),
        ]);
        for (place, name) in [
            (0xfff, None),
            (0x1000, Some("a")),
            (0x1010, Some("b")),
            (0x1018, Some("a")),
            (0x18ff, Some("a")),
            (0x1900, None),
            (u64::MAX - 3, Some("c")),
            (u64::MAX, None),
        ] {
            assert_eq!(found.at(place), name, "{place:#x}");
        }
        assert!(!found.is_empty());
        assert!(symbols(&[]).is_empty());
        assert_eq!(symbols(&[]).at(1), None);
    }

    #[test]
    fn functions_of_a_program_are_found_by_all_their_places() {
        let symbols = &Image::open().expect("tests have debug info").symbols;
        let functions = symbols.entries.iter().filter(|entry| is_function(entry));
        let mut found = 0;
        for entry in functions.step_by(50).filter(|entry| size(entry) > 0) {
            for place in [0, size(entry) - 1].map(|from| address(entry) + from) {
                // Several may lie there.
                let inside = symbols.entries.iter().filter(|entry| {
                    is_function(entry)
                        && (address(entry)..address(entry) + size(entry)).contains(&place)
                });
                let mut names = inside.map(|entry| &symbols.names[name(entry)..]);
                let name = symbols.at(place).expect("one reaches there");
                assert!(names.any(|names| names.starts_with(name.as_bytes())));
                found += 1;
            }
        }
        assert!(found > 100, "{found}");
    }
}
