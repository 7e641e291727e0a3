//! Files of the project, with every error that they may lead to against committed text. `UPDATE_GOLDEN=1` writes the
//! text anew.

mod accepted;
mod baseline;
#[cfg(feature = "config")]
mod document;
mod manifest;
#[cfg(feature = "config")]
mod settings;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use super::file::File;
use crate::base::error::Error;

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
        .join("src/settings/config/golden")
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
    let folders = |from: &str| {
        let folders = dir.join(from);
        let folders = folders.ancestors().take(3).enumerate();
        let folder = |(up, folder): (usize, &Path)| (folder.to_owned(), "../".repeat(up));
        folders.map(folder).collect::<Vec<_>>()
    };
    let near = File::nearest(&folders("src/settings/config"), "guide.md").unwrap();
    assert_eq!(near.expect("it is there").place(0), "guide.md:1");
    let far = File::nearest(&folders("src/settings/config/golden"), "guide.md").unwrap();
    assert_eq!(far.expect("it is above").place(0), "../guide.md:1");
    let none = File::nearest(&folders("src/settings/config"), "no-such-file.toml").unwrap();
    assert!(none.is_none());
    let missing = File::open(dir.join("no.toml"), Path::new("no.toml")).unwrap_err();
    assert!(missing.to_string().contains("no.toml: "), "{missing}");
}

#[test]
#[cfg(unix)]
fn what_has_its_name_is_not_passed_over() {
    let dir = std::env::temp_dir().join(format!("leakcheck-named-{}", std::process::id()));
    fs::create_dir_all(dir.join("inner/a.toml")).unwrap();
    fs::write(dir.join("a.toml"), "").unwrap();
    std::os::unix::fs::symlink("nowhere", dir.join("inner/b.toml")).unwrap();
    fs::write(dir.join("b.toml"), "").unwrap();
    let folders = [
        (dir.join("inner"), String::new()),
        (dir.clone(), "../".to_owned()),
    ];
    for (name, why) in [("a.toml", "it is not a file"), ("b.toml", "No such file")] {
        let error = File::nearest(&folders, name).unwrap_err().to_string();
        assert!(error.contains(&format!("inner/{name}: {why}")), "{error}");
    }
    fs::remove_dir_all(dir).unwrap();
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
