//! The debug info of the running program.

use std::{
    borrow::Cow,
    cell::Cell,
    path::Path,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use gimli::{DebugInfoOffset, EndianSlice, LittleEndian, SectionId};
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use object::{CompressionFormat, Object, ObjectSection};

use super::{
    Die, Drops, Slice, Type, Unit,
    aranges::{Aranges, Runs},
    split::{MissingDwo, Split},
    symbols::Symbols,
    unit::Skeleton,
    without_aranges::WithoutAranges,
};
use crate::{
    Error,
    read::{
        int_hash,
        memory::{self, Mapped, Program},
    },
};

/// The debug info of the running program, mapped once; everything else is read when first needed.
pub(crate) struct Image {
    file: Option<Mapped>,
    pub(crate) program: Program,
    pub(super) symbols: Symbols,
    split: Split,
    pub(super) dwarf: &'static gimli::Dwarf<Slice>,
    /// Offsets of the units, ascending.
    starts: Vec<usize>,
    pub(super) runs: Runs,
    pub(super) untold: WithoutAranges,
    /// Types by the addresses of their vtables, as far as they were asked for.
    pub(super) vtables: Mutex<int_hash::Map<u64, Option<Die>>>,
    units: Vec<OnceLock<Option<&'static Unit>>>,
    drops: OnceLock<Drops>,
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Image")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl Image {
    /// Maps the debug info of this process.
    pub(crate) fn open() -> Result<Self, Error> {
        let file = program_file()?;
        let image = Self::of(file.bytes(), Program::of_this_process())?;
        Ok(Self {
            file: Some(file),
            ..image
        })
    }

    /// Reads the debug info in an executable's bytes.
    pub(crate) fn of(bytes: &'static [u8], program: Program) -> Result<Self, Error> {
        reads();
        let object = parse(bytes)?;
        let dwarf = gimli::Dwarf::load(|id: SectionId| load(&object, id.name()))?;
        let mut starts = Vec::new();
        let mut headers = dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            starts.extend(header.debug_info_offset().map(|offset| offset.0));
        }
        if starts.is_empty() {
            return Err(Error::new(
                "this program has no debug info; full debug info names its tasks: remove `debug` and `strip` from \
                 [profile.dev] and [profile.test], or set `debug = 2`",
            ));
        }
        let aranges = Aranges::by(&section(&object, ".debug_aranges")?);
        Ok(Self {
            file: None,
            program,
            symbols: Symbols::of(&object),
            split: Split::default(),
            dwarf: Box::leak(Box::new(dwarf)),
            units: vec![OnceLock::new(); starts.len()],
            untold: WithoutAranges::of(&starts, &aranges),
            starts,
            runs: Runs::of(aranges.runs),
            vtables: Mutex::default(),
            drops: OnceLock::new(),
        })
    }

    /// Gives back the memory of what was read of the file so far: to find what is where takes much more of it than to read
    /// that.
    pub(crate) fn give_back(&self) {
        if let Some(file) = self.file {
            file.give_back();
        }
    }

    /// The functions that drop values.
    pub(crate) fn drops(&self) -> &Drops {
        self.drops.get_or_init(|| Drops::find(self))
    }

    /// Number of units.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// The unit with this number.
    pub(crate) fn unit(&self, number: u32) -> Option<&'static Unit> {
        *self
            .units
            .get(number as usize)?
            .get_or_init(|| self.load_unit(number))
    }

    /// Where a unit starts, and what the program itself has of it.
    pub(super) fn skeleton(&self, number: u32) -> Option<(usize, gimli::Unit<Slice>)> {
        let start = *self.starts.get(number as usize)?;
        let header = self.dwarf.unit_header(DebugInfoOffset(start)).ok()?;
        Some((start, self.dwarf.unit(header).ok()?))
    }

    fn load_unit(&self, number: u32) -> Option<&'static Unit> {
        let (_, parsed) = self.skeleton(number)?;
        let mut unit = Unit {
            number,
            parsed,
            dwarf: self.dwarf,
            skeleton: None,
            missing: None,
            index: OnceLock::new(),
            types: Mutex::default(),
        };
        if let Some(id) = unit.parsed.dwo_id {
            match self.split.unit(self.dwarf, &unit.parsed, id) {
                Ok((parsed, dwarf)) => {
                    unit.skeleton = Some(Skeleton {
                        parsed: std::mem::replace(&mut unit.parsed, parsed),
                        dwarf: self.dwarf,
                    });
                    unit.dwarf = dwarf;
                }
                Err(missing) => unit.missing = Some(missing),
            }
        }
        Some(Box::leak(Box::new(unit)))
    }

    /// What was split off of the unit whose code is at `address`, and is not there.
    pub(crate) fn missing_at(&self, address: u64) -> Option<&'static MissingDwo> {
        let at = address.wrapping_sub(self.program.bias);
        self.units_at(at)
            .filter(|unit| {
                // What leads there may be its neighbour's.
                let ranges = self.dwarf.unit_ranges(&unit.parsed).ok();
                ranges.is_some_and(|mut ranges| {
                    let mut ranges = std::iter::from_fn(|| ranges.next().ok().flatten());
                    ranges.any(|range| (range.begin..range.end).contains(&at))
                })
            })
            .find_map(|unit| unit.missing.as_ref())
    }

    /// The first part that was split off and is not there.
    pub(crate) fn missing(&self) -> Option<&'static MissingDwo> {
        (0..self.len())
            .filter_map(|number| self.unit(number))
            .find_map(|unit| unit.missing.as_ref())
    }

    /// Units that may own an address of the file.
    pub(super) fn units_at(&self, at: u64) -> impl Iterator<Item = &'static Unit> {
        let untold = std::iter::once_with(move || self.untold_code().units_at(at)).flatten();
        self.runs.units_at(at).chain(untold).filter_map(|start| {
            let number = self.starts.binary_search(&start).ok()?;
            self.unit(u32::try_from(number).ok()?)
        })
    }

    /// The entry at an offset of the whole section.
    pub(super) fn die_at(&self, offset: usize) -> Option<Die> {
        let number = self
            .starts
            .partition_point(|start| *start <= offset)
            .checked_sub(1)?;
        Some(Die {
            unit: u32::try_from(number).ok()?,
            offset: offset - self.starts.get(number)?,
        })
    }

    /// The type that an entry describes.
    pub(crate) fn ty(&self, die: Die) -> Option<&'static Type> {
        let unit = self.unit(die.unit)?;
        let types = || unit.types.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = types().get(&die.offset) {
            return *known;
        }
        let parsed = nested(|| unit.parse(self, die.offset)).flatten();
        let parsed = parsed.map(|ty| &*Box::leak(Box::new(ty)));
        *types().entry(die.offset).or_insert(parsed)
    }

    /// The first type of this unit that fits, among those whose name starts with `prefix`.
    pub(crate) fn find_in(
        &self,
        unit: &Unit,
        prefix: &str,
        fits: impl Fn(&Type) -> bool,
    ) -> Option<&'static Type> {
        unit.index()
            .scopes
            .iter()
            .filter(|scope| scope.is_type && unit.is_named(scope, prefix))
            .filter_map(|scope| self.ty(unit.die(scope.offset as usize)))
            .find(|ty| fits(ty))
    }

    /// The same in every unit: slow, for where nothing refers to the type.
    pub(crate) fn find(
        &self,
        prefix: &str,
        fits: impl Fn(&Type) -> bool + Copy,
    ) -> Option<&'static Type> {
        (0..self.len())
            .filter_map(|number| self.unit(number))
            .find_map(|unit| self.find_in(unit, prefix, fits))
    }
}

/// The file of the running program, mapped for the life of the process by whoever asks first. To fail is not remembered.
pub(super) fn program_file() -> Result<Mapped, Error> {
    static FILE: OnceLock<Mapped> = OnceLock::new();
    if let Some(file) = FILE.get() {
        return Ok(*file);
    }
    // Not the path of the executable: a rebuild may have replaced the file.
    let file = memory::map(Path::new("/proc/self/exe"))
        .map_err(|error| Error::new(format!("failed to map the running program: {error}")))?;
    Ok(*FILE.get_or_init(|| file))
}

static HAS_READ: AtomicBool = AtomicBool::new(false);

/// Whether the debug info of any executable was looked into.
pub(crate) fn has_read() -> bool {
    HAS_READ.load(Ordering::Relaxed)
}

/// Notes that it is.
pub(super) fn reads() {
    HAS_READ.store(true, Ordering::Relaxed);
}

/// Whether this program has debug info, as the table of its sections says.
pub(crate) fn is_described() -> bool {
    let sections = program_file().and_then(|file| parse(file.bytes()));
    sections.is_ok_and(|object| {
        let info = object.section_by_name(".debug_info");
        info.is_some_and(|info| info.size() > 0)
    })
}

/// An executable's bytes as sections.
pub(super) fn parse(bytes: &'static [u8]) -> Result<object::File<'static>, Error> {
    object::File::parse(bytes).map_err(|error| {
        Error::new(format!(
            "the running program is not readable as ELF: {error}"
        ))
    })
}

/// Parses something inside something that is being parsed; `None` where that goes too deep to be true.
pub(super) fn nested<R>(parse: impl FnOnce() -> R) -> Option<R> {
    const DEEPEST: u32 = 64;
    thread_local! {
        static DEPTH: Cell<u32> = const { Cell::new(0) };
    }
    let depth = DEPTH.get();
    (depth < DEEPEST).then_some(())?;
    DEPTH.set(depth + 1);
    let result = parse();
    DEPTH.set(depth);
    Some(result)
}

impl From<gimli::Error> for Error {
    fn from(error: gimli::Error) -> Self {
        Self::new(format!("the debug info of this program is broken: {error}"))
    }
}

/// A section's bytes, inflated if need be; empty where there is none.
fn section(object: &object::File<'static>, name: &str) -> Result<Cow<'static, [u8]>, Error> {
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
