//! `cargo leakcheck init`: puts leakcheck into a workspace, and takes it out again.

mod attributes;
mod beside;
mod draft;
#[cfg(test)]
mod layouts;
mod record;
mod sources;
mod told;

use std::{
    collections::BTreeSet,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use crate::{
    args::Consent,
    edit::manifest::{Library, Manifest},
    error::Error,
    optional_file, output,
    trial::tree::Tree,
    workspace::{Member, Workspace},
};
use beside::Beside;
use draft::Draft;
use record::Record;
use sources::Sources;
use told::Told;

/// What is put in, and how.
#[derive(Debug)]
pub(crate) struct Init<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) library: Library,
    pub(crate) consent: Consent,
    pub(crate) wants_nextest: bool,
}

/// Files that the run which follows may write.
#[derive(Debug)]
pub(crate) struct Before(Vec<(PathBuf, Option<String>)>);

impl Init<'_> {
    /// Shows what is to change, and changes it where that is agreed to; nothing where nothing was changed.
    pub(crate) fn run(&self) -> Result<Option<Before>, Error> {
        let (draft, told) = self.draft()?;
        output::print(&told.left());
        if draft.edits.is_empty() {
            output::print(told::NOTHING);
            return Ok(None);
        }
        output::print(&draft.diff());
        if !self.agrees(&draft) {
            return Ok(None);
        }
        let before =
            ["Cargo.lock", crate::baseline::NAME].map(|name| self.workspace.root.join(name));
        let before: Result<Vec<_>, Error> = before
            .into_iter()
            .map(|path| Ok((path.clone(), optional_file::read(&path)?)))
            .collect();
        let before = before?;
        Record::of(self.workspace).add(&draft)?;
        draft.apply()?;
        output::print(&told.done(draft.edits.len()));
        Ok(Some(Before(before)))
    }

    fn agrees(&self, draft: &Draft) -> bool {
        if self.consent == Consent::Given {
            return true;
        }
        if !io::stdin().is_terminal() {
            output::print(told::UNASKED);
            return false;
        }
        output::print(&told::question(draft.edits.len()));
        let mut answer = String::new();
        let _ = io::stdin().read_line(&mut answer);
        let agrees = ["y", "yes"].contains(&answer.trim().to_lowercase().as_str());
        if !agrees {
            output::print(told::REFUSED);
        }
        agrees
    }

    fn draft(&self) -> Result<(Draft, Told), Error> {
        let tree = Tree::around(self.workspace)?;
        let mut draft = Draft::new(&tree.root);
        let mut told = Told::new(self.workspace);
        let mut sources = Sources::of(self.workspace, &tree);
        let mut checked = Vec::new();
        for member in &self.workspace.members {
            if sources.add(member, &mut draft, &mut told)? {
                checked.push(member);
            }
        }
        self.manifests(&checked, &mut draft)?;
        // Once, so that what is taken out again by hand does not come back.
        if (!checked.is_empty() || told.is_checked) && Record::of(self.workspace).is_empty() {
            let beside = Beside {
                repository: &tree.root,
                workspace: &self.workspace.root,
                wants_nextest: self.wants_nextest,
            };
            beside.add(&mut draft)?;
        }
        Ok((draft, told))
    }

    /// Adds the library to packages, and to what they have in common.
    fn manifests(&self, members: &[&Member], draft: &mut Draft) -> Result<(), Error> {
        let root = self.workspace.root.join("Cargo.toml");
        let text = optional_file::read(&root)?.unwrap_or_default();
        let is_shared =
            Manifest::parse(&text).is_ok_and(|manifest| manifest.has_dependencies_for_all());
        let of_member = if is_shared {
            Library::Inherited
        } else {
            self.library.clone()
        };
        let mut paths: BTreeSet<&Path> = members.iter().map(|member| &*member.manifest).collect();
        if !members.is_empty() {
            paths.insert(&root);
        }
        for path in paths {
            let is_member = members.iter().any(|member| member.manifest == path);
            draft.change(path, |text| {
                let mut manifest = Manifest::parse(text?).ok()?;
                if is_member {
                    manifest.add_library(&of_member);
                }
                if path == root {
                    manifest.add_library_for_all(&self.library);
                    manifest.make_lean();
                }
                Some(manifest.text())
            })?;
        }
        Ok(())
    }
}

/// Adds what the run has written, so that it can be taken back as well.
pub(crate) fn note(before: Before, workspace: &Workspace) -> Result<(), Error> {
    let mut record = Record::of(workspace);
    for (path, before) in before.0 {
        if let Some(after) = optional_file::read(&path)? {
            record.note(&path, before, after);
        }
    }
    record.keep()
}

/// Makes everything as it was; false if something was edited since and stays.
pub(crate) fn undo(workspace: &Workspace) -> Result<bool, Error> {
    let record = Record::of(workspace);
    if record.is_empty() {
        let path = record.path().to_owned();
        return Err(Error::NothingToUndo { path });
    }
    let undone = record.undo()?;
    output::print(&told::undone(&undone, &workspace.root));
    let is_edited = |undone: &record::Undone| matches!(undone, record::Undone::Edited(_));
    Ok(!undone.iter().any(is_edited))
}
