//! What is to be changed in the copy, and what has been taken back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::{
    edit::{
        Change, apply, crate_files,
        manifest::{Library, Manifest},
    },
    error::Error,
    trial::{
        candidate::{Cancel, Candidate, Left},
        tree::Tree,
    },
    workspace::{Member, Workspace},
};

/// All changes of a trial.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) candidates: Vec<Candidate>,
    /// Source files that are not understood, and why.
    pub(crate) unread: Vec<(PathBuf, String)>,
    /// Whether a profile kept debug info from tests.
    pub(crate) had_no_debug_info: bool,
    /// The text of each source file with candidates.
    sources: BTreeMap<PathBuf, String>,
    /// Each manifest with its changes, but for the library.
    manifests: BTreeMap<PathBuf, Manifest>,
    /// The manifest of each package.
    members: BTreeMap<String, PathBuf>,
    library: Library,
}

impl Plan {
    pub(crate) fn of(workspace: &Workspace, tree: &Tree, library: Library) -> Result<Self, Error> {
        let mut plan = Self {
            candidates: Vec::new(),
            unread: Vec::new(),
            had_no_debug_info: false,
            sources: BTreeMap::new(),
            manifests: BTreeMap::new(),
            members: BTreeMap::new(),
            library,
        };
        for file in tree
            .files
            .iter()
            .filter(|file| file.ends_with("Cargo.toml"))
        {
            plan.manifest(tree, file)?;
        }
        plan.root(&inside(tree, &workspace.root.join("Cargo.toml")));
        let mut seen = BTreeSet::new();
        for member in &workspace.members {
            plan.member(tree, member, &mut seen);
        }
        Ok(plan)
    }

    /// Files of the copy with another text than theirs.
    pub(crate) fn texts(&self) -> BTreeMap<PathBuf, String> {
        let sources = self.sources.iter().map(|(file, text)| {
            let changes: Vec<Change> = self.put(|candidate| candidate.file == *file);
            (file.clone(), apply(text, &changes))
        });
        let manifests = self.manifests.iter().map(|(file, manifest)| {
            let mut manifest = manifest.clone();
            if self.needs_library(file) {
                manifest.add_library(&self.library);
            }
            (file.clone(), manifest.text())
        });
        sources.chain(manifests).collect()
    }

    /// How many tests get the attribute.
    pub(crate) fn covered(&self) -> usize {
        let is_covered = |candidate: &&Candidate| candidate.left.is_none();
        self.candidates.iter().filter(is_covered).count()
    }

    /// Lets the bodies of all that have awaits be cancelled at each.
    pub(crate) fn cancel(&mut self) {
        self.candidates.iter_mut().for_each(Candidate::cancel);
    }

    /// How many bodies are cancelled.
    pub(crate) fn cancelled(&self) -> usize {
        let is_cancelled = |candidate: &&Candidate| candidate.is_cancelled();
        self.candidates.iter().filter(is_cancelled).count()
    }

    /// Lets the bodies that are meant run once only; false if there are none.
    pub(crate) fn spare(&mut self, is_meant: impl Fn(&Candidate) -> bool, why: &str) -> bool {
        let mut has_spared = false;
        for candidate in &mut self.candidates {
            if candidate.is_cancelled() && is_meant(candidate) {
                candidate.cancel = Cancel::Refused(why.to_owned());
                has_spared = true;
            }
        }
        has_spared
    }

    /// Takes the attribute from those that are meant; false if there are none.
    pub(crate) fn take(&mut self, is_meant: impl Fn(&Candidate) -> bool, why: &Left) -> bool {
        let mut has_taken = false;
        for candidate in &mut self.candidates {
            if candidate.left.is_none() && is_meant(candidate) {
                candidate.left = Some(why.clone());
                has_taken = true;
            }
        }
        has_taken
    }

    /// The text of a source file with candidates, as it is in the original.
    pub(crate) fn source(&self, file: &Path) -> Option<&str> {
        self.sources.get(file).map(String::as_str)
    }

    /// The package that a file of the tree is in.
    pub(crate) fn package_around(&self, file: &Path) -> Option<String> {
        let around = self.members.iter().filter_map(|(name, manifest)| {
            let folder = manifest.parent()?;
            file.starts_with(folder)
                .then(|| (folder.components().count(), name))
        });
        around.max().map(|(_, name)| name.clone())
    }

    fn put(&self, is_meant: impl Fn(&Candidate) -> bool) -> Vec<Change> {
        let meant = self
            .candidates
            .iter()
            .filter(|candidate| is_meant(candidate));
        meant.flat_map(Candidate::changes).collect()
    }

    fn needs_library(&self, manifest: &Path) -> bool {
        let is_of = |candidate: &Candidate| {
            self.members
                .get(&candidate.package)
                .is_some_and(|of| of == manifest)
        };
        !self.put(is_of).is_empty()
    }

    fn manifest(&mut self, tree: &Tree, file: &Path) -> Result<(), Error> {
        let path = tree.root.join(file);
        let text = fs::read_to_string(&path).map_err(|cause| Error::Read { path, cause })?;
        // What cargo does not read may be no manifest, such as a template.
        if let Ok(mut manifest) = Manifest::parse(&text) {
            let whole = tree.root.join(file);
            manifest.anchor(whole.parent().unwrap_or(&tree.root), &tree.root);
            self.manifests.insert(file.to_owned(), manifest);
        }
        Ok(())
    }

    fn root(&mut self, file: &Path) {
        if let Some(root) = self.manifests.get_mut(file) {
            root.make_root();
            self.had_no_debug_info = root.keep_debug_info();
            root.make_lean();
        }
    }

    fn member(&mut self, tree: &Tree, member: &Member, seen: &mut BTreeSet<PathBuf>) {
        self.members
            .insert(member.name.clone(), inside(tree, &member.manifest));
        for file in member.roots.iter().flat_map(|root| crate_files(&root.path)) {
            let at = inside(tree, &file.path);
            if !seen.insert(file.path.clone()) {
                continue;
            }
            if let Err(error) = &file.content {
                self.unread.push((at.clone(), error.to_string()));
            }
            let candidates = Candidate::all(&file, &at, member, tree.files.contains(&at));
            if !candidates.is_empty() && tree.files.contains(&at) {
                self.sources.insert(at, file.text);
            }
            self.candidates.extend(candidates);
        }
    }
}

/// The path below the root of the tree, or the whole one.
fn inside(tree: &Tree, path: &Path) -> PathBuf {
    path.strip_prefix(&tree.root).unwrap_or(path).to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::workspace::Root;

    /// A package with a file in a temporary folder, and the plan for it.
    pub(crate) fn plan(text: &str) -> (tempfile::TempDir, Plan) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().to_owned();
        let manifest = "[package]\nname = \"a\"\n[profile.dev]\ndebug = 0\n";
        fs::write(root.join("Cargo.toml"), manifest).expect("it is written");
        fs::write(root.join("lib.rs"), text).expect("it is written");
        let member = Member {
            name: "a".to_owned(),
            manifest: root.join("Cargo.toml"),
            roots: vec![Root {
                path: root.join("lib.rs"),
                is_for_tests: false,
            }],
            is_of_2015: false,
        };
        let workspace = Workspace {
            root: root.clone(),
            target: root.join("target"),
            packages: BTreeMap::new(),
            members: vec![member],
        };
        let tree = Tree {
            root,
            files: ["Cargo.toml", "lib.rs"].map(PathBuf::from).into(),
        };
        let library = Library::Version("=0.1.0".to_owned());
        let plan = Plan::of(&workspace, &tree, library).expect("a plan");
        (folder, plan)
    }

    #[test]
    fn what_is_taken_back_is_as_it_was() {
        let text = "#[test]\nfn a() {}\n#[test]\nfn b() {}\n";
        let (_folder, mut plan) = plan(text);
        let lib = |plan: &Plan| plan.texts()[Path::new("lib.rs")].clone();
        let manifest = |plan: &Plan| plan.texts()[Path::new("Cargo.toml")].clone();
        assert_eq!(
            (plan.covered(), lib(&plan).matches("leak_checked").count()),
            (2, 2)
        );
        assert!(manifest(&plan).contains("leakcheck = \"=0.1.0\""));
        assert!(plan.had_no_debug_info);
        let refused = Left::Refused("no".to_owned());
        assert!(plan.take(|candidate| candidate.name == "a", &refused));
        assert!(!plan.take(|candidate| candidate.name == "a", &refused));
        assert_eq!(lib(&plan).lines().next(), Some("#[test]"));
        assert!(plan.take(|_| true, &refused));
        assert_eq!(lib(&plan), text);
        assert!(!manifest(&plan).contains("leakcheck = "));
    }

    #[test]
    fn a_file_that_is_not_understood_is_kept() {
        let (_folder, plan) = plan("fn (");
        assert_eq!(plan.unread.len(), 1);
        assert!(!plan.texts().contains_key(Path::new("lib.rs")));
    }
}
