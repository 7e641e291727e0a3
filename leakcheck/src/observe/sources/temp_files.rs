//! Files and folders that a test made in a temporary folder and that are still there: looked at once, at the end of its check.
//!
//! Nothing is changed or removed. One of them stands for all that is inside of it.

use std::{
    fs::{self, FileType, Metadata},
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
    time::Duration,
};

use super::{fds::is_known_aside, seen};
use crate::{
    base::model::{
        Content, Creator, Detail, Extent, Fact, Kind, OtherResource, Resource, ResourceId, Seen,
        TempFile, TempOwner,
    },
    observe::{
        capture,
        scope::{Scope, ScopeId},
    },
    sys::{self, clock, temp_files},
};

/// Entries of a folder that are counted.
const MOST: usize = 10_000;

/// What passes the functions that are observed.
const PAST: &str =
    "only what is made through the C library, by an absolute path and in this process, is seen";

/// Modules of the crate `tempfile`, with what they make.
const OWNERS: [(&str, TempOwner, &str); 2] = [
    ("tempfile::dir::", TempOwner::TempDir, "TempDir"),
    (
        "tempfile::file::",
        TempOwner::NamedTempFile,
        "NamedTempFile",
    ),
];

/// What of `scope` could not be recorded, if anything.
pub(crate) fn unrecorded(scope: ScopeId) -> Option<String> {
    match scope.counters().temp_files_missed() {
        0 => None,
        1 => Some("1 temporary file could not be recorded".to_owned()),
        missed => Some(format!("{missed} temporary files could not be recorded")),
    }
}

/// Those of `scope`, described, oldest first.
pub(crate) fn list(scope: ScopeId) -> Vec<Resource> {
    if scope.counters().temp_files() == 0 {
        return Vec::new();
    }
    // What looking opens is nobody's.
    let _aside = sys::fds::untracked();
    let found = live(scope);
    let now = clock::now_ms();
    let paths: Vec<PathBuf> = found.iter().map(|found| found.path.clone()).collect();
    let is_inside = |path: &Path| {
        let mut outer = path.ancestors().skip(1);
        outer.any(|outer| paths.iter().any(|path| path == outer))
    };
    found
        .into_iter()
        .filter(|found| !is_inside(&found.path) && !is_known_aside(found.origin))
        .filter_map(|found| {
            let thing = describe(found.origin, found.path)?;
            Some(Resource {
                id: ResourceId::Other(Kind::TempFile, found.number),
                origin: found.origin,
                age_ms: Some(now.saturating_sub(found.born_ms)),
                detail: Detail::Other(OtherResource {
                    creator: Some(Creator {
                        thread: found.thread,
                        runtime: found.runtime,
                        is_selector: false,
                    }),
                    ..thing
                }),
            })
        })
        .collect()
}

/// Those that are there. What was made a moment ago may be another's, made at the same path and in the same tick of the clock as
/// that of the scope, which is gone: a moment later that is known.
fn live(scope: ScopeId) -> Vec<sys::temp_file::TempFile> {
    const MOMENT: Duration = Duration::from_millis(20);
    let live = || temp_files::live(scope.index());
    let found = live();
    let moment = u64::try_from(MOMENT.as_millis()).unwrap_or(0);
    let earlier = clock::now_ms().saturating_sub(moment);
    if found.iter().all(|found| found.born_ms < earlier) {
        return found;
    }
    thread::sleep(MOMENT);
    live()
}

/// What it is; `None` where it is gone.
fn describe(origin: u32, path: PathBuf) -> Option<OtherResource> {
    let about = fs::symlink_metadata(&path).ok()?;
    let made_in = |module: &str| capture::address(origin, |called| called.is_in(module)).is_some();
    let owner = OWNERS.iter().find(|(module, ..)| made_in(module));
    let (owner, name) = match owner {
        Some((_, owner, name)) => (*owner, *name),
        None => (TempOwner::Other, name(about.file_type())),
    };
    let content = content(&path, &about, MOST);
    Some(OtherResource {
        name: Some(name.to_owned()),
        facts: vec![Fact::TempFile(TempFile {
            path,
            owner,
            content,
        })],
        ..OtherResource::default()
    })
}

fn name(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "folder"
    } else if kind.is_symlink() {
        "symbolic link"
    } else if kind.is_file() {
        "file"
    } else {
        // Nothing else is recorded.
        "socket"
    }
}

fn content(path: &Path, about: &Metadata, most: usize) -> Content {
    let kind = about.file_type();
    if kind.is_dir() {
        entries(path, most)
    } else if kind.is_file() {
        Content::Bytes(about.len())
    } else {
        Content::Nothing
    }
}

/// Walks through a folder, without following links, as far as so many entries go.
fn entries(folder: &Path, most: usize) -> Content {
    let (mut count, mut bytes, mut extent) = (0, 0_u64, Extent::All);
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(listed) = fs::read_dir(&folder) else {
            extent = Extent::Part;
            continue;
        };
        for entry in listed {
            if count == most {
                extent = Extent::Part;
                folders.clear();
                break;
            }
            count += 1;
            match entry.and_then(|entry| Ok((entry.metadata()?, entry.path()))) {
                Ok((about, path)) if about.is_dir() => folders.push(path),
                Ok((about, _)) if about.is_file() => bytes = bytes.saturating_add(about.len()),
                Ok(_) => {}
                Err(_) => extent = Extent::Part,
            }
        }
    }
    Content::Entries {
        count,
        bytes,
        extent,
    }
}

/// How much is seen.
pub(crate) fn coverage() -> Seen {
    match gap() {
        Seen::Full => Seen::Partial(PAST.to_owned()),
        less => less,
    }
}

/// What is not seen of that which could be.
fn gap() -> Seen {
    match temp_files::unavailable() {
        Some(why) => Seen::Nothing(why.to_owned()),
        None => seen::of_paths(
            ("temporary file", "temporary files"),
            || Ok(()),
            temp_files::gap,
        ),
    }
}

/// Whether a folder that is planted is found, once per process.
pub(crate) fn planted() -> Seen {
    static PLANTED: OnceLock<Result<(), String>> = OnceLock::new();
    gap().and(|| {
        let planted = PLANTED.get_or_init(plant).clone();
        planted.map_or_else(Seen::Nothing, |()| Seen::Full)
    })
}

fn plant() -> Result<(), String> {
    let kept = Scope::open().map_err(|error| error.to_string())?;
    let scope = kept.id();
    let name = format!("leakcheck-planted-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let failed = |error| {
        let folder = folder.display();
        format!("no folder could be planted as {folder}, to see whether it is found: {error}")
    };
    {
        let _inside = scope.enter();
        fs::create_dir(&folder).map_err(failed)?;
    }
    let found = || temp_files::live(scope.index()).len();
    let there = found();
    fs::remove_dir(&folder).map_err(failed)?;
    match (there, found()) {
        (1, 0) => Ok(()),
        (there, left) => Err(format!(
            "a planted folder was found {there} times, and {left} times once it was removed"
        )),
    }
}

#[cfg(all(test, unix, not(leakcheck_loom), not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_counted_as_far_as_it_is_read() {
        let folder = std::env::temp_dir().join(format!("leakcheck-count-{}", std::process::id()));
        fs::create_dir_all(folder.join("a/b")).unwrap();
        fs::write(folder.join("a/one"), "12345").unwrap();
        fs::write(folder.join("a/b/two"), "123").unwrap();
        std::os::unix::fs::symlink(&folder, folder.join("a/circle")).unwrap();
        let whole = Content::Entries {
            count: 5,
            bytes: 8,
            extent: Extent::All,
        };
        assert_eq!(entries(&folder, 5), whole);
        let seen = entries(&folder, 4);
        // In which order they come is the system's.
        assert!(matches!(
            seen,
            Content::Entries {
                count: 4,
                extent: Extent::Part,
                ..
            }
        ));
        fs::remove_dir_all(&folder).unwrap();
    }
}
