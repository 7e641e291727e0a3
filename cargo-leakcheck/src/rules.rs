//! The rules of `leakcheck.toml`: which file holds for which packages, and where its rules stand.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    iter::once,
    path::{Component, Path, PathBuf},
};

use leakcheck_report::rule::{FILE, PATTERNS};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{escape::plain, workspace::Workspace};

/// Where a rule stands: its file, and the line of its `[[ignore]]`.
pub(crate) type Place = (PathBuf, usize);

/// One `[[ignore]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) line: usize,
    /// `created_by = "my_app::metrics::*"`.
    pub(crate) pattern: String,
    /// What stands in the quotes.
    pub(crate) glob: String,
    /// Whether it says how many it accepts at most.
    pub(crate) is_bounded: bool,
    /// The day from which on it is not applied any more, as `2027-01-31`.
    pub(crate) expires: Option<String>,
}

/// A file with rules.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) rules: Vec<Rule>,
    /// The packages that it holds for.
    pub(crate) packages: BTreeSet<String>,
}

/// The file that holds for a package in this folder.
pub(crate) fn file_of(folder: &Path, root: &Path) -> Option<PathBuf> {
    let inside = |folder: &&Path| folder.starts_with(root);
    let above = folder.ancestors().skip(1).take_while(inside);
    // The root need not be above.
    let mut folders = once(folder).chain(above).chain(once(root));
    folders.find_map(|folder| {
        let path = folder.join(FILE);
        path.is_file().then_some(path)
    })
}

/// The files of a workspace that have rules.
pub(crate) fn files(workspace: &Workspace) -> Vec<File> {
    let mut holders: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for (package, folder) in &workspace.packages {
        if let Some(path) = file_of(folder, &workspace.root) {
            holders.entry(path).or_default().insert(package.clone());
        }
    }
    let files = holders.into_iter().map(|(path, packages)| File {
        rules: fs::read_to_string(&path).map_or(Vec::new(), |text| read(&text)),
        path,
        packages,
    });
    files.filter(|file| !file.rules.is_empty()).collect()
}

/// The rules of a text. What is not understood fails every checked test already, so it is none here.
fn read(text: &str) -> Vec<Rule> {
    let Ok(document) = DeTable::parse(text) else {
        return Vec::new();
    };
    let Some(DeValue::Array(tables)) = document.get_ref().get("ignore").map(Spanned::get_ref)
    else {
        return Vec::new();
    };
    let rule = |at: usize, entries: &DeTable<'_>| {
        let value = |key: &str| entries.get(key).map(Spanned::get_ref);
        let pattern = |key: &&str| match value(key)? {
            DeValue::String(glob) => Some((format!("{key} = {glob:?}"), glob.to_string())),
            _ => None,
        };
        let (pattern, glob) = PATTERNS.iter().find_map(pattern)?;
        Some(Rule {
            line: text.get(..at)?.matches('\n').count() + 1,
            pattern,
            glob,
            is_bounded: value("at_most").is_some(),
            expires: value("expires").and_then(|day| match day {
                DeValue::String(day) => Some(day.to_string()),
                DeValue::Datetime(day) => Some(day.to_string()),
                _ => None,
            }),
        })
    };
    let rules = tables.iter().filter_map(|table| match table.get_ref() {
        DeValue::Table(entries) => rule(table.span().start, entries),
        _ => None,
    });
    rules.collect()
}

/// The rule that a report's `source` means: `../../leakcheck.toml:12`, from the folder of the package on.
fn place(folder: &Path, source: &str) -> Option<Place> {
    let (name, line) = source.rsplit_once(':')?;
    let mut path = folder.to_owned();
    for component in Path::new(name).components() {
        match component {
            Component::ParentDir => path.pop().then_some(())?,
            Component::Normal(name) => path.push(name),
            _ => return None,
        }
    }
    path.ends_with(FILE).then_some(())?;
    Some((path, line.parse().ok()?))
}

/// The rules of which a report tells, by its package. Where it does not know that, it may be any.
pub(crate) fn places(workspace: &Workspace, package: Option<&str>, source: &str) -> Vec<Place> {
    match package.and_then(|package| workspace.packages.get(package)) {
        Some(folder) => place(folder, source).into_iter().collect(),
        None => workspace
            .packages
            .values()
            .filter_map(|folder| place(folder, source))
            .collect(),
    }
}

/// The file as the workspace names it.
pub(crate) fn shown(path: &Path, workspace: &Workspace) -> String {
    let inside = path.strip_prefix(&workspace.root).unwrap_or(path);
    plain(&inside.display().to_string())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const TEXT: &str = "\
level = \"deny\"

# A comment.
[[ignore]]
created_by = \"my_app::metrics::*\"
reason = \"serves the whole process\"
expires = 2020-01-31

[[ignore]]
reason = \"its own\"
thread_name = 'my \"own\"'
kind = [\"thread\"]
at_most = 2
expires = \"2999-01-31\"
";

    /// A workspace with two packages, and a file in its root.
    pub(crate) fn sample(root: &Path, text: &str) -> Workspace {
        let packages = ["a", "b"].map(|name| (name.to_owned(), root.join("crates").join(name)));
        for (_, folder) in &packages {
            fs::create_dir_all(folder).expect("a folder");
        }
        fs::write(root.join(FILE), text).expect("it is written");
        Workspace {
            root: root.to_owned(),
            target: root.join("target"),
            packages: packages.into(),
            members: Vec::new(),
        }
    }

    #[test]
    fn rules_are_where_the_library_says() {
        let rules = read(TEXT);
        let told: Vec<(usize, &str)> = rules
            .iter()
            .map(|rule| (rule.line, rule.pattern.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (4, r#"created_by = "my_app::metrics::*""#),
                (9, r#"thread_name = "my \"own\"""#)
            ]
        );
        assert_eq!(rules[0].expires.as_deref(), Some("2020-01-31"));
        assert_eq!(rules[1].expires.as_deref(), Some("2999-01-31"));
        assert_eq!(rules[1].glob, r#"my "own""#);
        assert!(rules[1].is_bounded && !rules[0].is_bounded);
        for text in [
            "",
            "ignore = 1",
            "ignore = [1]",
            "[[ignore]]",
            "[[ignore]",
            "[ignore]\na = 1",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn the_nearest_file_holds() {
        let root = tempfile::tempdir().expect("a folder");
        let workspace = sample(root.path(), TEXT);
        let own = root.path().join("crates/b").join(FILE);
        let holds = |workspace: &Workspace| -> Vec<String> {
            let files = files(workspace).into_iter();
            files
                .map(|file| file.packages.into_iter().collect::<String>())
                .collect()
        };
        assert_eq!(holds(&workspace), ["ab"]);
        fs::write(&own, TEXT).expect("it is written");
        assert_eq!(holds(&workspace), ["b", "a"]);
        fs::write(&own, "level = \"warn\"").expect("it is written");
        assert_eq!(holds(&workspace), ["a"]);
        let inner = Workspace {
            root: root.path().join("crates"),
            ..workspace
        };
        assert!(holds(&inner).is_empty(), "the file is above the workspace");
    }

    #[test]
    fn sources_are_places() {
        let at = |source| place(Path::new("/w/crates/a"), source);
        let rule = |folder: &str, line| Some((Path::new(folder).join(FILE), line));
        assert_eq!(at("leakcheck.toml:12"), rule("/w/crates/a", 12));
        assert_eq!(at("../../leakcheck.toml:7"), rule("/w", 7));
        for other in [
            "",
            "src/lib.rs:3",
            "leakcheck.toml",
            "../../../../../leakcheck.toml:1",
        ] {
            assert_eq!(at(other), None, "{other}");
        }
    }
}
