//! Files as they are to be, beside what they are.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use similar::TextDiff;

use crate::{error::Error, optional_file, output};

/// Lines around a difference that are shown.
const CONTEXT: usize = 3;

/// A file that is to change.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    /// Nothing where it is new.
    pub(crate) before: Option<String>,
    pub(crate) after: String,
}

/// All files that are to change.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The folder that files are named from.
    root: PathBuf,
    pub(crate) edits: BTreeMap<PathBuf, Edit>,
}

impl Draft {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            edits: BTreeMap::new(),
        }
    }

    /// Changes a file by its text, which is nothing where it is not there; that may also be what comes of it.
    pub(crate) fn change(
        &mut self,
        path: &Path,
        change: impl FnOnce(Option<&str>) -> Option<String>,
    ) -> Result<(), Error> {
        let before = optional_file::read(path)?;
        let after = change(before.as_deref());
        if let Some(after) = after.filter(|after| before.as_ref() != Some(after)) {
            self.edits.insert(path.to_owned(), Edit { before, after });
        }
        Ok(())
    }

    /// What changes, as git shows it.
    pub(crate) fn diff(&self) -> String {
        let mut out = String::new();
        for (path, edit) in &self.edits {
            let name = path.strip_prefix(&self.root).unwrap_or(path).display();
            let from = match edit.before {
                Some(_) => format!("a/{name}"),
                None => "/dev/null".to_owned(),
            };
            let before = edit.before.as_deref().unwrap_or_default();
            let diff = TextDiff::from_lines(before, &edit.after);
            let mut diff = diff.unified_diff();
            diff.context_radius(CONTEXT)
                .header(&from, &format!("b/{name}"));
            let _ = write!(out, "{diff}");
        }
        out
    }

    /// Writes all files.
    pub(crate) fn apply(&self) -> Result<(), Error> {
        let mut edits = self.edits.iter();
        edits.try_for_each(|(path, edit)| write(path, &edit.after))
    }
}

/// Writes a file whole or not at all; where a link leads to it, it stays one.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = whole.parent().map_or(Ok(()), fs::create_dir_all);
    folder.map_err(|cause| Error::Write {
        path: path.to_owned(),
        cause,
    })?;
    output::replace(&whole, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_is_that_of_git() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("old"), "1\n2\n3").expect("it is written");
        let mut draft = Draft::new(folder.path());
        draft
            .change(&path("old"), |text| {
                text.map(|text| text.replace('2', "two"))
            })
            .expect("a text");
        draft
            .change(&path("new/file"), |text| {
                text.is_none().then(|| "one\n".to_owned())
            })
            .expect("a text");
        draft.change(&path("none"), |_| None).expect("a text");
        draft
            .change(&path("old"), |text| text.map(str::to_owned))
            .expect("the same text");
        assert_eq!(
            draft.diff(),
            "--- /dev/null\n+++ b/new/file\n@@ -0,0 +1 @@\n+one\n--- a/old\n+++ b/old\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n\\ No newline at end of file\n"
        );
        draft.apply().expect("it is written");
        assert_eq!(
            optional_file::read(&path("new/file"))
                .expect("text")
                .as_deref(),
            Some("one\n")
        );
        assert_eq!(
            optional_file::read(&path("old")).expect("text").as_deref(),
            Some("1\ntwo\n3")
        );
    }
}
