//! The source files of a crate, as the compiler finds them, but those that a condition leaves out as well.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use super::source::{Child, Module};

/// A source file, or one that cannot be read as such.
#[derive(Debug)]
pub(crate) struct CrateFile {
    pub(crate) path: PathBuf,
    /// The path of its module in the crate.
    pub(crate) module: Vec<String>,
    /// Whether only tests have it.
    pub(crate) is_for_tests: bool,
    pub(crate) text: String,
    pub(crate) content: syn::Result<Module>,
}

/// The file of a crate's root and all that belong to it, each once.
pub(crate) fn crate_files(root: &Path) -> Vec<CrateFile> {
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    let folder = root.parent().unwrap_or(Path::new("")).to_owned();
    let mut open = vec![Open {
        path: root.to_owned(),
        folder,
        module: Vec::new(),
        is_for_tests: false,
    }];
    while let Some(next) = open.pop() {
        if !seen.insert(next.path.clone()) {
            continue;
        }
        let Ok(text) = fs::read_to_string(&next.path) else {
            continue; // It is generated, or not there on this platform.
        };
        let content = Module::of_file(&text);
        if let Ok(module) = &content {
            let children = module.all_files().into_iter();
            open.extend(children.flat_map(|child| next.children(child)));
        }
        files.push(CrateFile {
            path: next.path,
            module: next.module,
            is_for_tests: next.is_for_tests
                || content.as_ref().is_ok_and(|module| module.is_for_tests),
            text,
            content,
        });
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// A file that is to be read.
struct Open {
    path: PathBuf,
    /// Where the files of its modules are.
    folder: PathBuf,
    module: Vec<String>,
    is_for_tests: bool,
}

impl Open {
    /// The files that a child may be.
    fn children(&self, child: &Child) -> Vec<Self> {
        let beside = self.path.parent().unwrap_or(Path::new(""));
        let module: Vec<String> = self.module.iter().chain(&child.names).cloned().collect();
        let open = |path: PathBuf, folder: PathBuf| Self {
            path,
            folder,
            module: module.clone(),
            is_for_tests: self.is_for_tests || child.is_for_tests,
        };
        let Some((_, above)) = child.names.split_last() else {
            let path = flat(&beside.join(child.path.as_deref().unwrap_or_default()));
            return vec![open(path, self.folder.clone())];
        };
        if let Some(path) = &child.path {
            let base = match above {
                [] => beside.to_owned(),
                above => inside(&self.folder, above),
            };
            let path = flat(&base.join(path));
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            return vec![open(path, folder)];
        }
        let folder = inside(&self.folder, &child.names);
        vec![
            open(folder.with_extension("rs"), folder.clone()),
            open(folder.join("mod.rs"), folder),
        ]
    }
}

fn inside(folder: &Path, names: &[String]) -> PathBuf {
    let folder = folder.to_owned();
    names.iter().fold(folder, |folder, name| folder.join(name))
}

/// The path without `.` and `..`.
pub(super) fn flat(path: &Path) -> PathBuf {
    let mut flat = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(flat.pop()),
            part => flat.push(part),
        }
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_as_the_compiler_does() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [
            (
                "src/lib.rs",
                "mod a; #[cfg(test)] mod b; mod inline { mod c; } #[path = \"x/y.rs\"] mod d; include!(\"e.rs\");",
            ),
            ("src/a.rs", "mod deep;"),
            ("src/a/deep.rs", "#[test] fn works() {}"),
            ("src/b/mod.rs", "mod below;"),
            ("src/b/below.rs", ""),
            ("src/inline/c.rs", "fn ("),
            ("src/x/y.rs", "mod z;"),
            ("src/x/z.rs", ""),
            ("src/e.rs", "mod missing;"),
            ("src/unused.rs", ""),
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("it is written");
        }
        let files = crate_files(&folder.path().join("src/lib.rs"));
        let shown: Vec<String> = files
            .iter()
            .map(|file| {
                let path = file
                    .path
                    .strip_prefix(folder.path())
                    .expect("inside")
                    .display();
                let tests = if file.is_for_tests { " for tests" } else { "" };
                let broken = if file.content.is_err() { " broken" } else { "" };
                format!("{path} {}{tests}{broken}", file.module.join("::"))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "src/a/deep.rs a::deep",
                "src/a.rs a",
                "src/b/below.rs b::below for tests",
                "src/b/mod.rs b for tests",
                "src/e.rs ",
                "src/inline/c.rs inline::c broken",
                "src/lib.rs ",
                "src/x/y.rs d",
                "src/x/z.rs d::z",
            ]
        );
    }
}
