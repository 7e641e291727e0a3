//! What the tests of a workspace are checked with: its versions of leakcheck and tokio.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Metadata, MetadataCommand, Node, Package, PackageId};
use semver::Version;

use crate::{error::Error, nearness::nearest, workspace::Workspace};

/// Crates that a program uses as its global allocator.
const ALLOCATORS: [&str; 5] = [
    "jemallocator",
    "mimalloc",
    "rpmalloc",
    "snmalloc-rs",
    "tikv-jemallocator",
];

/// A package as the workspace uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) version: Version,
    pub(super) features: Vec<String>,
    pub(super) from: From,
}

/// Where a package comes from, as a manifest says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    Registry,
    Folder(String),
    Git { url: String, commit: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependencies {
    pub(super) leakcheck: Dependency,
    /// The one that leakcheck looks at.
    pub(super) tokio: Dependency,
    pub(super) allocators: Vec<String>,
}

impl Dependencies {
    /// Of one package, or of any.
    pub(super) fn of(workspace: &Workspace, package: Option<&str>) -> Result<Self, Error> {
        let mut command = MetadataCommand::new();
        command.manifest_path(workspace.root.join("Cargo.toml"));
        let metadata = command.exec().map_err(|error| Error::Cargo {
            what: "learn from cargo what the workspace depends on".to_owned(),
            cause: match error {
                cargo_metadata::Error::CargoMetadata { stderr } => stderr.trim().to_owned(),
                other => other.to_string(),
            },
        })?;
        Self::in_graph(&Graph::of(&metadata), package)
    }

    fn in_graph(graph: &Graph<'_>, package: Option<&str>) -> Result<Self, Error> {
        let used = graph.used_by(package)?;
        let named = |name: &str| {
            let mut packages: Vec<&Package> = used
                .iter()
                .filter_map(|id| graph.packages.get(id).copied())
                .filter(|package| package.name.as_str() == name)
                .collect();
            packages.sort_by_key(|package| &package.version);
            packages.pop()
        };
        let missing = || Error::NoLeakcheck {
            package: package.map(ToOwned::to_owned),
        };
        let leakcheck = named("leakcheck").ok_or_else(missing)?;
        let is_tokio = |id: &&PackageId| {
            graph
                .packages
                .get(id)
                .is_some_and(|package| package.name.as_str() == "tokio")
        };
        let tokio = graph
            .needs(&leakcheck.id)
            .find(is_tokio)
            .ok_or_else(missing)?;
        let allocators = ALLOCATORS.iter().filter(|name| named(name).is_some());
        Ok(Self {
            leakcheck: graph.dependency(leakcheck),
            tokio: graph.dependency(graph.packages[tokio]),
            allocators: allocators.map(|name| (*name).to_owned()).collect(),
        })
    }
}

/// Which package needs which.
struct Graph<'m> {
    packages: BTreeMap<&'m PackageId, &'m Package>,
    nodes: BTreeMap<&'m PackageId, &'m Node>,
    members: Vec<&'m Package>,
}

impl<'m> Graph<'m> {
    fn of(metadata: &'m Metadata) -> Self {
        let packages = metadata
            .packages
            .iter()
            .map(|package| (&package.id, package));
        let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        Self {
            packages: packages.collect(),
            nodes: nodes.map(|node| (&node.id, node)).collect(),
            members: metadata.workspace_packages(),
        }
    }

    fn needs(&self, id: &PackageId) -> impl Iterator<Item = &'m PackageId> + use<'m> {
        let node = self.nodes.get(id).copied();
        node.into_iter()
            .flat_map(|node| node.deps.iter().map(|dep| &dep.pkg))
    }

    /// All that a package needs, with itself; of all members where none is named.
    fn used_by(&self, package: Option<&str>) -> Result<BTreeSet<&'m PackageId>, Error> {
        let is_meant = |member: &&&Package| package.is_none_or(|name| member.name.as_str() == name);
        let mut open: Vec<&PackageId> = self
            .members
            .iter()
            .filter(is_meant)
            .map(|member| &member.id)
            .collect();
        if let Some(name) = package.filter(|_| open.is_empty()) {
            let names = self.members.iter().map(|member| member.name.as_str());
            return Err(Error::NoPackage {
                name: name.to_owned(),
                nearest: nearest(name, names)
                    .into_iter()
                    .map(ToOwned::to_owned)
                    .collect(),
            });
        }
        let mut used = BTreeSet::new();
        while let Some(id) = open.pop() {
            if used.insert(id) {
                open.extend(self.needs(id));
            }
        }
        Ok(used)
    }

    fn dependency(&self, package: &Package) -> Dependency {
        let features = self.nodes.get(&package.id).map(|node| &node.features);
        let features = features.into_iter().flatten();
        Dependency {
            name: package.name.to_string(),
            version: package.version.clone(),
            features: features.map(ToString::to_string).collect(),
            from: From::of(package),
        }
    }
}

impl From {
    fn of(package: &Package) -> Self {
        let Some(source) = &package.source else {
            let folder = package.manifest_path.parent();
            return Self::Folder(folder.map(ToString::to_string).unwrap_or_default());
        };
        let git = source.repr.strip_prefix("git+");
        match git.and_then(|git| git.split_once('#')) {
            Some((url, commit)) => Self::Git {
                url: url.split('?').next().unwrap_or(url).to_owned(),
                commit: commit.to_owned(),
            },
            None => Self::Registry,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Of this repository.
    fn found(package: Option<&str>) -> Result<Dependencies, String> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
        let workspace = Workspace::find(Some(&manifest), None).expect("a workspace");
        Dependencies::of(&workspace, package).map_err(|error| error.to_string())
    }

    #[test]
    fn what_the_tests_use_is_found() {
        let found = found(Some("leakcheck-tests")).expect("it is used there");
        assert_eq!(
            found.leakcheck.version.to_string(),
            env!("CARGO_PKG_VERSION")
        );
        let From::Folder(folder) = &found.leakcheck.from else {
            panic!("it is in this repository: {:?}", found.leakcheck);
        };
        assert!(Path::new(folder).ends_with("leakcheck"), "{folder}");
        assert_eq!(
            (&*found.tokio.name, &found.tokio.from),
            ("tokio", &From::Registry)
        );
        assert!(found.tokio.features.contains(&"rt".to_owned()));
    }

    #[test]
    fn a_package_may_do_without() {
        let none = found(Some("leakcheck-report")).expect_err("it does without");
        assert!(
            none.contains("what `leakcheck-report` depends on"),
            "{none}"
        );
        let unknown = found(Some("leakchek")).expect_err("there is none");
        assert!(
            unknown.contains("there is `leakcheck`") || unknown.contains("there are `leakcheck`"),
            "{unknown}"
        );
    }
}
