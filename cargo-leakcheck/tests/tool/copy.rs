//! A copy of the sample, whose files a test may change. All copies are one folder, so that it is built once.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::ended::{cargo, command, sample};

/// The copy. What a test has changed is put right for the next one.
#[derive(Debug)]
pub(crate) struct Copy(PathBuf);

impl Copy {
    /// The sample as it is, without its rules.
    pub(crate) fn new() -> Self {
        let copy = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join("copy"));
        for name in [
            "Cargo.lock",
            "src/lib.rs",
            "tests/own.rs",
            "tests/seeded.rs",
        ] {
            copy.write(name, &read(name));
        }
        let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../leakcheck");
        let manifest = read("Cargo.toml");
        let path = library.display().to_string();
        let manifest = manifest.replace("../../../leakcheck", &path);
        // In one target folder, cargo would take one for the other.
        let other = |text: &str| text.replace("version = \"0.0.0\"", "version = \"0.0.1\"");
        copy.write("Cargo.toml", &other(&manifest));
        copy.write("Cargo.lock", &other(&read("Cargo.lock")));
        copy.write("leakcheck.toml", "");
        for name in [
            "leakcheck.baseline",
            "tests/foreign.rs",
            ".config/nextest.toml",
        ] {
            let _ = fs::remove_file(copy.path(name));
        }
        copy
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file, unless it is so: what is not new is not built again.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        if fs::read_to_string(&path).is_ok_and(|before| before == text) {
            return;
        }
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("it is written");
    }

    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let mut cargo = cargo();
        cargo.current_dir(&self.0).args(args);
        cargo
    }

    /// `cargo leakcheck` with what stands beside the copy's manifest.
    pub(crate) fn leakcheck(&self, args: &[&str]) -> Command {
        let mut leakcheck = command(env!("CARGO_BIN_EXE_cargo-leakcheck"));
        leakcheck.current_dir(&self.0).arg("leakcheck").args(args);
        leakcheck
    }
}

fn read(name: &str) -> String {
    fs::read_to_string(sample().join(name)).expect(name)
}
