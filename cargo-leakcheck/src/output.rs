//! The only file that writes: to the terminal, and the files that are asked for.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anstream::ColorChoice;

use crate::error::Error;

/// Applies what `--color` or cargo's variable say; else terminals have colours.
pub(crate) fn colour(choice: Option<&str>) {
    match choice {
        Some("always") => ColorChoice::Always.write_global(),
        Some("never") => ColorChoice::Never.write_global(),
        _ => {}
    }
}

/// Prints to standard output. One who has stopped reading is not told.
pub(crate) fn print(text: &str) {
    let _ = anstream::stdout().write_all(text.as_bytes());
}

/// Prints what went wrong.
pub(crate) fn complain(text: impl std::fmt::Display) {
    let _ = writeln!(anstream::stderr(), "leakcheck: {text}");
}

/// Writes a file, and the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(path, text))
        .map_err(failed(path))
}

/// Adds to a file that others write to as well.
pub(crate) fn append(path: &Path, text: &str) -> Result<(), Error> {
    let file = File::options().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(failed(path))
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error + use<> {
    let path: PathBuf = path.to_owned();
    move |cause| Error::Write {
        path: path.clone(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b.txt");
        write(&path, "one\n").expect("it is written");
        append(&path, "two\n").expect("it is written");
        assert_eq!(fs::read_to_string(&path).expect("text"), "one\ntwo\n");
        let error = write(&path.join("c"), "").expect_err("a file is in the way");
        assert!(error.to_string().starts_with("failed to write "));
    }
}
