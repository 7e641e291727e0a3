//! Debug info beside the program: `split-debuginfo = "unpacked"` leaves a file per unit, `"packed"` one for all.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use gimli::{DwoId, SectionId};

use super::{
    Slice,
    image::{empty, load},
};
use crate::read::memory;

/// Where the parts are that were split off.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// The package beside the program, once one was looked for.
    package: std::sync::OnceLock<Option<Package>>,
    /// Single files by their paths.
    files: Mutex<HashMap<PathBuf, Option<&'static gimli::Dwarf<Slice>>>>,
}

struct Package(gimli::DwarfPackage<Slice>);

impl std::fmt::Debug for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Package")
    }
}

impl Split {
    /// The unit that a skeleton in the program stands for, with its sections.
    pub(super) fn unit(
        &self,
        parent: &'static gimli::Dwarf<Slice>,
        skeleton: &gimli::Unit<Slice>,
        id: DwoId,
    ) -> Option<(gimli::Unit<Slice>, &'static gimli::Dwarf<Slice>)> {
        let dwarf = self
            .in_package(parent, id)
            .or_else(|| self.in_file(parent, skeleton))?;
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

    fn in_package(
        &self,
        parent: &'static gimli::Dwarf<Slice>,
        id: DwoId,
    ) -> Option<&'static gimli::Dwarf<Slice>> {
        let package = self.package.get_or_init(|| {
            let program = std::env::current_exe().ok()?;
            let mut appended = program.clone().into_os_string();
            appended.push(".dwp");
            let bytes = [PathBuf::from(appended), program.with_extension("dwp")]
                .iter()
                .find_map(|path| memory::map(path).ok())?;
            let object = object::File::parse(bytes).ok()?;
            let section = |id: SectionId| load(&object, id.dwo_name().unwrap_or_default());
            gimli::DwarfPackage::load(section, empty())
                .ok()
                .map(Package)
        });
        let found = package.as_ref()?.0.find_cu(id, parent).ok()??;
        Some(Box::leak(Box::new(found)))
    }

    fn in_file(
        &self,
        parent: &'static gimli::Dwarf<Slice>,
        skeleton: &gimli::Unit<Slice>,
    ) -> Option<&'static gimli::Dwarf<Slice>> {
        let text = |slice: Slice| std::str::from_utf8(slice.slice()).ok();
        let name = parent
            .attr_string(skeleton, skeleton.dwo_name().ok()??)
            .ok()?;
        let home = skeleton.comp_dir.and_then(text).unwrap_or_default();
        let path = Path::new(home).join(text(name)?);
        let files = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = files().get(&path) {
            return *known;
        }
        let read = || {
            let object = object::File::parse(memory::map(&path).ok()?).ok()?;
            let section = |id: SectionId| load(&object, id.dwo_name().unwrap_or_default());
            let mut dwarf = gimli::Dwarf::load(section).ok()?;
            dwarf.make_dwo(parent);
            Some(&*Box::leak(Box::new(dwarf)))
        };
        let dwarf = read();
        files().insert(path, dwarf);
        dwarf
    }
}
