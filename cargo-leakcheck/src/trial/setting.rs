//! Where and how cargo is run for the copy.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{args::Cancels, trial::copy::Copy};

/// The folders of a trial, and what cargo has to be told of those of the original.
#[derive(Debug)]
pub(crate) struct Setting {
    /// What cargo runs in.
    pub(crate) folder: PathBuf,
    /// The root of the workspace in the copy.
    pub(crate) root: PathBuf,
    target: PathBuf,
    cancels: Cancels,
    /// Configurations that hold for the original, and that cargo does not find from the copy.
    configurations: Vec<PathBuf>,
}

impl Setting {
    /// For what is done in a folder of the workspace, or with one of its manifests.
    pub(crate) fn of(copy: &Copy<'_>, manifest: Option<&Path>, cancels: Cancels) -> Self {
        let whole = |path: &Path| Some(std::path::absolute(path).ok()?.parent()?.to_owned());
        let begin = manifest.and_then(whole).or_else(|| env::current_dir().ok());
        let begin = begin.unwrap_or_else(|| copy.workspace.root.clone());
        let root = copy.root();
        let folder = copy
            .folder_of(&begin)
            .filter(|folder| folder.starts_with(&root));
        let folder = folder.unwrap_or_else(|| root.clone());
        Self {
            configurations: configurations(&begin, &folder),
            target: copy.folder.join("target"),
            cancels,
            folder,
            root,
        }
    }

    /// Lets a command run in the copy.
    pub(crate) fn apply(&self, command: &mut Command) {
        command
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("LEAKCHECK", "warn");
        if self.cancels == Cancels::Each {
            command.env("LEAKCHECK_CANCEL", "each");
        }
    }

    /// Arguments of every command.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = OsString> {
        let configurations = self.configurations.iter();
        configurations.flat_map(|path| ["--config".into(), path.clone().into()])
    }
}

/// What cargo reads in a folder and not in another; the nearest, which counts most, is the last.
fn configurations(from: &Path, to: &Path) -> Vec<PathBuf> {
    let missing = from.ancestors().filter(|folder| !to.starts_with(folder));
    let mut found: Vec<PathBuf> = missing
        .filter_map(|folder| {
            let names = [".cargo/config", ".cargo/config.toml"];
            names
                .map(|name| folder.join(name))
                .into_iter()
                .find(|path| path.is_file())
        })
        .collect();
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn configurations_hold_for_the_copy_as_well() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for name in [
            "a/.cargo/config.toml",
            "a/b/.cargo/config",
            "a/b/c/.cargo/other",
        ] {
            fs::create_dir_all(path(name).parent().expect("a folder")).expect("a folder");
            fs::write(path(name), "").expect("it is written");
        }
        let found = |from: &str, to: &str| configurations(&path(from), &path(to));
        assert_eq!(found("a/b/c", "a/target/b/c"), [path("a/b/.cargo/config")]);
        assert_eq!(
            found("a/b/c", "elsewhere"),
            [path("a/.cargo/config.toml"), path("a/b/.cargo/config")]
        );
        assert!(found("a/b", "a/b/target").is_empty());
    }
}
