//! A `Cargo.toml`, changed as text by what is to be in it.

use std::path::Path;

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::crate_files::flat;

/// The library's name.
const LIBRARY: &str = "leakcheck";

/// What the library brings along that nobody needs lines of: a test binary has less to link and to read without them.
const LEAN: [&str; 8] = [
    "addr2line",
    "annotate-snippets",
    "backtrace",
    "gimli",
    "leakcheck",
    "leakcheck-introspect",
    "leakcheck-report",
    "object",
];

/// Where the library comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    Version(String),
    Folder(String),
    /// What the workspace says.
    Inherited,
}

/// A manifest under change.
#[derive(Clone, Debug)]
pub(crate) struct Manifest(DocumentMut);

impl Manifest {
    pub(crate) fn parse(text: &str) -> Result<Self, toml_edit::TomlError> {
        text.parse().map(Self)
    }

    /// The text, with everything that was not changed as it was.
    pub(crate) fn text(&self) -> String {
        self.0.to_string()
    }

    /// Whether the package depends on the library already, under whatever name.
    pub(crate) fn has_library(&self) -> bool {
        let names = ["dependencies", "dev-dependencies"];
        names.iter().any(|name| {
            let dependencies = self.0.get(name).and_then(Item::as_table_like);
            dependencies.is_some_and(|of| of.iter().any(|(key, item)| is_library(key, item)))
        })
    }

    /// Adds the library to the dev-dependencies, unless it is there.
    pub(crate) fn add_library(&mut self, library: &Library) {
        if self.has_library() {
            return;
        }
        let dependencies = self
            .0
            .entry("dev-dependencies")
            .or_insert(Item::Table(Table::new()));
        if let Some(dependencies) = dependencies.as_table_like_mut() {
            add(dependencies, library.item());
        }
    }

    /// Whether packages take their dependencies from the workspace.
    pub(crate) fn has_dependencies_for_all(&self) -> bool {
        let workspace = self.0.get("workspace");
        workspace.is_some_and(|workspace| workspace.get("dependencies").is_some())
    }

    /// Adds the library to what packages take from the workspace, unless it is there.
    pub(crate) fn add_library_for_all(&mut self, library: &Library) {
        let workspace = self.0.get_mut("workspace");
        let dependencies = workspace.and_then(|workspace| workspace.get_mut("dependencies"));
        if let Some(dependencies) = dependencies.and_then(Item::as_table_like_mut)
            && !dependencies.iter().any(|(key, item)| is_library(key, item))
        {
            add(dependencies, library.item());
        }
    }

    /// Takes the library's lines for small test binaries into the profile, those that are not there.
    pub(crate) fn make_lean(&mut self) {
        let profile = self.0.entry("profile").or_insert(implicit());
        let Some(profile) = profile.as_table_like_mut() else {
            return;
        };
        let dev = profile.entry("dev").or_insert(implicit());
        let Some(dev) = dev.as_table_like_mut() else {
            return;
        };
        let package = dev.entry("package").or_insert(Item::Table(Table::new()));
        let Some(package) = package.as_table_like_mut() else {
            return;
        };
        for name in LEAN {
            let of = package.entry(name).or_insert(dotted());
            if let Some(of) = of.as_table_like_mut()
                && !of.contains_key("debug")
            {
                of.insert("debug", value(false));
            }
        }
    }

    /// Takes out what keeps debug info from test binaries; true if there was something.
    pub(crate) fn keep_debug_info(&mut self) -> bool {
        let Some(profiles) = self.0.get_mut("profile").and_then(Item::as_table_like_mut) else {
            return false;
        };
        let mut has_changed = false;
        for name in ["dev", "test"] {
            if let Some(profile) = profiles.get_mut(name).and_then(Item::as_table_like_mut) {
                has_changed |= unstripped(profile);
            }
        }
        has_changed
    }

    /// Makes it the root of a workspace, if it is none.
    pub(crate) fn make_root(&mut self) {
        let is_member = self
            .0
            .get("package")
            .is_some_and(|package| package.get("workspace").is_some());
        if self.0.get("workspace").is_none() && !is_member {
            self.0.insert("workspace", Item::Table(Table::new()));
        }
    }

    /// Makes relative paths absolute that lead from a folder to what is outside of the root.
    pub(crate) fn anchor(&mut self, folder: &Path, root: &Path) {
        anchor(self.0.as_table_mut(), &|path| {
            let whole = flat(&folder.join(path));
            let is_outside = Path::new(path).is_relative() && !whole.starts_with(root);
            is_outside.then(|| whole.display().to_string())
        });
    }
}

impl Library {
    /// The release of this program, or what is in a folder.
    pub(crate) fn exact(folder: Option<&Path>) -> Self {
        let version = concat!("=", env!("CARGO_PKG_VERSION"));
        folder.map_or_else(|| Self::Version(version.to_owned()), Self::folder)
    }

    /// Any release that this program can read the reports of, or what is in a folder.
    pub(crate) fn compatible(folder: Option<&Path>) -> Self {
        let version = concat!(
            env!("CARGO_PKG_VERSION_MAJOR"),
            ".",
            env!("CARGO_PKG_VERSION_MINOR")
        );
        folder.map_or_else(|| Self::Version(version.to_owned()), Self::folder)
    }

    fn folder(folder: &Path) -> Self {
        let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Self::Folder(whole.display().to_string())
    }

    fn item(&self) -> Item {
        match self {
            Self::Version(version) => value(version.clone()),
            Self::Folder(folder) => {
                let mut table = InlineTable::new();
                table.insert("path", folder.clone().into());
                value(table)
            }
            Self::Inherited => {
                let mut table = dotted();
                table["workspace"] = value(true);
                table
            }
        }
    }
}

/// Adds the library where it belongs in the order of the others, if they have one.
fn add(dependencies: &mut dyn TableLike, library: Item) {
    let names: Vec<String> = dependencies
        .iter()
        .map(|(name, _)| name.to_owned())
        .collect();
    dependencies.insert(LIBRARY, library);
    if names.is_sorted() {
        dependencies.sort_values();
    }
}

fn is_library(key: &str, item: &Item) -> bool {
    let package = item.get("package").and_then(Item::as_str);
    package.unwrap_or(key) == LIBRARY
}

/// A table without a head of its own.
fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// A table that is written as `name.key = value`.
fn dotted() -> Item {
    let mut table = Table::new();
    table.set_dotted(true);
    Item::Table(table)
}

fn unstripped(profile: &mut dyn TableLike) -> bool {
    let mut has_changed = ["debug", "strip", "split-debuginfo"]
        .iter()
        .filter(|key| profile.remove(key).is_some())
        .count()
        > 0;
    if let Some(packages) = profile.get_mut("package").and_then(Item::as_table_like_mut) {
        for (_, package) in packages.iter_mut() {
            let package = package.as_table_like_mut();
            has_changed |= package.is_some_and(|package| package.remove("debug").is_some());
        }
    }
    has_changed
}

/// Replaces each `path` that has another.
fn anchor(table: &mut dyn TableLike, other: &dyn Fn(&str) -> Option<String>) {
    for (key, item) in table.iter_mut() {
        let is_path = key == "path" || key == "workspace";
        if let Some(path) = item.as_str().filter(|_| is_path).and_then(other) {
            replace(item, &path);
        } else if let Some(table) = item.as_table_like_mut() {
            anchor(table, other);
        } else if let Some(tables) = item.as_array_of_tables_mut() {
            tables.iter_mut().for_each(|table| anchor(table, other));
        }
    }
}

/// Keeps the blanks and the comment around the value.
fn replace(item: &mut Item, path: &str) {
    if let Some(old) = item.as_value_mut() {
        let around = old.decor().clone();
        *old = Value::from(path);
        *old.decor_mut() = around;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, change: impl FnOnce(&mut Manifest)) -> String {
        let mut manifest = Manifest::parse(text).expect("TOML");
        change(&mut manifest);
        manifest.text()
    }

    fn version() -> Library {
        Library::Version("0.1".to_owned())
    }

    #[test]
    fn the_library_is_added_once() {
        let text = "[dev-dependencies] # for tests\ntokio = { version = \"1\" }\n\n[features]\n";
        let added = changed(text, |manifest| manifest.add_library(&version()));
        assert_eq!(
            added,
            "[dev-dependencies] # for tests\nleakcheck = \"0.1\"\ntokio = { version = \"1\" }\n\n[features]\n"
        );
        assert_eq!(
            changed(&added, |manifest| manifest.add_library(&version())),
            added
        );
        let folder = Library::Folder("/a b".to_owned());
        assert_eq!(
            changed("[package]\nname = \"a\"\n", |manifest| manifest
                .add_library(&folder)),
            "[package]\nname = \"a\"\n\n[dev-dependencies]\nleakcheck = { path = \"/a b\" }\n"
        );
        let renamed = "[dev-dependencies]\nlc = { package = \"leakcheck\", version = \"0.1\" }\n";
        assert_eq!(
            changed(renamed, |manifest| manifest.add_library(&version())),
            renamed
        );
    }

    #[test]
    fn it_is_taken_from_the_workspace() {
        let text = "[workspace.dependencies]\ntokio = \"1\"\nbytes = \"1\"\n";
        let added = changed(text, |manifest| manifest.add_library_for_all(&version()));
        assert_eq!(added, format!("{text}leakcheck = \"0.1\"\n"));
        assert_eq!(
            changed(&added, |manifest| manifest.add_library_for_all(&version())),
            added
        );
        let member = changed("[dev-dependencies]\ntokio.workspace = true\n", |manifest| {
            manifest.add_library(&Library::Inherited);
        });
        assert_eq!(
            member,
            "[dev-dependencies]\nleakcheck.workspace = true\ntokio.workspace = true\n"
        );
    }

    #[test]
    fn what_nobody_needs_lines_of_has_none() {
        let text = changed(
            "[profile.dev.package.gimli]\ndebug = 1\n",
            Manifest::make_lean,
        );
        let others = [
            "addr2line",
            "annotate-snippets",
            "backtrace",
            "leakcheck",
            "leakcheck-introspect",
            "leakcheck-report",
            "object",
        ];
        let lines: String = others
            .map(|name| format!("{name}.debug = false\n"))
            .concat();
        assert_eq!(
            text,
            format!("[profile.dev.package]\n{lines}[profile.dev.package.gimli]\ndebug = 1\n")
        );
        assert_eq!(changed(&text, Manifest::make_lean), text);
        let shown = include_str!("../../../COSTS.md");
        assert!(shown.contains(&changed("", Manifest::make_lean)));
    }

    #[test]
    fn debug_info_is_kept() {
        let text = "[profile.dev]\ndebug = 0\nopt-level = 1\n[profile.dev.package.\"*\"]\ndebug = false\n[profile.release]\ndebug = 0\n";
        let kept = "[profile.dev]\nopt-level = 1\n[profile.dev.package.\"*\"]\n[profile.release]\ndebug = 0\n";
        assert_eq!(
            changed(text, |manifest| assert!(manifest.keep_debug_info())),
            kept
        );
        assert_eq!(
            changed(kept, |manifest| assert!(!manifest.keep_debug_info())),
            kept
        );
    }

    #[test]
    fn a_package_becomes_a_root() {
        assert_eq!(
            changed("[package]\n", Manifest::make_root),
            "[package]\n\n[workspace]\n"
        );
        for kept in [
            "[workspace]\nmembers = []\n",
            "[package]\nworkspace = \"..\"\n",
        ] {
            assert_eq!(changed(kept, Manifest::make_root), kept);
        }
    }

    #[test]
    fn paths_to_the_outside_are_anchored() {
        let text = "\
[dependencies]
near = { path = \"../near\" }
far = { path = \"../../far\" } # kept
whole = { path = \"/w\" }
[target.'cfg(unix)'.dependencies]
far = { path = \"../../far\" }
[patch.crates-io.x]
path = \"../../../x\"
[[test]]
path = \"../../t.rs\"
";
        let anchored = changed(text, |manifest| {
            manifest.anchor(Path::new("/r/w/a"), Path::new("/r/w"));
        });
        let expected = text
            .replace("\"../../../x\"", "\"/x\"")
            .replace("\"../../far\"", "\"/r/far\"")
            .replace("\"../../t.rs\"", "\"/r/t.rs\"");
        assert_eq!(anchored, expected);
    }
}
