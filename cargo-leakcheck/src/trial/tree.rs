//! The files that make up a workspace, as its version control has them.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Component, Path, PathBuf},
    process::Command,
};

use crate::{error::Error, workspace::Workspace};

/// Folders of version control.
const HIDDEN: [&str; 4] = [".git", ".hg", ".jj", ".svn"];

/// What cargo and others put into folders that can be made anew.
const CACHE: &str = "CACHEDIR.TAG";

/// A folder, and what is in it that counts.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    /// Relative to the root.
    pub(crate) files: BTreeSet<PathBuf>,
}

impl Tree {
    /// The repository around the workspace: what git tracks, with submodules, and what it would offer to add. Without git it is
    /// all of the workspace but caches.
    pub(crate) fn around(workspace: &Workspace) -> Result<Self, Error> {
        let root = repository(&workspace.root);
        let mut tree = Self {
            root: root.clone().unwrap_or_else(|| workspace.root.clone()),
            files: BTreeSet::new(),
        };
        match root {
            Some(root) => {
                tree.list(&root, &["--cached", "--recurse-submodules"])?;
                tree.list(&root, &["--others", "--exclude-standard"])?;
            }
            None => tree.walk(Path::new(""))?,
        }
        // It is changed in the copy, and kept there.
        if let Ok(lock) = workspace.root.join("Cargo.lock").strip_prefix(&tree.root) {
            tree.files.remove(lock);
        }
        let target = workspace.target.strip_prefix(&tree.root).ok();
        let Self { root, files } = &mut tree;
        files.retain(|file| {
            let is_there = root.join(file).symlink_metadata().is_ok();
            is_there
                && !target.is_some_and(|target| file.starts_with(target))
                && !is_configuration(file)
        });
        Ok(tree)
    }

    /// Adds what git lists; of a repository inside that is not its own it lists the folder.
    fn list(&mut self, root: &Path, which: &[&str]) -> Result<(), Error> {
        let failed = |cause: String| Error::Git {
            folder: root.to_owned(),
            cause,
        };
        let output = git(root).args(["ls-files", "-z"]).args(which).output();
        let output = output.map_err(|cause| failed(cause.to_string()))?;
        if !output.status.success() {
            let cause = String::from_utf8_lossy(&output.stderr);
            return Err(failed(cause.trim().to_owned()));
        }
        for name in output
            .stdout
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
        {
            let path = path(name);
            if root
                .join(&path)
                .symlink_metadata()
                .is_ok_and(|about| about.is_dir())
            {
                self.walk(&path)?;
            } else {
                self.files.insert(path);
            }
        }
        Ok(())
    }

    fn walk(&mut self, folder: &Path) -> Result<(), Error> {
        let whole = self.root.join(folder);
        if whole.join(CACHE).exists() {
            return Ok(());
        }
        let failed = |cause| Error::Read {
            path: whole.clone(),
            cause,
        };
        for entry in fs::read_dir(&whole).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = folder.join(entry.file_name());
            let is_folder = entry.file_type().is_ok_and(|of| of.is_dir());
            if !is_folder {
                self.files.insert(path);
            } else if !is_hidden(&entry.file_name()) {
                self.walk(&path)?;
            }
        }
        Ok(())
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name == "target" || HIDDEN.iter().any(|hidden| name == *hidden)
}

/// Whether cargo reads it for what is below its folder: it holds for the copy where it is.
fn is_configuration(file: &Path) -> bool {
    let mut parts = file.components().rev();
    let name = parts.next();
    let is =
        |part: Option<Component<'_>>, name: &str| part.is_some_and(|part| part.as_os_str() == name);
    is(parts.next(), ".cargo") && (is(name, "config.toml") || is(name, "config"))
}

/// The folder of the repository that a folder is in.
fn repository(folder: &Path) -> Option<PathBuf> {
    let output = git(folder)
        .args(["rev-parse", "--show-prefix"])
        .output()
        .ok()?;
    let prefix = output.status.success().then_some(output.stdout)?;
    let prefix = path(prefix.trim_ascii_end());
    folder
        .ancestors()
        .nth(prefix.components().count())
        .map(Path::to_owned)
}

/// Git, which writes nothing.
fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).env("GIT_OPTIONAL_LOCKS", "0");
    git
}

#[cfg(unix)]
fn path(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(name).into()
}

#[cfg(not(unix))]
fn path(name: &[u8]) -> PathBuf {
    String::from_utf8_lossy(name).into_owned().into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn shown(root: &Path, workspace: &str) -> Vec<String> {
        let root = root.join(workspace);
        let workspace = Workspace {
            target: root.join("built"),
            root,
            packages: BTreeMap::new(),
            members: Vec::new(),
        };
        let tree = Tree::around(&workspace).expect("a tree");
        tree.files
            .iter()
            .map(|file| file.display().to_string())
            .collect()
    }

    fn write(root: &Path, names: &[&str]) {
        for name in names {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "").expect("it is written");
        }
    }

    const FILES: [&str; 8] = [
        "a/Cargo.toml",
        "a/Cargo.lock",
        "a/src/lib.rs",
        "a/built/debug/x",
        "a/.cargo/config.toml",
        "a/target/y",
        "a/ignored",
        "b/lib.rs",
    ];

    #[test]
    fn without_git_it_is_all_but_caches() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &FILES);
        write(folder.path(), &["a/.hg/x", "a/cache/CACHEDIR.TAG"]);
        // The folder of temporary files is in no repository.
        assert_eq!(
            shown(folder.path(), "a"),
            ["Cargo.toml", "ignored", "src/lib.rs"]
        );
    }

    #[test]
    fn with_git_it_is_the_repository() {
        let folder = tempfile::tempdir().expect("a folder");
        let run = |args: &[&str]| {
            let mut git = git(folder.path());
            git.args(["-c", "user.name=a", "-c", "user.email=a@b"])
                .args(args);
            assert!(git.output().expect("git runs").status.success(), "{args:?}");
        };
        write(folder.path(), &FILES);
        run(&["init", "-q"]);
        fs::write(folder.path().join(".gitignore"), "ignored\n").expect("it is written");
        write(folder.path(), &["gone"]);
        run(&["add", "-A"]);
        fs::remove_file(folder.path().join("gone")).expect("it is there");
        write(folder.path(), &["a/new.rs", "inner/.git/HEAD", "inner/x"]);
        assert_eq!(
            shown(folder.path(), "a"),
            [
                ".gitignore",
                "a/Cargo.toml",
                "a/new.rs",
                "a/src/lib.rs",
                "a/target/y",
                "b/lib.rs",
                "inner/x"
            ]
        );
    }
}
