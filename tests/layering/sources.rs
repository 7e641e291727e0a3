//! The source files of one crate.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::Attribute;

use crate::{attributes, lists::Order};

/// How much of a crate is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// What is in a program.
    Program,
    /// What is in a build of tests, too.
    Everything,
}

impl Part {
    /// Whether what is below the attributes belongs to it.
    pub(crate) fn has(self, attrs: &[Attribute]) -> bool {
        self == Self::Everything || !attributes::are_for_tests(attrs)
    }
}

/// Texts by their paths below the folder of sources.
#[derive(Default)]
pub(crate) struct Sources(pub(crate) BTreeMap<PathBuf, String>);

impl Sources {
    /// All source files of a crate of this repository.
    pub(crate) fn of(krate: &str) -> Self {
        let src = repository().join(krate).join("src");
        let (mut sources, mut folders) = (Self::default(), vec![src.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("the crate has a source folder") {
                let path = entry.expect("a folder can be read").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(&path).expect("source is text");
                    let path = path.strip_prefix(&src).expect("it was found there");
                    sources.0.insert(path.to_owned(), text);
                }
            }
        }
        sources
    }

    /// Files that a test makes up.
    pub(crate) fn made_up(files: &[(&str, &str)]) -> Self {
        let files = files.iter();
        Self(
            files
                .map(|(path, text)| (PathBuf::from(path), (*text).to_owned()))
                .collect(),
        )
    }

    /// One file that a test makes up, in a crate with all modules of an order; each of them has whatever is asked for.
    pub(crate) fn with(order: &Order, path: &str, text: &str) -> Self {
        let path = Path::new(path);
        let mut modules: BTreeSet<String> = order.module(path).into_iter().collect();
        modules.extend(order.layers.concat().into_iter().map(str::to_owned));
        let declared: Vec<String> = modules.iter().map(|name| format!("mod {name};")).collect();
        let mut root = declared.concat();
        let everything = "anything! {}".to_owned();
        let files = modules.iter();
        let mut files: BTreeMap<PathBuf, String> = files
            .map(|name| (Path::new(name).with_extension("rs"), everything.clone()))
            .collect();
        if path == Path::new("lib.rs") {
            root.push_str(text);
        } else {
            let module = match path.file_stem() {
                Some(stem) if stem == "mod" => path.with_file_name(""),
                _ => path.with_extension(""),
            };
            for child in module.ancestors().filter(|child| child.parent().is_some()) {
                files.remove(&child.with_extension("rs"));
                let (folder, name) = (child.with_file_name("mod.rs"), child.file_name());
                let name = name.expect("it is no root").display();
                files.insert(folder, format!("mod {name}; {everything}"));
            }
            files.remove(Path::new("mod.rs"));
            files.insert(path.to_owned(), text.to_owned());
        }
        files.insert("lib.rs".into(), root);
        Self(files)
    }

    /// The file that the compiler begins with.
    pub(crate) fn root(&self) -> &Path {
        let roots = ["lib.rs", "main.rs"].map(Path::new);
        let root = roots.into_iter().find(|root| self.0.contains_key(*root));
        root.expect("a crate has a root")
    }
}

/// The folder of the workspace.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
