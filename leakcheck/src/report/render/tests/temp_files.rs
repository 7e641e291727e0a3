//! What is left in temporary folders.

use super::{golden, report, text};
use crate::{
    base::model::{
        Content, Detail, Extent, Fact, Kind, Level, OtherResource, Resource, ResourceId, TempFile,
        TempOwner,
    },
    check::findings,
};

fn file(number: u64, name: &str, owner: TempOwner, content: Content) -> Resource {
    Resource {
        id: ResourceId::Other(Kind::TempFile, number),
        origin: 0,
        age_ms: Some(1200),
        detail: Detail::Other(OtherResource {
            name: Some(name.to_owned()),
            facts: vec![Fact::TempFile(TempFile {
                path: format!("/tmp/{number}\n").into(),
                owner,
                content,
            })],
            ..OtherResource::default()
        }),
    }
}

const CONTENT: Content = Content::Entries {
    count: 3,
    bytes: 12 << 10,
    extent: Extent::All,
};

fn shown(files: &[Resource]) -> String {
    let mut found = findings::findings(files, &[], findings::Beside::default(), None, None);
    for leak in &mut found {
        leak.level = Level::Warn;
        leak.note = None;
    }
    text(&report(found))
}

#[test]
fn one_of_each() {
    let files = [
        file(1, "TempDir", TempOwner::TempDir, CONTENT),
        file(
            2,
            "NamedTempFile",
            TempOwner::NamedTempFile,
            Content::Bytes(5),
        ),
        file(3, "folder", TempOwner::Other, CONTENT),
        file(4, "socket", TempOwner::Other, Content::Nothing),
    ];
    golden("temp_files.txt", &shown(&files));
}

#[test]
fn one_folder() {
    golden(
        "temp_dir.txt",
        &shown(&[file(1, "TempDir", TempOwner::TempDir, CONTENT)]),
    );
}

#[test]
fn several_of_one_line() {
    let files = [1, 2, 3].map(|number| file(number, "folder", TempOwner::Other, CONTENT));
    golden("temp_files_of_one_line.txt", &shown(&files));
}

#[test]
fn whose_it_is_could_not_be_told() {
    let files = [file(1, "file", TempOwner::Other, Content::Bytes(0))];
    let found = findings::findings(&files, &[], findings::Beside::default(), None, None);
    golden("temp_file_unread.txt", &text(&report(found)));
}
