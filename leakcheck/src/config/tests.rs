//! Files of the project, with every error that they may lead to against committed text. `UPDATE_GOLDEN=1` writes the
//! text anew.

mod accepted;
mod baseline;
#[cfg(feature = "config")]
mod document;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use super::file::File;
use crate::error::Error;

fn file(name: &str, text: &[u8]) -> Result<File, Error> {
    File::new(PathBuf::from(name), Path::new(name), text.to_vec())
}

/// Compares what each text leads to.
fn golden(name: &str, cases: &[&str], error: impl Fn(&str) -> Error) {
    let mut actual = String::new();
    for case in cases {
        let _ = write!(actual, "{case}\n=> {}\n\n", error(case));
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("src/config/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{name} differs from its golden file");
}

#[test]
fn what_is_not_text_is_refused_where_it_begins() {
    let error = file("leakcheck.toml", b"a = 1\nb\xff").unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to read leakcheck.toml:2:2: this is not UTF-8 text"
    );
}

#[test]
fn the_nearest_file_is_read_and_named_from_the_package() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let near = File::nearest(&dir.join("src/config"), "guide.md").unwrap();
    assert_eq!(near.expect("it is there").place(0), "guide.md:1");
    let far = File::nearest(&dir.join("src/config/golden"), "guide.md").unwrap();
    assert_eq!(far.expect("it is above").place(0), "../guide.md:1");
    let none = File::nearest(dir, "no-such-file.toml").unwrap();
    assert!(none.is_none());
    let missing = File::open(dir.join("no.toml"), Path::new("no.toml")).unwrap_err();
    assert!(missing.to_string().contains("no.toml: "), "{missing}");
}

/// The example of the documentation whose text begins so.
fn example(language: &str) -> &'static str {
    let guide = include_str!("guide.md");
    let (_, rest) = guide
        .split_once(&format!("```{language}\n"))
        .expect("the guide shows one");
    rest.split_once("```").expect("it ends").0
}

/// Reads a text cut off everywhere, and with each character replaced by others.
fn garble(text: &str, read: impl Fn(&str)) {
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        read(before);
        for other in ["", " ", "\n", "\"", "[", "=", "ä", "\0", "9"] {
            read(&format!("{before}{other}{after}"));
        }
    }
}
