//! What cargo says of the workspace: its folder, its packages and where it builds.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use cargo_metadata::{Edition, MetadataCommand, Package, Target, TargetKind};

use crate::error::Error;

#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    /// The folder of each package.
    pub(crate) packages: BTreeMap<String, PathBuf>,
    pub(crate) members: Vec<Member>,
}

/// A package of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) manifest: PathBuf,
    /// Its targets, the build script aside.
    pub(crate) roots: Vec<Root>,
    /// Whether its edition is that of 2015, where paths have another meaning.
    pub(crate) is_of_2015: bool,
}

/// The file that a target begins with.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    pub(crate) path: PathBuf,
    /// Whether it has dev-dependencies in every build, as libraries and programs have not.
    pub(crate) is_for_tests: bool,
}

impl Root {
    fn of(target: &Target) -> Self {
        let kinds = [TargetKind::Bench, TargetKind::Example, TargetKind::Test];
        Self {
            path: target.src_path.as_std_path().to_owned(),
            is_for_tests: target.kind.iter().any(|kind| kinds.contains(kind)),
        }
    }
}

impl Member {
    fn of(package: &Package) -> Self {
        let targets = package.targets.iter();
        let targets = targets.filter(|target| !target.kind.contains(&TargetKind::CustomBuild));
        Self {
            name: package.name.to_string(),
            manifest: package.manifest_path.as_std_path().to_owned(),
            roots: targets.map(Root::of).collect(),
            is_of_2015: package.edition == Edition::E2015,
        }
    }
}

impl Workspace {
    /// Asks cargo about the workspace around the current folder, or the one of a given manifest.
    pub(crate) fn find(manifest: Option<&Path>, target: Option<&Path>) -> Result<Self, Error> {
        let mut command = MetadataCommand::new();
        command.no_deps();
        if let Some(manifest) = manifest {
            command.manifest_path(manifest);
        }
        let metadata = command.exec().map_err(|error| Error::Cargo {
            what: "learn from cargo where the workspace is".to_owned(),
            cause: match error {
                cargo_metadata::Error::CargoMetadata { stderr } => stderr.trim().to_owned(),
                other => other.to_string(),
            },
        })?;
        let packages = metadata.packages.iter().filter_map(|package| {
            let folder = package.manifest_path.parent()?;
            Some((package.name.to_string(), folder.as_std_path().to_owned()))
        });
        let target = match target {
            // Cargo takes it relative to the current folder.
            Some(target) => std::path::absolute(target).unwrap_or_else(|_| target.to_owned()),
            None => metadata.target_directory.as_std_path().to_owned(),
        };
        Ok(Self {
            root: metadata.workspace_root.as_std_path().to_owned(),
            target,
            packages: packages.collect(),
            members: metadata.packages.iter().map(Member::of).collect(),
        })
    }

    /// The folder of all stored runs.
    pub(crate) fn runs(&self) -> PathBuf {
        self.target.join("leakcheck")
    }
}
