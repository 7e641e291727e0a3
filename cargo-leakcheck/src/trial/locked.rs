//! The versions that are locked, in the original and in the copy.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use toml_edit::{DocumentMut, Item};

use crate::{error::Error, trial::mirror};

/// A package that has other versions in the copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) name: String,
    pub(crate) before: Vec<String>,
    pub(crate) after: Vec<String>,
}

/// Puts the lock file of the original into the copy, unless the one there comes from the same. `kept` is what it came from.
pub(crate) fn give(original: &Path, copy: &Path, kept: &Path) -> Result<(), Error> {
    let Ok(lock) = fs::read(original) else {
        // The copy gets one of its own, and not that of an original which is gone.
        if fs::remove_file(kept).is_ok() {
            let _ = fs::remove_file(copy);
        }
        return Ok(());
    };
    if copy.exists() && fs::read(kept).is_ok_and(|before| before == lock) {
        return Ok(());
    }
    mirror::put(copy, &lock)?;
    mirror::put(kept, &lock)
}

/// What is locked to other versions than before, by name. What is new is the library's, and is not told.
pub(crate) fn changes(before: &Path, after: &Path) -> Vec<Changed> {
    let (before, after) = (versions(before), versions(after));
    let changed = before.into_iter().filter_map(|(name, before)| {
        let after = after.get(&name)?;
        let gone: Vec<String> = before.difference(after).cloned().collect();
        (!gone.is_empty()).then(|| Changed {
            after: after.difference(&before).cloned().collect(),
            before: gone,
            name,
        })
    });
    changed
        .filter(|changed| !changed.after.is_empty())
        .collect()
}

fn versions(lock: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let lock = fs::read_to_string(lock).unwrap_or_default();
    let lock: DocumentMut = lock.parse().unwrap_or_default();
    let packages = lock.get("package").and_then(Item::as_array_of_tables);
    for package in packages.into_iter().flatten() {
        let field = |name| package.get(name).and_then(Item::as_str);
        if let (Some(name), Some(version)) = (field("name"), field("version")) {
            let of_name = versions.entry(name.to_owned()).or_default();
            of_name.insert(version.to_owned());
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(packages: &[(&str, &str)]) -> String {
        let package = |(name, version): &(&str, &str)| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
        };
        packages.iter().map(package).collect()
    }

    #[test]
    fn what_is_raised_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let (before, after) = (folder.path().join("before"), folder.path().join("after"));
        let old = [
            ("tokio", "1.38.0"),
            ("syn", "1.0.9"),
            ("syn", "2.0.1"),
            ("gone", "1.0.0"),
            ("same", "1.0.0"),
        ];
        let new = [
            ("tokio", "1.54.1"),
            ("syn", "1.0.9"),
            ("syn", "2.0.1"),
            ("syn", "3.0.0"),
            ("same", "1.0.0"),
            ("leakcheck", "0.1.0"),
        ];
        fs::write(&before, lock(&old)).expect("it is written");
        fs::write(&after, lock(&new)).expect("it is written");
        let tokio = Changed {
            name: "tokio".to_owned(),
            before: vec!["1.38.0".to_owned()],
            after: vec!["1.54.1".to_owned()],
        };
        assert_eq!(changes(&before, &after), [tokio]);
        assert!(changes(&folder.path().join("none"), &after).is_empty());
    }

    #[test]
    fn a_lock_is_given_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let give = || give(&path("original"), &path("copy"), &path("kept")).expect("it is given");
        let copy = || fs::read_to_string(path("copy")).ok();
        give();
        assert_eq!(copy(), None);
        fs::write(path("original"), "1").expect("it is written");
        give();
        assert_eq!(copy().as_deref(), Some("1"));
        fs::write(path("copy"), "1 and leakcheck").expect("it is written");
        give();
        assert_eq!(copy().as_deref(), Some("1 and leakcheck"));
        fs::write(path("original"), "2").expect("it is written");
        give();
        assert_eq!(copy().as_deref(), Some("2"));
        fs::remove_file(path("original")).expect("it is there");
        give();
        assert_eq!(copy(), None);
        fs::write(path("copy"), "of its own").expect("it is written");
        give();
        assert_eq!(copy().as_deref(), Some("of its own"));
    }
}
