//! Where the files that reports name are, seen from the root of the repository.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use crate::{
    finding::Finding,
    report::{Frame, Location},
    rules,
};

/// The folders that file names are relative to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repository {
    root: PathBuf,
    workspace: PathBuf,
    packages: BTreeMap<String, PathBuf>,
}

/// A line of a file of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// With `/` between its parts, relative to the root.
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: Option<u32>,
}

impl Repository {
    /// The repository around a workspace: the given root if the workspace is inside, else the next folder above with
    /// `.git`, else the workspace itself.
    pub(crate) fn around(
        workspace: &Path,
        root: Option<&Path>,
        packages: BTreeMap<String, PathBuf>,
    ) -> Self {
        let given = root.filter(|root| workspace.starts_with(root));
        let found = || {
            workspace
                .ancestors()
                .find(|folder| folder.join(".git").exists())
        };
        Self {
            root: given.or_else(found).unwrap_or(workspace).to_owned(),
            workspace: workspace.to_owned(),
            packages,
        }
    }

    /// The line that a finding is best shown at: where it was made, or else its test.
    pub(crate) fn of_finding(&self, finding: &Finding) -> Option<Place> {
        let package = finding.test.package.as_deref();
        let made = finding.site.as_ref();
        made.and_then(|frame| self.of_frame(frame, package))
            .or_else(|| self.of_location(&finding.test_at, package))
    }

    pub(crate) fn of_location(&self, location: &Location, package: Option<&str>) -> Option<Place> {
        Some(Place {
            file: self.find(&location.file, package)?,
            line: location.line.max(1),
            column: None,
        })
    }

    /// The line of a frame.
    pub(crate) fn of_frame(&self, frame: &Frame, package: Option<&str>) -> Option<Place> {
        Some(Place {
            file: self.find(frame.file.as_deref()?, package)?,
            line: frame.line?.max(1),
            column: frame.column.filter(|column| *column > 0),
        })
    }

    /// The whole path of the file of a frame, if it is one of the repository.
    pub(crate) fn path_of(&self, frame: &Frame, package: Option<&str>) -> Option<PathBuf> {
        let file = self.find(frame.file.as_deref()?, package)?;
        Some(self.root.join(file))
    }

    /// The file with the rules that hold for a package.
    pub(crate) fn rules_of(&self, package: &str) -> Option<PathBuf> {
        rules::file_of(self.packages.get(package)?, &self.workspace)
    }

    /// How a file is called, with `/` between its parts; none for one that is not below the root.
    pub(crate) fn name_of(&self, path: &Path) -> Option<String> {
        path.strip_prefix(&self.root).ok().map(slashed)
    }

    /// The file below the root; none for one of another crate or one that is not there.
    fn find(&self, file: &str, package: Option<&str>) -> Option<String> {
        let of_package = package.and_then(|name| self.packages.get(name));
        let folders = of_package.into_iter().chain([&self.workspace, &self.root]);
        folders
            .map(|folder| flat(&folder.join(file)))
            .find(|path| path.is_file())
            .and_then(|path| path.strip_prefix(&self.root).ok().map(slashed))
    }
}

/// The path without `.` and `..`.
fn flat(path: &Path) -> PathBuf {
    let mut flat = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                flat.pop();
            }
            part => flat.push(part),
        }
    }
    flat
}

fn slashed(path: &Path) -> String {
    let parts: Vec<String> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts.join("/")
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fs;

    use super::*;

    /// A repository in a temporary folder, with a workspace inside and the files that the samples name.
    pub(crate) fn sample() -> (tempfile::TempDir, Repository) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let member = root.join("rust/my_app");
        for file in ["src/pool.rs", "src/log.rs", "tests/pool.rs"] {
            let path = member.join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, "").expect("a file");
        }
        fs::create_dir(root.join(".git")).expect("a folder");
        let packages = [("my_app".to_owned(), member)].into();
        let repository = Repository::around(&root.join("rust"), None, packages);
        (folder, repository)
    }

    #[test]
    fn files_are_relative_to_the_repository() {
        let (folder, repository) = sample();
        let whole = folder.path().join("rust/my_app/src/pool.rs");
        for (file, expected) in [
            ("src/pool.rs", Some("rust/my_app/src/pool.rs")),
            ("my_app/src/pool.rs", Some("rust/my_app/src/pool.rs")),
            ("rust/my_app/src/pool.rs", Some("rust/my_app/src/pool.rs")),
            ("../my_app/src/pool.rs", Some("rust/my_app/src/pool.rs")),
            (
                whole.to_str().expect("a path"),
                Some("rust/my_app/src/pool.rs"),
            ),
            ("axum-0.8.3/src/serve/mod.rs", None),
            ("/rustc/abc/library/std/src/thread.rs", None),
        ] {
            assert_eq!(
                repository.find(file, Some("my_app")).as_deref(),
                expected,
                "{file}"
            );
        }
    }

    #[test]
    fn a_given_root_counts_where_the_workspace_is_inside() {
        let root = |given: &str| {
            let given = Some(Path::new(given));
            Repository::around(Path::new("/a/b/c"), given, BTreeMap::new()).root
        };
        assert_eq!(root("/a"), Path::new("/a"));
        assert_eq!(root("/x"), Path::new("/a/b/c"));
    }
}
