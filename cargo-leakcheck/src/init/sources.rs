//! The source files of a workspace, each of which is changed once.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    edit::{CrateFile, apply, crate_files},
    error::Error,
    init::{attributes::Attributes, draft::Draft, told::Told},
    trial::{memory::Memory, tree::Tree},
    workspace::{Member, Root, Workspace},
};

/// What is known of the sources, and which files have been looked at.
#[derive(Debug)]
pub(crate) struct Sources<'a> {
    tree: &'a Tree,
    memory: Memory,
    seen: BTreeSet<PathBuf>,
}

impl<'a> Sources<'a> {
    pub(crate) fn of(workspace: &Workspace, tree: &'a Tree) -> Self {
        Self {
            tree,
            memory: Memory::of(workspace),
            seen: BTreeSet::new(),
        }
    }

    /// Adds the attributes of a package; true if there are new ones.
    pub(crate) fn add(
        &mut self,
        member: &Member,
        draft: &mut Draft,
        told: &mut Told,
    ) -> Result<bool, Error> {
        let mut has_new = false;
        for root in &member.roots {
            for file in crate_files(&root.path) {
                let Some(attributes) = self.attributes(&file, root) else {
                    continue;
                };
                if told.add(&file, member, &attributes) {
                    has_new |= !attributes.changes.is_empty();
                    draft.change(&file.path, |text| Some(apply(text?, &attributes.changes)))?;
                }
            }
        }
        Ok(has_new)
    }

    /// What a file needs, if it is one of the repository and was not looked at yet.
    fn attributes(&mut self, file: &CrateFile, root: &Root) -> Option<Attributes> {
        let inside: &Path = file.path.strip_prefix(&self.tree.root).ok()?;
        if !self.tree.files.contains(inside) || !self.seen.insert(file.path.clone()) {
            return None;
        }
        let refused = self.memory.in_file(inside, &file.text);
        Some(Attributes::of(file, root.is_for_tests, &refused))
    }
}
