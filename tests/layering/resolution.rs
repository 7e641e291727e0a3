//! What a path leads to: through modules and re-exports to the file that defines an item.

use std::{collections::BTreeSet, path::PathBuf};

use crate::modules::{Id, Modules};

/// What a path passed and where it ended.
#[derive(Default)]
pub(crate) struct Reached {
    /// Modules on its way or at its end.
    pub(crate) modules: BTreeSet<Id>,
    /// The item at its end, by the file and the name of each definition.
    pub(crate) items: BTreeSet<(PathBuf, String)>,
    /// The item is one that the root of the crate hands on.
    pub(crate) is_public: bool,
    /// A segment that a module of the crate does not have.
    pub(crate) missing: Option<String>,
}

/// What a name stands for; twins are several.
#[derive(Default)]
struct Meant {
    modules: BTreeSet<Id>,
    items: BTreeSet<(PathBuf, String)>,
    /// Something of another crate, perhaps.
    is_foreign: bool,
}

impl Meant {
    fn is_nothing(&self) -> bool {
        self.modules.is_empty() && self.items.is_empty() && !self.is_foreign
    }

    fn add(&mut self, other: Self) {
        self.modules.extend(other.modules);
        self.items.extend(other.items);
        self.is_foreign |= other.is_foreign;
    }
}

/// Names that are being looked up: an import may lead back to itself.
type Asked = Vec<(Id, String)>;

impl Modules {
    /// Follows a path that stands in the module `from`.
    pub(crate) fn resolve(&self, from: Id, path: &[String]) -> Reached {
        let mut reached = Reached::default();
        let end = self.follow(from, path, &mut reached, &mut Vec::new());
        reached.modules.extend(end.modules);
        reached.items = end.items;
        let root = &self.all[0].file;
        reached.is_public &= reached.items.iter().any(|(file, _)| file != root);
        reached
    }

    /// What a path means; `reached` hears of the way to it.
    fn follow(&self, from: Id, path: &[String], reached: &mut Reached, asked: &mut Asked) -> Meant {
        let Some((first, rest)) = path.split_first() else {
            return Meant::default();
        };
        let mut meant = match first.as_str() {
            "crate" | "self" | "super" => self.step(from, first, asked),
            name => self.look_up(from, name, asked),
        };
        meant.is_foreign |= meant.is_nothing();
        for segment in rest {
            if meant.modules.is_empty() {
                // What stands behind an item belongs to it.
                break;
            }
            let modules = std::mem::take(&mut meant).modules;
            reached.is_public = modules.iter().all(|id| self.all[*id].parent.is_none());
            for module in &modules {
                meant.add(self.step(*module, segment, asked));
            }
            if meant.is_nothing() {
                reached.missing = Some(segment.clone());
            }
            reached.modules.extend(modules);
        }
        meant
    }

    /// From a module to what it has under this name.
    fn step(&self, module: Id, segment: &str, asked: &mut Asked) -> Meant {
        let to = match segment {
            "crate" => Some(0),
            "self" => Some(module),
            "super" => self.all[module].parent,
            name => {
                let mut meant = self.look_up(module, name, asked);
                let module = &self.all[module];
                if meant.is_nothing() && module.is_open {
                    meant.items.insert((module.file.clone(), name.to_owned()));
                }
                return meant;
            }
        };
        Meant {
            modules: to.into_iter().collect(),
            ..Meant::default()
        }
    }

    /// What a name stands for in a module.
    fn look_up(&self, id: Id, name: &str, asked: &mut Asked) -> Meant {
        let mut meant = Meant::default();
        let question = (id, name.to_owned());
        if asked.contains(&question) {
            return meant;
        }
        asked.push(question);
        let module = &self.all[id];
        meant
            .modules
            .extend(module.children.get(name).into_iter().flatten());
        if module.items.iter().any(|item| item == name) {
            meant.items.insert((module.file.clone(), name.to_owned()));
        }
        for import in &module.paths.imports {
            if import.name.as_deref() == Some(name) {
                meant.add(self.follow(id, &import.path, &mut Reached::default(), asked));
            }
        }
        let globs = module
            .paths
            .imports
            .iter()
            .filter(|import| import.name.is_none());
        for glob in globs {
            if !meant.is_nothing() {
                break;
            }
            let end = self.follow(id, &glob.path, &mut Reached::default(), asked);
            meant.is_foreign = end.is_foreign;
            for module in end.modules {
                meant.add(self.look_up(module, name, asked));
            }
        }
        asked.pop();
        meant
    }
}
