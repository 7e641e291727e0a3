//! The copy of a workspace, and how its files are seen from the original.

use std::path::{Path, PathBuf};

use crate::{
    error::Error,
    report::Frame,
    repository::Repository,
    trial::{
        locked::{self, Changed},
        mirror::Mirror,
        plan::Plan,
        tree::Tree,
    },
    workspace::Workspace,
};

/// A copy, and what it is one of.
#[derive(Debug)]
pub(crate) struct Copy<'w> {
    pub(crate) workspace: &'w Workspace,
    pub(crate) tree: Tree,
    pub(crate) mirror: Mirror,
    /// What it is kept in, with all else of the trial.
    pub(crate) folder: PathBuf,
}

impl<'w> Copy<'w> {
    /// The copy of a workspace, which need not be there yet.
    pub(crate) fn of(workspace: &'w Workspace) -> Result<Self, Error> {
        let folder = workspace.runs().join("try");
        Ok(Self {
            workspace,
            tree: Tree::around(workspace)?,
            mirror: Mirror::in_folder(&folder),
            folder,
        })
    }

    /// Makes it what the plan says.
    pub(crate) fn write(&self, plan: &Plan) -> Result<(), Error> {
        let Tree { root, files } = &self.tree;
        self.mirror.write(root, files, &plan.texts())
    }

    /// The root of the workspace.
    pub(crate) fn root(&self) -> PathBuf {
        let inside = self.workspace.root.strip_prefix(&self.tree.root);
        self.mirror.root.join(inside.unwrap_or(Path::new("")))
    }

    /// The same folder as one of the original, if it is there.
    pub(crate) fn folder_of(&self, original: &Path) -> Option<PathBuf> {
        let inside = original.strip_prefix(&self.tree.root).ok()?;
        Some(self.mirror.root.join(inside)).filter(|folder| folder.is_dir())
    }

    /// Gives it the versions of the original.
    pub(crate) fn lock(&self) -> Result<(), Error> {
        let [original, copy, kept] = self.locks();
        locked::give(&original, &copy, &kept)
    }

    /// Where its versions are others.
    pub(crate) fn changed_versions(&self) -> Vec<Changed> {
        let [original, copy, _] = self.locks();
        locked::changes(&original, &copy)
    }

    fn locks(&self) -> [PathBuf; 3] {
        let root = self.root();
        [&self.workspace.root, &root, &self.folder].map(|folder| folder.join("Cargo.lock"))
    }

    /// A file of the tree as it is seen from the workspace.
    pub(crate) fn seen(&self, file: &Path) -> PathBuf {
        let whole = self.tree.root.join(file);
        let seen = whole.strip_prefix(&self.workspace.root);
        seen.unwrap_or(file).to_owned()
    }

    /// Names the file of a frame as it is seen from the workspace, where it is one of the original.
    pub(crate) fn show(&self, frame: &mut Frame, package: Option<&str>, repository: &Repository) {
        let in_copy = |file: &String| {
            let inside = Path::new(file).strip_prefix(&self.mirror.root).ok()?;
            Some(self.tree.root.join(inside).display().to_string())
        };
        if let Some(file) = frame.file.as_ref().and_then(in_copy) {
            frame.file = Some(file);
        }
        if let Some(path) = repository.path_of(frame, package) {
            frame.file = Some(self.seen(&path).display().to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use super::*;

    #[test]
    fn files_are_seen_from_the_workspace() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("rust");
        fs::create_dir_all(root.join("app/src")).expect("a folder");
        fs::write(root.join("app/src/a.rs"), "").expect("it is written");
        let workspace = Workspace {
            target: root.join("target"),
            packages: [("app".to_owned(), root.join("app"))].into(),
            root,
            members: Vec::new(),
        };
        let copy = Copy {
            workspace: &workspace,
            tree: Tree {
                root: folder.path().to_owned(),
                files: [PathBuf::from("rust/app/src/a.rs")].into(),
            },
            mirror: Mirror::in_folder(&workspace.root.join("target/leakcheck/try")),
            folder: PathBuf::new(),
        };
        copy.mirror
            .write(&copy.tree.root, &copy.tree.files, &BTreeMap::new())
            .expect("a copy");
        assert_eq!(
            copy.seen(Path::new("rust/app/src/a.rs")),
            Path::new("app/src/a.rs")
        );
        assert_eq!(copy.seen(Path::new("b.rs")), Path::new("b.rs"));
        let in_copy = copy.root().join("app/src/a.rs").display().to_string();
        let repository = Repository::around(&workspace.root, None, workspace.packages.clone());
        for (file, expected) in [
            ("src/a.rs", "app/src/a.rs"),
            (&*in_copy, "app/src/a.rs"),
            ("axum-0.8.3/src/lib.rs", "axum-0.8.3/src/lib.rs"),
        ] {
            let mut frame = Frame {
                file: Some(file.to_owned()),
                ..Frame::default()
            };
            copy.show(&mut frame, Some("app"), &repository);
            assert_eq!(frame.file.as_deref(), Some(expected));
        }
        assert_eq!(
            copy.folder_of(&workspace.root.join("app")),
            Some(copy.root().join("app"))
        );
        assert_eq!(copy.folder_of(Path::new("/")), None);
    }
}
