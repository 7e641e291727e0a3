//! A copy of files that is kept: what is as it should be is not written again, so that nothing is built for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use crate::error::Error;

/// The list of all files of a mirror, beside it.
const LIST: &str = "files.json";

/// A folder that is made like another.
#[derive(Debug)]
pub(crate) struct Mirror {
    pub(crate) root: PathBuf,
    list: PathBuf,
}

impl Mirror {
    /// The mirror in a folder.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self {
            root: folder.join("tree"),
            list: folder.join(LIST),
        }
    }

    /// Makes the files those of the tree at `from`, with other texts for some; those that were there before and are not among
    /// them go away.
    pub(crate) fn write(
        &self,
        from: &Path,
        files: &BTreeSet<PathBuf>,
        texts: &BTreeMap<PathBuf, String>,
    ) -> Result<(), Error> {
        let before = fs::read(&self.list).unwrap_or_default();
        let before: BTreeSet<PathBuf> = serde_json::from_slice(&before).unwrap_or_default();
        for gone in before.difference(files) {
            let _ = fs::remove_file(self.root.join(gone));
        }
        // It is there before the files: what is interrupted leaves nothing behind.
        let list = serde_json::to_string(files).unwrap_or_default();
        put(&self.list, list.as_bytes())?;
        for file in files {
            let to = self.root.join(file);
            match texts.get(file) {
                Some(text) => put(&to, text.as_bytes())?,
                None => copy(&from.join(file), &to)?,
            }
        }
        Ok(())
    }
}

/// Writes a text, unless it is there. What a link leads to is not written to.
pub(crate) fn put(path: &Path, text: &[u8]) -> Result<(), Error> {
    if path.is_symlink() {
        let _ = fs::remove_file(path);
    }
    if fs::read(path).is_ok_and(|before| before == text) {
        return Ok(());
    }
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| fs::write(path, text));
    written.map_err(|cause| Error::Write {
        path: path.to_owned(),
        cause,
    })
}

/// Copies a file with its permissions, unless it is there.
fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let failed = |cause| Error::Copy {
        from: from.to_owned(),
        to: to.to_owned(),
        cause,
    };
    let about = fs::symlink_metadata(from).map_err(failed)?;
    if about.is_symlink() {
        return link(from, to).map_err(failed);
    }
    let is_same = |to: &fs::Metadata| {
        to.is_file() && to.len() == about.len() && to.permissions() == about.permissions()
    };
    let may_be_same = fs::symlink_metadata(to).is_ok_and(|to| is_same(&to));
    if may_be_same && fs::read(from).map_err(failed)? == fs::read(to).map_err(failed)? {
        return Ok(());
    }
    let folder = to.parent().map_or(Ok(()), fs::create_dir_all);
    let _ = fs::remove_file(to); // It may be a link, or not be writable.
    folder
        .and_then(|()| fs::copy(from, to))
        .map(drop)
        .map_err(failed)
}

/// Makes a link to the same file: inside of the tree by the same way, and to the outside by the whole path.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    let target = fs::read_link(from)?;
    if fs::read_link(to).is_ok_and(|before| before == target) {
        return Ok(());
    }
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder)?;
    let _ = fs::remove_file(to);
    let _ = fs::remove_dir(to);
    symlink(&target, to)?;
    if !to.exists() && from.exists() {
        fs::remove_file(to)?;
        symlink(&from.canonicalize()?, to)?;
    }
    Ok(())
}

#[cfg(unix)]
fn symlink(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

/// Where links need rights of their own, what they lead to is copied.
#[cfg(not(unix))]
fn symlink(target: &Path, at: &Path) -> io::Result<()> {
    let whole = at.parent().unwrap_or(at).join(target);
    if whole.is_file() {
        fs::copy(whole, at).map(drop)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> BTreeSet<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn only_what_differs_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("src")).expect("a folder");
        let write =
            |name: &str, text: &str| fs::write(from.join(name), text).expect("it is written");
        for name in ["src/a.rs", "src/b.rs", "src/c.rs"] {
            write(name, name);
        }
        let mirror = Mirror::in_folder(&to);
        let texts = [("src/b.rs".into(), "changed".to_owned())].into();
        mirror
            .write(&from, &files(&["src/a.rs", "src/b.rs", "src/c.rs"]), &texts)
            .expect("a copy");
        let time = |name: &str| {
            fs::metadata(mirror.root.join(name))
                .and_then(|about| about.modified())
                .expect("a time")
        };
        let old = std::time::SystemTime::UNIX_EPOCH;
        for name in ["src/a.rs", "src/b.rs"] {
            let file = fs::File::options()
                .write(true)
                .open(mirror.root.join(name))
                .expect("a file");
            file.set_modified(old).expect("it is set");
        }
        write("src/a.rs", "src/A.rs");
        mirror
            .write(&from, &files(&["src/a.rs", "src/b.rs"]), &texts)
            .expect("a copy");
        let read = |name: &str| fs::read_to_string(mirror.root.join(name)).ok();
        assert_eq!(read("src/a.rs").as_deref(), Some("src/A.rs"));
        assert_eq!(read("src/b.rs").as_deref(), Some("changed"));
        assert_eq!(read("src/c.rs"), None);
        assert!(time("src/a.rs") > old && time("src/b.rs") == old);
    }

    #[test]
    #[cfg(unix)]
    fn links_lead_where_they_led() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("a folder");
        let from = folder.path().join("deep/from");
        fs::create_dir_all(&from).expect("a folder");
        fs::write(from.join("a"), "inside").expect("it is written");
        fs::write(folder.path().join("deep/b"), "outside").expect("it is written");
        symlink("a", from.join("near")).expect("a link");
        symlink("../b", from.join("far")).expect("a link");
        let mirror = Mirror::in_folder(&folder.path().join("to"));
        for _ in 0..2 {
            mirror
                .write(&from, &files(&["a", "near", "far"]), &BTreeMap::new())
                .expect("a copy");
            let read = |name: &str| fs::read_to_string(mirror.root.join(name)).expect(name);
            assert_eq!(
                (read("near"), read("far")),
                ("inside".to_owned(), "outside".to_owned())
            );
            assert_eq!(
                fs::read_link(mirror.root.join("near")).expect("a link"),
                Path::new("a")
            );
        }
    }

    #[test]
    fn what_cannot_be_copied_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let mirror = Mirror::in_folder(folder.path());
        let error = mirror
            .write(folder.path(), &files(&["none"]), &BTreeMap::new())
            .expect_err("it is not there");
        assert!(error.to_string().starts_with("failed to copy "), "{error}");
    }
}
