//! The package with the planted leaks, which is built and run as the workspace's tests are.

use std::{
    env, fs,
    io::{self, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use cargo_metadata::{Artifact, Message};

use super::{
    dependencies::Dependencies,
    manifest::{self, Manifest},
    profile::{Build, Profile},
    proof::Planted,
};
use crate::{
    baseline,
    error::Error,
    output,
    report::{self, Report},
    workspace::Workspace,
};

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
    pub(super) fn write(
        workspace: &Workspace,
        dependencies: &Dependencies,
        planted: &[&Planted],
    ) -> Result<Self, Error> {
        let folder = workspace.runs().join("doctor");
        let of_workspace = Manifest::read(&workspace.root)?;
        let text = manifest::of_scratch(dependencies, planted, &of_workspace);
        output::write(&folder.join("Cargo.toml"), &text)?;
        for planted in planted {
            output::write(&folder.join(planted.file), planted.source)?;
        }
        let lock = workspace.root.join("Cargo.lock");
        let copy = folder.join("Cargo.lock");
        fs::copy(&lock, copy).map_err(|cause| Error::Read { path: lock, cause })?;
        Ok(Self {
            folder,
            root: workspace.root.clone(),
            target: workspace.target.clone(),
            strips: of_workspace.strips(),
        })
    }

    /// Builds it, and says how.
    pub(super) fn build(&self) -> Result<Build, Error> {
        let mut command = self.cargo();
        command.args(["--no-run", "--message-format", "json-render-diagnostics"]);
        let built = artifacts(command)?;
        let profile = |is_it: fn(&Artifact) -> bool| {
            let artifact = built.iter().rfind(|artifact| is_it(artifact));
            artifact.map(Profile::of)
        };
        let tests = profile(|artifact| artifact.executable.is_some());
        let tokio = profile(|artifact| artifact.target.name == "tokio");
        let (Some(tests), Some(tokio)) = (tests, tokio) else {
            return Err(failed("cargo does not tell what it has built"));
        };
        Ok(Build {
            tests,
            tokio,
            strips: self.strips,
        })
    }

    /// Runs it. Its tests fail, which is what they are for.
    pub(super) fn run(&self) -> Result<Vec<Report>, Error> {
        let reports = self.folder.join("reports");
        empty(&reports)?;
        let mut command = self.cargo();
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("LEAKCHECK") {
                command.env_remove(name);
            }
        }
        command
            .arg("--no-fail-fast")
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

/// What cargo builds, while it shows how far it is.
fn artifacts(mut command: Command) -> Result<Vec<Artifact>, Error> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let stdout = child.stdout.take().into_iter();
    let messages = stdout.flat_map(|stdout| Message::parse_stream(BufReader::new(stdout)));
    let artifacts = messages.filter_map(|message| match message {
        Ok(Message::CompilerArtifact(artifact)) => Some(artifact),
        _ => None,
    });
    let artifacts = artifacts.collect();
    match child.wait().map_err(failed)? {
        status if status.success() => Ok(artifacts),
        status => Err(failed(format!("cargo ended with {status}"))),
    }
}

/// Takes away what an earlier run has left.
fn empty(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(Error::Write {
            path: folder.to_owned(),
            cause,
        }),
        _ => Ok(()),
    }
}

fn failed(cause: impl std::fmt::Display) -> Error {
    Error::Cargo {
        what: "build and run the planted leaks".to_owned(),
        cause: cause.to_string(),
    }
}
