//! Debug info beside the program: `split-debuginfo = "unpacked"` leaves a file per unit, `"packed"` one for all.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

use gimli::{DwoId, SectionId};

use super::sections::{Sections, Slice, empty, load};
use crate::read::memory;

/// Where the parts are that were split off.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// The package beside the program, once one was looked for.
    package: OnceLock<Option<gimli::DwarfPackage<Slice>>>,
    /// Single files by their paths.
    files: Mutex<HashMap<PathBuf, Option<Sections>>>,
}

/// A part of the debug info that was split off and is not there, in words for the user.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MissingDwo {
    /// Where all parts together would be.
    package: PathBuf,
    /// Where the build put this one.
    file: PathBuf,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// There is neither.
    Gone,
    /// There is one, and the program was not built with it.
    Other,
}

impl fmt::Display for MissingDwo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (package, file) = (self.package.display(), self.file.display());
        match self.how {
            How::Gone => write!(
                f,
                "the split debug info file was not found: there is neither `{file}` nor `{package}`"
            ),
            How::Other => write!(
                f,
                "the split debug info file is of another build, or broken: neither `{file}` nor `{package}` fits this \
                 program"
            ),
        }?;
        f.write_str(
            "; keep what the build wrote there or beside the program, or set `split-debuginfo = \"off\"` in [profile.dev] \
             and [profile.test]",
        )
    }
}

/// A unit that was split off, with its sections.
type Whole = (gimli::Unit<Slice>, Sections);

impl Split {
    /// The unit that a skeleton in the program stands for, with its sections.
    pub(super) fn unit(
        &self,
        parent: Sections,
        skeleton: &gimli::Unit<Slice>,
        id: DwoId,
    ) -> Result<Whole, MissingDwo> {
        let packed = self.in_package(parent, id);
        if let Some(found) = packed.and_then(|dwarf| unit_of(dwarf, skeleton, id)) {
            return Ok(found);
        }
        let file = name(parent, skeleton).unwrap_or_default();
        let mut how = match self.package.get() {
            Some(Some(_)) => How::Other,
            _ => How::Gone,
        };
        for path in places(&file) {
            let Some(dwarf) = self.file(parent, &path) else {
                continue;
            };
            if let Some(found) = unit_of(dwarf, skeleton, id) {
                return Ok(found);
            }
            how = How::Other;
        }
        Err(MissingDwo {
            package: packages().next().unwrap_or_default(),
            file,
            how,
        })
    }

    fn in_package(&self, parent: Sections, id: DwoId) -> Option<Sections> {
        let package = self.package.get_or_init(|| {
            let bytes = packages().find_map(|path| memory::map(&path).ok())?.bytes();
            let object = object::File::parse(bytes).ok()?;
            let section = |id: SectionId| load(&object, id.dwo_name().unwrap_or_default());
            gimli::DwarfPackage::load(section, empty()).ok()
        });
        let found = package.as_ref()?.find_cu(id, parent).ok()??;
        Some(Box::leak(Box::new(found)))
    }

    /// A single file, mapped once.
    fn file(&self, parent: Sections, path: &Path) -> Option<Sections> {
        let open = || {
            let object = object::File::parse(memory::map(path).ok()?.bytes()).ok()?;
            let section = |id: SectionId| load(&object, id.dwo_name().unwrap_or_default());
            let mut dwarf = gimli::Dwarf::load(section).ok()?;
            dwarf.make_dwo(parent);
            Some(&*Box::leak(Box::new(dwarf)))
        };
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        *files.entry(path.to_owned()).or_insert_with(open)
    }
}

/// The unit with this number, if it is there.
fn unit_of(dwarf: Sections, skeleton: &gimli::Unit<Slice>, id: DwoId) -> Option<Whole> {
    let mut headers = dwarf.units();
    while let Some(header) = headers.next().ok()? {
        let mut unit = dwarf.unit(header).ok()?;
        if unit.dwo_id == Some(id) {
            unit.copy_relocated_attributes(skeleton);
            return Some((unit, dwarf));
        }
    }
    None
}

/// Where a package may be: beside the program.
fn packages() -> impl Iterator<Item = PathBuf> {
    let program = std::env::current_exe().ok();
    program.into_iter().flat_map(|program| {
        let mut appended = program.clone().into_os_string();
        appended.push(".dwp");
        [PathBuf::from(appended), program.with_extension("dwp")]
    })
}

/// Where a single file may be: where the build put it, or as near the program as cargo puts it, if both were moved.
fn places(file: &Path) -> Vec<PathBuf> {
    let mut places = vec![file.to_owned()];
    let program = std::env::current_exe().ok();
    if let Some(folder) = program.as_deref().and_then(Path::parent)
        && let Some(name) = file.file_name()
    {
        places.extend(["", "deps", "../deps"].map(|near| folder.join(near).join(name)));
    }
    places
}

/// The path that a skeleton says the rest of it has.
fn name(parent: &gimli::Dwarf<Slice>, skeleton: &gimli::Unit<Slice>) -> Option<PathBuf> {
    let text = |slice: Slice| std::str::from_utf8(slice.slice()).ok();
    let name = parent
        .attr_string(skeleton, skeleton.dwo_name().ok()??)
        .ok()?;
    let home = skeleton.comp_dir.and_then(text).unwrap_or_default();
    Some(Path::new(home).join(text(name)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{dwarf::Image, memory::Program};

    fn missing() -> MissingDwo {
        MissingDwo {
            package: "/there/program.dwp".into(),
            file: "/there/deps/unit.dwo".into(),
            how: How::Gone,
        }
    }

    #[test]
    fn it_says_what_is_gone_and_what_to_do() {
        assert_eq!(
            missing().to_string(),
            "the split debug info file was not found: there is neither `/there/deps/unit.dwo` nor `/there/program.dwp`; \
             keep what the build wrote there or beside the program, or set `split-debuginfo = \"off\"` in [profile.dev] and \
             [profile.test]"
        );
        let other = MissingDwo {
            how: How::Other,
            ..missing()
        };
        assert!(
            other
                .to_string()
                .starts_with("the split debug info file is of another build, or broken: neither")
        );
    }

    #[test]
    fn a_unit_knows_what_was_split_off() {
        let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/sections/skeleton");
        let program = Program {
            bias: 0,
            span: 0..u64::MAX,
        };
        let bytes = memory::map(&seed).expect("the seed is there").bytes();
        let image = Image::of(bytes, program).expect("it has a unit");
        let missing = image.missing().expect("the seed was kept without it");
        assert_eq!(
            missing.file.extension().and_then(|end| end.to_str()),
            Some("dwo")
        );
        let (_, unit) = image.units.skeleton(0).expect("it has a unit");
        let mut code = image.units.dwarf.unit_ranges(&unit).expect("it has code");
        let code = code.next().expect("it is readable").expect("it has code");
        assert_eq!(image.missing_at(code.begin), Some(missing));
        assert_eq!(image.missing_at(code.end + (1 << 40)), None);
    }
}
