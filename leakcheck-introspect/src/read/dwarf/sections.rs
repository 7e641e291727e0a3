//! The sections of an executable.

use std::{borrow::Cow, ops::Range};

use gimli::{EndianSlice, LittleEndian};
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use object::{CompressionFormat, Object, ObjectSection, SectionFlags, elf};

use crate::Error;

/// Bytes of a section.
pub(super) type Slice = EndianSlice<'static, LittleEndian>;

/// The sections of one file.
pub(super) type Sections = &'static gimli::Dwarf<Slice>;

/// An executable's bytes as sections.
pub(super) fn parse(bytes: &'static [u8]) -> Result<object::File<'static>, Error> {
    object::File::parse(bytes).map_err(|error| {
        Error::new(format!(
            "the running program is not readable as ELF: {error}"
        ))
    })
}

impl From<gimli::Error> for Error {
    fn from(error: gimli::Error) -> Self {
        Self::new(format!("the debug info of this program is broken: {error}"))
    }
}

/// A section's bytes, inflated if need be; empty where there is none.
pub(super) fn section(
    object: &object::File<'static>,
    name: &str,
) -> Result<Cow<'static, [u8]>, Error> {
    let broken = |why: String| {
        Error::new(format!(
            "section {name} of the running program is broken: {why}"
        ))
    };
    let Some(section) = object.section_by_name(name) else {
        return Ok(Cow::Borrowed(&[]));
    };
    let stored = section
        .compressed_data()
        .map_err(|error| broken(error.to_string()))?;
    match stored.format {
        CompressionFormat::None => Ok(Cow::Borrowed(stored.data)),
        CompressionFormat::Zlib => {
            // No program has that much.
            let size = usize::try_from(stored.uncompressed_size)
                .unwrap_or(usize::MAX)
                .min(4 << 30);
            decompress_to_vec_zlib_with_limit(stored.data, size)
                .map(Cow::Owned)
                .map_err(|error| broken(error.to_string()))
        }
        other => Err(Error::new(format!(
            "the debug info of this program is compressed as {other:?}; only zlib is read: remove \
             `--compress-debug-sections` from the linker's arguments, or choose `zlib`"
        ))),
    }
}

/// A section for the life of the process; empty where there is none.
pub(super) fn load(object: &object::File<'static>, name: &str) -> Result<Slice, Error> {
    let bytes: &'static [u8] = match section(object, name)? {
        Cow::Borrowed(bytes) => bytes,
        Cow::Owned(bytes) => Box::leak(bytes.into_boxed_slice()),
    };
    Ok(EndianSlice::new(bytes, LittleEndian))
}

/// No bytes.
pub(super) fn empty() -> Slice {
    EndianSlice::new(&[], LittleEndian)
}

/// The number of `size` bytes, eight at most, that stands at `at`.
pub(super) fn fixed_number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let mut word = [0; 8];
    word.get_mut(..size)?
        .copy_from_slice(bytes.get(at..at + size)?);
    Some(u64::from_le_bytes(word))
}

/// Where the program keeps what it changes, as the addresses of its file.
pub(super) fn writable(object: &object::File<'static>) -> Vec<Range<u64>> {
    let is_data = |section: &object::Section<'static, '_>| {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
            return false;
        };
        let has = |flag| sh_flags.contains(flag);
        // What is only written while it is loaded.
        let is_sealed = section
            .name()
            .is_ok_and(|name| name.starts_with(".data.rel.ro"));
        has(elf::SHF_ALLOC) && has(elf::SHF_WRITE) && !has(elf::SHF_TLS) && !is_sealed
    };
    let sections = object.sections().filter(is_data);
    let ranges = sections.map(|section| {
        let start = section.address();
        start..start.saturating_add(section.size())
    });
    ranges.filter(|range| !range.is_empty()).collect()
}
