//! What the package with the planted leaks says of itself, and what the manifest of the workspace adds to that.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{
    dependencies::{Dependencies, Dependency, From},
    proof::Planted,
};
use crate::error::Error;

const NAME: &str = "leakcheck-doctor";

/// The manifest of a workspace.
#[derive(Debug)]
pub(super) struct Manifest {
    root: PathBuf,
    table: Table,
}

impl Manifest {
    pub(super) fn read(root: &Path) -> Result<Self, Error> {
        let path = root.join("Cargo.toml");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) => return Err(Error::Read { path, cause }),
        };
        let table = text
            .parse()
            .map_err(|cause| Error::toml(path, &text, &cause))?;
        let root = root.to_owned();
        Ok(Self { root, table })
    }

    /// Its profiles and patches, as another folder has to write them.
    fn shared(&self) -> Table {
        let mut shared = Table::new();
        for key in ["profile", "patch"] {
            if let Some(value) = self.table.get(key) {
                let mut value = value.clone();
                absolute(&mut value, &self.root);
                shared.insert(key.to_owned(), value);
            }
        }
        shared
    }

    /// Whether the profile of tests takes debug info out of what it has built.
    pub(super) fn strips(&self) -> bool {
        let of = |profile: &str| {
            self.table
                .get("profile")?
                .get(profile)?
                .get("strip")
                .cloned()
        };
        match of("test").or_else(|| of("dev")) {
            Some(Value::Boolean(strips)) => strips,
            Some(Value::String(what)) => what != "none",
            _ => false,
        }
    }
}

/// The manifest of the package.
pub(super) fn of_scratch(
    dependencies: &Dependencies,
    planted: &[&Planted],
    of_workspace: &Manifest,
) -> String {
    let needs = [&dependencies.leakcheck, &dependencies.tokio];
    let needs = needs.map(|needed| (needed.name.clone(), requirement(needed)));
    let tests = planted.iter().map(|planted| test(planted).into());
    let mut manifest = of_workspace.shared();
    manifest.extend([
        ("package".to_owned(), package().into()),
        ("test".to_owned(), Value::Array(tests.collect())),
        (
            "dev-dependencies".to_owned(),
            Table::from_iter(needs).into(),
        ),
        ("workspace".to_owned(), Table::new().into()),
    ]);
    manifest.to_string()
}

fn package() -> Table {
    Table::from_iter([
        ("name".to_owned(), NAME.into()),
        ("version".to_owned(), "0.0.0".into()),
        ("edition".to_owned(), "2024".into()),
        ("publish".to_owned(), false.into()),
    ])
}

fn test(planted: &Planted) -> Table {
    let name = planted.file.trim_end_matches(".rs");
    Table::from_iter([
        ("name".to_owned(), name.into()),
        ("path".to_owned(), planted.file.into()),
    ])
}

fn requirement(dependency: &Dependency) -> Value {
    let from = match &dependency.from {
        From::Registry => vec![("version", format!("={}", dependency.version))],
        From::Folder(folder) => vec![("path", folder.clone())],
        From::Git { url, commit } => vec![("git", url.clone()), ("rev", commit.clone())],
    };
    let from = from
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.into()));
    let mut table: Table = from.collect();
    table.insert("default-features".to_owned(), false.into());
    table.insert("features".to_owned(), dependency.features.clone().into());
    table.into()
}

/// Names folders by their whole path.
fn absolute(value: &mut Value, root: &Path) {
    let Value::Table(table) = value else {
        return;
    };
    for (key, value) in table {
        match value {
            Value::String(path) if key == "path" => *path = root.join(&*path).display().to_string(),
            value => absolute(value, root),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::proof::planted;

    fn manifest(text: &str) -> Manifest {
        Manifest {
            root: "/root".into(),
            table: text.parse().expect("TOML"),
        }
    }

    #[test]
    fn the_package_is_built_as_the_workspace_is() {
        let dependency = |name: &str, from| Dependency {
            name: name.to_owned(),
            version: semver::Version::new(1, 2, 3),
            features: vec!["rt".to_owned()],
            from,
        };
        let of_workspace = "[package]\nname = 'a'\n[profile.dev]\nstrip = 'debuginfo'\n[patch.crates-io]\na = { path = 'b' }\n";
        let mut dependencies = Dependencies {
            leakcheck: dependency("leakcheck", From::Folder("/src/leakcheck".to_owned())),
            tokio: dependency("tokio", From::Registry),
            allocators: Vec::new(),
        };
        let written = |dependencies: &Dependencies| {
            let planted = planted(&dependencies.leakcheck);
            manifest(&of_scratch(dependencies, &planted, &manifest(of_workspace)))
        };
        let tests = |manifest: Manifest| manifest.table["test"].as_array().map(Vec::len);
        assert_eq!(tests(written(&dependencies)), Some(1));
        dependencies.leakcheck.features.push("heap".to_owned());
        assert_eq!(tests(written(&dependencies)), Some(2));
        dependencies.leakcheck.features.pop();
        let written = written(&dependencies);
        let needs = &written.table["dev-dependencies"];
        assert_eq!(needs["leakcheck"]["path"].as_str(), Some("/src/leakcheck"));
        assert_eq!(needs["tokio"]["version"].as_str(), Some("=1.2.3"));
        assert_eq!(needs["tokio"]["features"].as_array().map(Vec::len), Some(1));
        assert_eq!(written.table["package"]["name"].as_str(), Some(NAME));
        let patch = &written.table["patch"]["crates-io"]["a"];
        assert_eq!(patch["path"].as_str(), Some("/root/b"));
        assert!(written.strips() && !manifest("").strips());
    }

    #[test]
    fn what_comes_from_git_is_the_same_commit() {
        let from = From::Git {
            url: "https://example.com/a".to_owned(),
            commit: "0123abc".to_owned(),
        };
        let version = semver::Version::new(1, 2, 3);
        let needed = Dependency {
            name: "a".to_owned(),
            version,
            features: Vec::new(),
            from,
        };
        let table = requirement(&needed);
        assert_eq!(table["rev"].as_str(), Some("0123abc"));
        assert!(table.get("version").is_none());
    }

    #[test]
    fn what_strips_is_known() {
        for (line, expected) in [
            ("strip = true", true),
            ("strip = false", false),
            ("strip = 'symbols'", true),
            ("strip = 'none'", false),
            ("debug = 1", false),
        ] {
            let manifest = manifest(&format!("[profile.dev]\n{line}\n"));
            assert_eq!(manifest.strips(), expected, "{line}");
        }
        let own = manifest("[profile.dev]\nstrip = true\n[profile.test]\nstrip = false\n");
        assert!(!own.strips(), "tests have a profile of their own");
    }
}
