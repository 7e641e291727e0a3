//! The modules of a crate, as the compiler finds them, but with all twins: those that a condition leaves out are read as well.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

use syn::{ForeignItem, Item, ItemMod};

use crate::{
    attributes,
    paths::{Paths, plain},
    sources::{Part, Sources},
};

/// The place of a module among those of its crate.
pub(crate) type Id = usize;

/// Where a module stands and what is in it.
pub(crate) struct Module {
    pub(crate) parent: Option<Id>,
    pub(crate) file: PathBuf,
    /// What is defined here, by name.
    pub(crate) items: Vec<String>,
    pub(crate) children: BTreeMap<String, Vec<Id>>,
    pub(crate) paths: Paths,
    /// Whether a macro stands here that may define what it wants.
    pub(crate) is_open: bool,
}

/// All modules, the root first.
pub(crate) struct Modules {
    part: Part,
    pub(crate) all: Vec<Module>,
    /// The files of each macro, which is known further down without a path.
    pub(crate) macros: BTreeMap<String, BTreeSet<PathBuf>>,
    /// Modules without a file.
    pub(crate) lost: Vec<String>,
}

/// Where a module stands: its parent, its file, and the folder for the files of its children.
struct Place {
    parent: Option<Id>,
    file: PathBuf,
    folder: PathBuf,
}

impl Modules {
    pub(crate) fn of(sources: &Sources, part: Part) -> Self {
        let mut modules = Self {
            part,
            all: Vec::new(),
            macros: BTreeMap::new(),
            lost: Vec::new(),
        };
        let root = Place {
            parent: None,
            file: sources.root().to_owned(),
            folder: PathBuf::new(),
        };
        modules.add_file(sources, &root);
        modules
    }

    /// Adds what a file has; it may be there for tests only, as it says itself.
    fn add_file(&mut self, sources: &Sources, place: &Place) -> Option<Id> {
        let file = syn::parse_file(&sources.0[&place.file]).unwrap_or_else(|error| {
            panic!("{} is not understood: {error}", place.file.display());
        });
        let has_it = self.part.has(&file.attrs);
        has_it.then(|| self.add(sources, place, &file.items))
    }

    fn add(&mut self, sources: &Sources, place: &Place, items: &[Item]) -> Id {
        let (id, part) = (self.all.len(), self.part);
        let items = items
            .iter()
            .filter(|item| part.has(attributes::of_item(item)));
        let macros = items.clone().filter(|item| matches!(item, Item::Macro(_)));
        for name in macros.clone().flat_map(defined) {
            let files = self.macros.entry(name).or_default();
            files.insert(place.file.clone());
        }
        self.all.push(Module {
            parent: place.parent,
            file: place.file.clone(),
            items: items.clone().flat_map(defined).collect(),
            children: BTreeMap::new(),
            paths: Paths::of(items.clone(), part),
            is_open: macros.clone().any(|item| defined(item).is_empty()),
        });
        for item in items {
            if let Item::Mod(module) = item
                && let Some(child) = self.add_child(sources, id, place, module)
            {
                let name = plain(&module.ident);
                self.all[id].children.entry(name).or_default().push(child);
            }
        }
        id
    }

    fn add_child(
        &mut self,
        sources: &Sources,
        parent: Id,
        place: &Place,
        module: &ItemMod,
    ) -> Option<Id> {
        let name = plain(&module.ident);
        let folder = place.folder.join(&name);
        let at = |file: PathBuf, folder: PathBuf| Place {
            parent: Some(parent),
            file,
            folder,
        };
        if let Some((_, items)) = &module.content {
            return Some(self.add(sources, &at(place.file.clone(), folder), items));
        }
        let (files, folder) = match attributes::path(&module.attrs) {
            Some(path) => {
                let file = normal(&place.file.with_file_name("").join(path));
                let folder = file.with_file_name("");
                (vec![file], folder)
            }
            None => (
                vec![folder.with_extension("rs"), folder.join("mod.rs")],
                folder,
            ),
        };
        let found = files.into_iter().find(|file| sources.0.contains_key(file));
        if found.is_none() {
            let file = place.file.display();
            self.lost.push(format!("{file}: `mod {name}` has no file"));
        }
        found.and_then(|file| self.add_file(sources, &at(file, folder)))
    }
}

/// The names that an item defines.
fn defined(item: &Item) -> Vec<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::ForeignMod(foreign) => return foreign.items.iter().filter_map(declared).collect(),
        Item::Macro(item) => return item.ident.iter().map(plain).collect(),
        _ => return Vec::new(),
    };
    vec![plain(ident)]
}

/// The name of a function or a variable of another language.
fn declared(item: &ForeignItem) -> Option<String> {
    match item {
        ForeignItem::Fn(item) => Some(plain(&item.sig.ident)),
        ForeignItem::Static(item) => Some(plain(&item.ident)),
        _ => None,
    }
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}
