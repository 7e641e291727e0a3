//! A file of the project, and places in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::manifest::Folder;
use crate::base::error::{Error, Repr};

/// A file that was read.
#[derive(Clone, Debug)]
pub(super) struct File {
    path: PathBuf,
    /// How reports name it: relative to the package.
    name: String,
    text: String,
}

impl File {
    /// The first file of this name in one of the folders. Something of this name that is no file, or cannot be looked at,
    /// is not passed over.
    pub(super) fn nearest(folders: &[Folder], name: &str) -> Result<Option<Self>, Error> {
        use io::ErrorKind::{NotADirectory, NotFound};
        for (folder, written) in folders {
            let path = folder.join(name);
            match fs::symlink_metadata(&path) {
                Err(error) if matches!(error.kind(), NotFound | NotADirectory) => {}
                _ => return Self::open(path, Path::new(&format!("{written}{name}"))).map(Some),
            }
        }
        Ok(None)
    }

    /// Reads a file that goes by `name`.
    pub(super) fn open(path: PathBuf, name: &Path) -> Result<Self, Error> {
        let is_file = fs::metadata(&path).map(|about| about.is_file());
        let bytes = match is_file {
            // Whatever else it is may never end.
            Ok(false) => Err(io::Error::other("it is not a file")),
            Ok(true) => fs::read(&path),
            Err(error) => Err(error),
        };
        let bytes = bytes.map_err(|cause| Repr::Read {
            path: path.clone(),
            cause: cause.to_string(),
        })?;
        Self::new(path, name, bytes)
    }

    pub(super) fn new(path: PathBuf, name: &Path, bytes: Vec<u8>) -> Result<Self, Error> {
        let (text, broken) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let end = error.utf8_error().valid_up_to();
                let valid = String::from_utf8_lossy(&error.as_bytes()[..end]);
                (valid.into_owned(), Some(end))
            }
        };
        let name = name.display().to_string();
        let file = Self { path, name, text };
        match broken {
            Some(end) => Err(file.error(end, "this is not UTF-8 text")),
            None => Ok(file),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// `leakcheck.toml:7`, for a place in it.
    #[cfg_attr(
        not(feature = "config"),
        allow(dead_code, reason = "only rules of the file have places")
    )]
    pub(super) fn place(&self, offset: usize) -> String {
        format!("{}:{}", self.name, self.line(offset))
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn before(&self, offset: usize) -> &str {
        self.text.get(..offset).unwrap_or(&self.text)
    }

    /// The line of a place, from one.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.before(offset).matches('\n').count() + 1
    }

    /// What is wrong at a place.
    pub(super) fn error(&self, offset: usize, what: impl Into<String>) -> Error {
        let before = self.before(offset);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Repr::File {
            path: self.path.clone(),
            line: self.line(offset),
            column: before[start..].chars().count() + 1,
            what: what.into(),
        }
        .into()
    }
}
