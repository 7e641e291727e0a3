//! What has been written, so that it can be taken back.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    init::draft::{self, Draft},
    optional_file, output,
    workspace::Workspace,
};

/// A file that was changed, or made where nothing was before.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) path: PathBuf,
    pub(crate) before: Option<String>,
    pub(crate) after: String,
}

/// All of them, in a file below the target folder, which several workspaces may share.
#[derive(Debug)]
pub(crate) struct Record {
    path: PathBuf,
    workspace: PathBuf,
    written: Vec<Written>,
}

/// What the file has: the files of each workspace.
type Kept = BTreeMap<PathBuf, Vec<Written>>;

/// What became of a file that is to be as it was.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Undone {
    AsBefore(PathBuf),
    /// It was edited since, and stays.
    Edited(PathBuf),
}

impl Record {
    /// That of a workspace, which is empty where nothing is known.
    pub(crate) fn of(workspace: &Workspace) -> Self {
        Self::at(&workspace.runs().join("init.json"), &workspace.root)
    }

    fn at(path: &Path, workspace: &Path) -> Self {
        Self {
            path: path.to_owned(),
            workspace: workspace.to_owned(),
            written: kept(path).remove(workspace).unwrap_or_default(),
        }
    }

    /// The file that it is kept in.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// Adds what is about to be written.
    pub(crate) fn add(&mut self, draft: &Draft) -> Result<(), Error> {
        for (path, edit) in &draft.edits {
            self.note(path, edit.before.clone(), edit.after.clone());
        }
        self.keep()
    }

    /// Adds a file that something else has written, if it differs.
    pub(crate) fn note(&mut self, path: &Path, before: Option<String>, after: String) {
        if before.as_ref() == Some(&after) {
            return;
        }
        let known = self.written.iter_mut().find(|known| known.path == path);
        match known {
            // The state before is the one of before the first time, unless it was edited in between.
            Some(known) if before.as_ref() == Some(&known.after) => known.after = after,
            Some(known) => {
                *known = Written {
                    path: path.to_owned(),
                    before,
                    after,
                }
            }
            None => self.written.push(Written {
                path: path.to_owned(),
                before,
                after,
            }),
        }
    }

    pub(crate) fn keep(&self) -> Result<(), Error> {
        let mut kept = kept(&self.path);
        kept.insert(self.workspace.clone(), self.written.clone());
        let text = serde_json::to_string(&kept).unwrap_or_default();
        output::write(&self.path, &text)
    }

    /// Makes all files as they were, and forgets those.
    pub(crate) fn undo(mut self) -> Result<Vec<Undone>, Error> {
        let mut undone = Vec::new();
        let mut edited = Vec::new();
        for written in std::mem::take(&mut self.written) {
            let now = optional_file::read(&written.path)?;
            if now != written.before && now.as_ref() != Some(&written.after) {
                undone.push(Undone::Edited(written.path.clone()));
                edited.push(written);
                continue;
            }
            restore(&written)?;
            undone.push(Undone::AsBefore(written.path));
        }
        self.written = edited;
        self.keep()?;
        Ok(undone)
    }
}

fn kept(path: &Path) -> Kept {
    let text = fs::read(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn restore(written: &Written) -> Result<(), Error> {
    match &written.before {
        Some(text) => draft::write(&written.path, text),
        None if written.path.exists() => {
            fs::remove_file(&written.path).map_err(|cause| Error::Write {
                path: written.path.clone(),
                cause,
            })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_taken_back_unless_it_was_edited() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| fs::write(path(name), text).expect("it is written");
        for name in ["a", "b", "c"] {
            write(name, "1");
        }
        let mut record = Record::at(&path("record"), folder.path());
        for name in ["a", "b", "new"] {
            let before = (name != "new").then(|| "1".to_owned());
            record.note(&path(name), before, "2".to_owned());
            write(name, "2");
        }
        record.note(&path("c"), Some("1".to_owned()), "1".to_owned());
        record.note(&path("a"), Some("2".to_owned()), "3".to_owned());
        write("a", "3");
        write("b", "edited");
        record.keep().expect("it is kept");
        // That of another workspace.
        let other = Record::at(&path("record"), Path::new("/other"));
        assert!(other.is_empty());
        other.keep().expect("it is kept");
        let undone = Record::at(&path("record"), folder.path())
            .undo()
            .expect("it is undone");
        assert_eq!(
            undone,
            [
                Undone::AsBefore(path("a")),
                Undone::Edited(path("b")),
                Undone::AsBefore(path("new"))
            ]
        );
        let read = |name: &str| fs::read_to_string(path(name)).ok();
        assert_eq!(
            (read("a").as_deref(), read("b").as_deref(), read("new")),
            (Some("1"), Some("edited"), None)
        );
        write("b", "2");
        assert_eq!(
            Record::at(&path("record"), folder.path())
                .undo()
                .expect("it is undone"),
            [Undone::AsBefore(path("b"))]
        );
        assert!(Record::at(&path("record"), folder.path()).is_empty());
    }
}
