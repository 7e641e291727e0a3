//! The symbol table, searched by a part of a name.

use std::collections::HashMap;

use object::{Object, ObjectSection};

use super::Image;
use crate::read::memory;

/// Bytes of one entry: name, information, other, section, address, size.
const ENTRY: usize = 24;
/// Places of one name that are looked at.
const MOST: usize = 64;

/// The sections `.symtab` and `.strtab`, as they are mapped.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Symbols {
    entries: &'static [u8],
    names: &'static [u8],
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
            entries: bytes(".symtab"),
            names: bytes(".strtab"),
        }
    }

    /// Names that contain `part` and fit, with their addresses.
    pub(super) fn containing(
        self,
        part: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Vec<(&'static str, u64)> {
        let mut names = Vec::new();
        let mut from = 0;
        while names.len() < MOST
            && let Some(rest) = self.names.get(from..)
            && let Some(found) = memory::find(rest, part.as_bytes())
        {
            let found = from + found;
            let start = self.names[..found]
                .iter()
                .rposition(|byte| *byte == 0)
                .map_or(0, |zero| zero + 1);
            let end = self.names[found..]
                .iter()
                .position(|byte| *byte == 0)
                .map_or(self.names.len(), |length| found + length);
            if let (Ok(start_u32), Ok(name)) = (
                u32::try_from(start),
                std::str::from_utf8(&self.names[start..end]),
            ) && fits(name)
            {
                names.push((start_u32, name));
            }
            from = end;
        }
        if names.is_empty() {
            return Vec::new();
        }
        self.entries
            .chunks_exact(ENTRY)
            .filter_map(|entry| {
                let name = u32::from_le_bytes(entry[..4].try_into().ok()?);
                let found = names.iter().find(|known| known.0 == name)?;
                Some((found.1, u64::from_le_bytes(entry[8..16].try_into().ok()?)))
            })
            .collect()
    }
}

impl Image {
    /// All functions with a name that contains one of `parts` and fits, by their addresses in the running program.
    pub(crate) fn functions_with(
        &self,
        parts: &[&str],
        fits: impl Fn(&str) -> bool,
    ) -> HashMap<u64, &'static str> {
        let Symbols { entries, names } = self.symbols;
        let mut found: HashMap<u32, &'static str> = HashMap::new();
        // Most entries are others, and programs that are not optimised look into a table of hashes slowly.
        let mut is_found = vec![false; names.len()];
        for part in parts {
            let mut from = 0;
            while let Some(rest) = names.get(from..)
                && let Some(at) = memory::find(rest, part.as_bytes())
            {
                let at = from + at;
                let start = names[..at].iter().rposition(|byte| *byte == 0);
                let start = start.map_or(0, |zero| zero + 1);
                let length = memory::find(&names[at..], &[0]);
                let end = length.map_or(names.len(), |length| at + length);
                if let (Ok(offset), Ok(name)) = (
                    u32::try_from(start),
                    std::str::from_utf8(&names[start..end]),
                ) && fits(name)
                {
                    found.insert(offset, name);
                    is_found[start] = true;
                }
                from = end;
            }
        }
        let mut functions = HashMap::with_capacity(found.len());
        for entry in entries.chunks_exact(ENTRY) {
            let name = u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]);
            if is_found.get(name as usize) == Some(&true)
                && let Some(name) = found.get(&name)
                && let Ok(address) = entry[8..16].try_into().map(u64::from_le_bytes)
                // Without an address it stands in another file.
                && address != 0
            {
                functions.insert(address.wrapping_add(self.program.bias), *name);
            }
        }
        functions
    }
}
