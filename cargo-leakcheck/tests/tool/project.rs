//! A workspace that has never heard of leakcheck, in a temporary folder.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::ended::{Ended, command};

/// The folder of the library, from which projects take it.
pub(crate) fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../leakcheck")
}

/// The project. It builds in the target folder of this program, so that the library is built once.
#[derive(Debug)]
pub(crate) struct Project(TempDir);

impl Project {
    /// With these files, each with its text.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().expect("a folder"));
        for (name, text) in files {
            project.write(name, text);
        }
        project
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("it is written");
    }

    /// Runs git in a folder of the project, as nobody in particular.
    #[track_caller]
    pub(crate) fn git(&self, folder: &str, args: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.path(folder))
            .args(["-c", "user.name=a", "-c", "user.email=a@b"])
            .args(["-c", "protocol.file.allow=always"])
            .args(args);
        let ended = Ended::of(git);
        assert_eq!(ended.code, Some(0), "{args:?} {}", ended.all());
    }

    /// `cargo leakcheck` in a folder of the project, with the library of this checkout.
    pub(crate) fn leakcheck(&self, folder: &str, args: &[&str]) -> Command {
        let mut leakcheck = command(env!("CARGO_BIN_EXE_cargo-leakcheck"));
        leakcheck
            .current_dir(self.path(folder))
            .args(["leakcheck", "--leakcheck-path"])
            .arg(library())
            .args(args);
        leakcheck
    }

    /// A line of a shell in the project, where `cargo leakcheck` takes the library of this checkout.
    #[cfg(unix)]
    pub(crate) fn shell(&self, line: &str) -> Ended {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("cargo-leakcheck");
        let built = env!("CARGO_BIN_EXE_cargo-leakcheck");
        let library = library();
        let text = format!(
            "#!/bin/sh\nshift\nexec {built} leakcheck --leakcheck-path {} \"$@\"\n",
            library.display()
        );
        fs::write(&program, text).expect("it is written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = command("sh");
        shell
            .args(["-c", line])
            .current_dir(self.path(""))
            .env("PATH", format!("{}:{path}", folder.path().display()));
        Ended::of(shell)
    }

    /// All files with their bytes, and where links lead.
    pub(crate) fn content(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut content = BTreeMap::new();
        add(self.0.path(), &mut content);
        content
    }
}

fn add(folder: &Path, content: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = entry.path();
        let kind = entry.file_type().expect("a type");
        if kind.is_dir() {
            add(&path, content);
        } else if kind.is_symlink() {
            let target = fs::read_link(&path).expect("a link");
            content.insert(path, target.into_os_string().into_encoded_bytes());
        } else {
            let bytes = fs::read(&path).expect("a file");
            content.insert(path, bytes);
        }
    }
}
