//! The package with the planted leaks, which is built and run as the workspace's tests are.

use std::{
    env, fs,
    io::{self, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use cargo_metadata::{Artifact, Message};
use toml::{Table, Value};

use super::{
    dependencies::{Dependencies, Dependency, From},
    profile::{Build, Profile},
    proof::{FILE, SOURCE},
};
use crate::{
    baseline,
    error::Error,
    output,
    report::{self, Report},
    workspace::Workspace,
};

const NAME: &str = "leakcheck-doctor";

/// The package in its folder.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: PathBuf,
    /// From where cargo is run, so that it finds the configuration of the workspace.
    root: PathBuf,
    target: PathBuf,
    strips: bool,
}

impl Scratch {
    /// Writes it below the target folder: the versions, the profiles and the patches are the workspace's.
    pub(super) fn write(workspace: &Workspace, dependencies: &Dependencies) -> Result<Self, Error> {
        let folder = workspace.runs().join("doctor");
        let of_workspace = manifest(&workspace.root)?;
        let text = format!(
            "{}{}",
            head(&dependencies.leakcheck, &dependencies.tokio),
            shared(&of_workspace, &workspace.root)
        );
        output::write(&folder.join("Cargo.toml"), &text)?;
        output::write(&folder.join(FILE), SOURCE)?;
        let lock = workspace.root.join("Cargo.lock");
        let copy = folder.join("Cargo.lock");
        fs::copy(&lock, copy).map_err(|cause| Error::Read { path: lock, cause })?;
        Ok(Self {
            folder,
            root: workspace.root.clone(),
            target: workspace.target.clone(),
            strips: strips(&of_workspace),
        })
    }

    /// Builds it, and says how.
    pub(super) fn build(&self) -> Result<Build, Error> {
        let mut command = self.cargo();
        command
            .args(["--no-run", "--message-format", "json-render-diagnostics"])
            .stdout(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let messages = child
            .stdout
            .take()
            .map(|stdout| Message::parse_stream(BufReader::new(stdout)));
        let artifacts: Vec<Artifact> = messages
            .into_iter()
            .flatten()
            .filter_map(|message| match message {
                Ok(Message::CompilerArtifact(artifact)) => Some(artifact),
                _ => None,
            })
            .collect();
        let status = child.wait().map_err(failed)?;
        let profile = |is_it: &dyn Fn(&Artifact) -> bool| {
            let artifact = artifacts.iter().rfind(|artifact| is_it(artifact));
            artifact.map(Profile::of)
        };
        let tests = profile(&|artifact| artifact.executable.is_some());
        let tokio = profile(&|artifact| artifact.target.name == "tokio");
        match (tests, tokio) {
            (Some(tests), Some(tokio)) if status.success() => Ok(Build {
                tests,
                tokio,
                strips: self.strips,
            }),
            _ => Err(failed(format!("cargo ended with {status}"))),
        }
    }

    /// Runs it. Its tests fail, which is what they are for.
    pub(super) fn run(&self) -> Result<Vec<Report>, Error> {
        let reports = self.folder.join("reports");
        match fs::remove_dir_all(&reports) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                return Err(Error::Write {
                    path: reports,
                    cause,
                });
            }
            _ => {}
        }
        let mut command = self.cargo();
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("LEAKCHECK") {
                command.env_remove(name);
            }
        }
        command
            .env("LEAKCHECK_REPORT_DIR", format!("all:{}", reports.display()))
            .env(baseline::VARIABLE, baseline::OFF);
        let ended = command.output().map_err(failed)?;
        let (found, errors) = report::read(&reports);
        match errors.into_iter().next() {
            Some(Error::Read { .. }) => Err(failed(format!("cargo ended with {}", ended.status))),
            Some(error) => Err(error),
            None => Ok(found),
        }
    }

    fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .current_dir(&self.root)
            .arg("test")
            .arg("--manifest-path")
            .arg(self.folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&self.target);
        command
    }
}

fn failed(cause: impl std::fmt::Display) -> Error {
    Error::Cargo {
        what: "build and run the planted leaks".to_owned(),
        cause: cause.to_string(),
    }
}

fn manifest(root: &Path) -> Result<Table, Error> {
    let path = root.join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|cause| Error::Read {
        path: path.clone(),
        cause,
    })?;
    text.parse()
        .map_err(|cause| Error::toml(path, &text, &cause))
}

/// What the package is, and what it needs.
fn head(leakcheck: &Dependency, tokio: &Dependency) -> String {
    let mut package = Table::new();
    package.insert("name".into(), NAME.into());
    package.insert("version".into(), "0.0.0".into());
    package.insert("edition".into(), "2024".into());
    package.insert("publish".into(), false.into());
    let mut test = Table::new();
    test.insert("name".into(), "planted".into());
    test.insert("path".into(), FILE.into());
    let needs = [leakcheck, tokio].map(|needed| (needed.name.clone(), requirement(needed)));
    let mut manifest = Table::new();
    manifest.insert("package".into(), package.into());
    manifest.insert("test".into(), Value::Array(vec![test.into()]));
    manifest.insert("dev-dependencies".into(), Table::from_iter(needs).into());
    manifest.insert("workspace".into(), Table::new().into());
    manifest.to_string()
}

fn requirement(dependency: &Dependency) -> Value {
    let mut table = Table::new();
    match &dependency.from {
        From::Registry => {
            table.insert("version".into(), format!("={}", dependency.version).into());
        }
        From::Folder(folder) => {
            table.insert("path".into(), folder.clone().into());
        }
        From::Git { url, commit } => {
            table.insert("git".into(), url.clone().into());
            table.insert("rev".into(), commit.clone().into());
        }
    }
    table.insert("default-features".into(), false.into());
    table.insert("features".into(), dependency.features.clone().into());
    table.into()
}

/// The profiles and patches of a workspace, as another folder has to write them.
fn shared(manifest: &Table, root: &Path) -> String {
    let mut shared = Table::new();
    for key in ["profile", "patch"] {
        if let Some(value) = manifest.get(key) {
            let mut value = value.clone();
            absolute(&mut value, root);
            shared.insert(key.to_owned(), value);
        }
    }
    format!("\n{shared}")
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

/// Whether the profile of tests takes debug info out of what it has built.
fn strips(manifest: &Table) -> bool {
    let of = |profile: &str| manifest.get("profile")?.get(profile)?.get("strip").cloned();
    match of("test").or_else(|| of("dev")) {
        Some(Value::Boolean(strips)) => strips,
        Some(Value::String(what)) => what != "none",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_built_as_the_workspace_is() {
        let dependency = |name: &str, from| Dependency {
            name: name.to_owned(),
            version: semver::Version::new(1, 2, 3),
            features: vec!["rt".to_owned()],
            from,
        };
        let text = head(
            &dependency("leakcheck", From::Folder("/src/leakcheck".to_owned())),
            &dependency("tokio", From::Registry),
        );
        let of_workspace = "[package]\nname = 'a'\n[profile.dev]\nstrip = 'debuginfo'\n[patch.crates-io]\na = { path = 'b' }\n";
        let of_workspace: Table = of_workspace.parse().expect("TOML");
        let text = text + &shared(&of_workspace, Path::new("/root"));
        let manifest: Table = text.parse().expect("TOML");
        let needs = &manifest["dev-dependencies"];
        assert_eq!(needs["leakcheck"]["path"].as_str(), Some("/src/leakcheck"));
        assert_eq!(needs["tokio"]["version"].as_str(), Some("=1.2.3"));
        assert_eq!(needs["tokio"]["features"].as_array().map(Vec::len), Some(1));
        assert_eq!(manifest["package"]["name"].as_str(), Some(NAME));
        assert_eq!(
            manifest["patch"]["crates-io"]["a"]["path"].as_str(),
            Some("/root/b")
        );
        assert!(strips(&manifest) && !strips(&Table::new()));
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
            let manifest = format!("[profile.dev]\n{line}\n").parse().expect("TOML");
            assert_eq!(strips(&manifest), expected, "{line}");
        }
        let manifest = "[profile.dev]\nstrip = true\n[profile.test]\nstrip = false\n";
        assert!(
            !strips(&manifest.parse().expect("TOML")),
            "tests have a profile of their own"
        );
    }
}
