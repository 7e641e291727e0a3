//! The only file that writes: to the terminal, and the files that are asked for.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anstream::ColorChoice;

use crate::{args::Format, error::Error};

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

/// Prints what stands beside a summary: where a program reads that, nothing else goes to the same place.
pub(crate) fn beside(format: Format) -> fn(&str) {
    match format {
        Format::Text => print,
        Format::Json => |text| {
            let _ = anstream::stderr().write_all(text.as_bytes());
        },
    }
}

/// Prints what went wrong.
pub(crate) fn complain(text: impl std::fmt::Display) {
    let _ = writeln!(anstream::stderr(), "leakcheck: {text}");
}

/// Writes a file, and the folders above it. None is left that is not whole.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), Error> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    let file = folder.and_then(|()| File::create(path));
    let mut file = file.map_err(failed(path))?;
    let written = file.write_all(content.as_ref());
    if written.is_err() && file.metadata().is_ok_and(|about| about.is_file()) {
        // That it failed is what is told.
        let _ = fs::remove_file(path);
    }
    written.map_err(failed(path))
}

/// Writes a file in place of another, with its permissions, whole or not at all. A draft that somebody has left, or a link, is not written to.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".part");
    let draft = PathBuf::from(draft);
    let _ = fs::remove_file(&draft);
    let file = File::options().write(true).create_new(true).open(&draft);
    let mut file = file.map_err(failed(path))?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| keep_permissions(path, &draft))
        .and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written.map_err(failed(path))
}

fn keep_permissions(of: &Path, at: &Path) -> io::Result<()> {
    fs::metadata(of).map_or(Ok(()), |about| fs::set_permissions(at, about.permissions()))
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

    #[test]
    #[cfg(target_os = "linux")]
    fn what_is_not_written_is_told() {
        let full = Path::new("/dev/full");
        for written in [write(full, "one\n"), append(full, "one\n")] {
            let error = written.expect_err("it is full").to_string();
            assert!(error.starts_with("failed to write /dev/full: "), "{error}");
            assert!(full.exists(), "it is no file of ours");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_file_is_replaced_past_what_stands_in_the_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("kept"), "kept").expect("it is written");
        std::os::unix::fs::symlink(path("kept"), path("a.part")).expect("a link");
        replace(&path("a"), "one").expect("it is written");
        replace(&path("a"), "two").expect("it is written");
        let read = |name: &str| fs::read_to_string(path(name)).expect("text");
        assert_eq!(
            (read("a"), read("kept")),
            ("two".to_owned(), "kept".to_owned())
        );
        fs::create_dir(path("b")).expect("a folder");
        replace(&path("b"), "one").expect_err("a folder is in the way");
        assert!(!path("b.part").exists());
    }
}
