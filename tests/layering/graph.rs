//! Which file of a crate names what other files define, and the circles that come of it.
//!
//! A file that hands an item on names it as well; one that does nothing else defines nothing, so nobody names it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    modules::{Id, Module, Modules},
    sources::{Part, Sources},
};

/// From one file to another.
type Edge = (PathBuf, PathBuf);

/// The files of a crate.
#[derive(Default)]
pub(crate) struct Graph {
    /// The items that are named.
    pub(crate) edges: BTreeMap<Edge, BTreeSet<String>>,
    /// Files whose modules are named, also where only something inside of them is meant.
    pub(crate) passed: BTreeSet<Edge>,
    /// Files that name what the crate's root only hands on, with the names.
    pub(crate) public: BTreeSet<(PathBuf, String)>,
    /// What could not be followed, in words.
    pub(crate) complaints: Vec<String>,
}

impl Graph {
    pub(crate) fn of(sources: &Sources, part: Part) -> Self {
        let modules = Modules::of(sources, part);
        let mut graph = Self::default();
        for (id, module) in modules.all.iter().enumerate() {
            for path in &module.paths.named {
                let missing = graph.follow(&modules, id, path);
                graph.complaints.extend(missing.map(|missing| {
                    let (file, path) = (module.file.display(), path.join("::"));
                    format!("{file}: no `{missing}` is found for `{path}`")
                }));
            }
            for path in &module.paths.guessed {
                graph.follow(&modules, id, path);
            }
            graph.call(&modules, module);
        }
        graph.complaints.extend(modules.lost);
        graph
    }

    /// Adds what a path leads to; returns the segment that is not found.
    fn follow(&mut self, modules: &Modules, id: Id, path: &[String]) -> Option<String> {
        let file_of = |id: Id| &modules.all[id].file;
        let (from, reached) = (file_of(id), modules.resolve(id, path));
        // Every path from the top passes the root.
        let passed = reached.modules.into_iter().filter(|id| *id > 0);
        let passed = passed.map(|id| (from.clone(), file_of(id).clone()));
        self.passed.extend(passed);
        for (file, name) in reached.items {
            if reached.is_public {
                self.public.insert((from.clone(), name.clone()));
            }
            self.add(from, &file, &name);
        }
        reached.missing
    }

    /// Adds the macros that are called without a path; those of the file itself hide others.
    fn call(&mut self, modules: &Modules, module: &Module) {
        for called in &module.paths.called {
            let files = modules.macros.get(called);
            if let Some(files) = files.filter(|files| !files.contains(&module.file)) {
                for file in files {
                    self.add(&module.file, file, called);
                }
            }
        }
    }

    fn add(&mut self, from: &Path, to: &Path, item: &str) {
        if from != to {
            let edge = (from.to_owned(), to.to_owned());
            self.edges.entry(edge).or_default().insert(item.to_owned());
        }
    }

    /// The largest sets of files that all lead to each other.
    pub(crate) fn circles(&self) -> BTreeSet<BTreeSet<&Path>> {
        let mut next: BTreeMap<&Path, Vec<&Path>> = BTreeMap::new();
        for (from, to) in self.edges.keys() {
            next.entry(from).or_default().push(to);
        }
        let reached: BTreeMap<&Path, BTreeSet<&Path>> = next
            .keys()
            .map(|file| (*file, reached(file, &next)))
            .collect();
        let leads_back =
            |file: &Path, other: &Path| reached.get(other).is_some_and(|all| all.contains(file));
        let mut circles = BTreeSet::new();
        for (file, all) in &reached {
            if all.contains(file) {
                let others = all.iter().copied();
                circles.insert(others.filter(|other| leads_back(file, other)).collect());
            }
        }
        circles
    }

    /// A circle in words: its files, and what each names of the others.
    pub(crate) fn told(&self, circle: &BTreeSet<&Path>) -> String {
        let names: Vec<String> = circle
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        let mut told = format!("circle of {}", names.join(", "));
        for ((from, to), items) in &self.edges {
            if circle.contains(from.as_path()) && circle.contains(to.as_path()) {
                let items: Vec<&str> = items.iter().map(String::as_str).collect();
                let (from, to) = (from.display(), to.display());
                write!(told, "\n  {from} -> {to}: {}", items.join(", "))
                    .expect("text can be written");
            }
        }
        told
    }
}

/// The files that a file leads to, itself only through others.
fn reached<'a>(from: &Path, next: &BTreeMap<&Path, Vec<&'a Path>>) -> BTreeSet<&'a Path> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(file) = open.pop() {
        for to in next.get(file).into_iter().flatten() {
            if reached.insert(*to) {
                open.push(to);
            }
        }
    }
    reached
}
