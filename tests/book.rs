//! The documentation as a book: each page that a report names is in it, and what its chapters include and link to is there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use leakcheck_report::Pattern;

fn chapters() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between two texts, each time.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    let parts = text.split(open).skip(1);
    parts
        .filter_map(|part| Some(part.split_once(close)?.0))
        .collect()
}

/// A chapter with what it includes.
fn whole(chapter: &Path) -> String {
    let text = read(chapter);
    let folder = chapter.parent().expect("it is in a folder");
    let included = between(&text, "{{#include ", "}}");
    let included = included.iter().map(|file| read(&folder.join(file)));
    included.fold(text.clone(), |whole, part| whole + &part)
}

#[test]
fn every_mistake_has_its_page() {
    let page = whole(&chapters().join("MISTAKES.md"));
    for pattern in Pattern::ALL {
        let heading = format!("# {}\n", pattern.name());
        assert_eq!(page.matches(&heading).count(), 1, "{heading}");
    }
}

#[test]
fn what_chapters_link_to_is_a_chapter() {
    let summary = read(&chapters().join("SUMMARY.md"));
    let listed = between(&summary, "](", ")");
    assert!(listed.len() > 10, "{listed:?}");
    for chapter in &listed {
        let path = chapters().join(chapter);
        for link in between(&whole(&path), "](", ")") {
            let (file, _) = link.split_once('#').unwrap_or((link, ""));
            let folder = path.parent().expect("it is in a folder");
            let is_elsewhere = file.is_empty() || link.starts_with("http");
            let is_chapter =
                file.split('.').next_back() == Some("md") && folder.join(file).is_file();
            let is_license = file.starts_with("LICENSE");
            let is_of_the_book = is_elsewhere || is_chapter || is_license;
            assert!(is_of_the_book, "{chapter} links to {link}");
        }
    }
}
