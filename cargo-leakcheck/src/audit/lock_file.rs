//! The crates that a workspace uses, by its lock file.

use std::{collections::BTreeSet, fs, path::Path};

use semver::Version;
use serde::Deserialize;

use crate::error::Error;

const NAME: &str = "Cargo.lock";

/// A release that is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Locked {
    pub(super) name: String,
    pub(super) version: Version,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: Version,
    source: Option<String>,
}

/// The releases that the workspace in this folder uses. What comes from a folder or from git may have been repaired there.
pub(super) fn read(root: &Path) -> Result<Vec<Locked>, Error> {
    let path = root.join(NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(cause) => return Err(Error::Read { path, cause }),
    };
    let file = toml::from_str(&text);
    file.map(released)
        .map_err(|cause| Error::toml(path, &text, &cause))
}

fn released(file: File) -> Vec<Locked> {
    let is_released = |package: &Package| {
        let source = package.source.as_deref().unwrap_or_default();
        source.starts_with("registry+") || source.starts_with("sparse+")
    };
    let packages = file.package.into_iter().filter(is_released);
    let locked: BTreeSet<Locked> = packages
        .map(|Package { name, version, .. }| Locked { name, version })
        .collect();
    locked.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates(text: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(NAME), text).expect("it is written");
        let crates = read(folder.path()).map_err(|error| error.to_string());
        let shown = |locked: &Locked| format!("{} {}", locked.name, locked.version);
        let crates = crates.map(|crates| crates.iter().map(shown).collect());
        crates.map_err(|error| error.replace(&format!("{}/", folder.path().display()), ""))
    }

    #[test]
    fn releases_are_read() {
        let package = |name: &str, source: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n{source}\n")
        };
        let registry = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        let git = "source = \"git+https://github.com/tokio-rs/tokio\"";
        let text = format!(
            "version = 4\n{}{}{}",
            package("b", registry),
            package("mine", ""),
            package("forked", git)
        );
        assert_eq!(crates(&text), Ok(vec!["b 1.0.0".to_owned()]));
        assert_eq!(crates(""), Ok(Vec::new()));
    }

    #[test]
    fn the_place_of_an_error_is_told() {
        let told = |text: &str, expected: &str| {
            let error = crates(text).expect_err("it is broken");
            assert!(error.starts_with(expected), "{error}");
        };
        told(
            "version = 4\n\n[[package]\n",
            "failed to read Cargo.lock:3: ",
        );
        told(
            "[[package]]\nname = 'a'\nversion = '1'\n",
            "failed to read Cargo.lock:3: ",
        );
        let missing = read(Path::new("no/such"))
            .expect_err("there is none")
            .to_string();
        assert!(
            missing.starts_with("failed to read no/such/Cargo.lock: "),
            "{missing}"
        );
    }
}
