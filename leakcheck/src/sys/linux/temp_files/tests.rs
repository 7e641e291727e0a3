//! Records of files in this process.

use std::{
    ffi::CString,
    fs::{self, File, OpenOptions},
    os::unix::net::UnixListener,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use super::{learn, live, records::LONGEST};
use crate::sys::{
    context::{self, Context, Switch},
    scope_counters,
};

/// A path that nobody has, below the temporary folder of the system.
fn path() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("leakcheck-unit-{}-{number}", process::id());
    std::env::temp_dir().join(name)
}

/// What is there in a new scope after this.
fn left(work: impl FnOnce()) -> Vec<PathBuf> {
    learn();
    let scope = scope_counters::open().expect("far below the limit");
    let inside = Switch::to(Context { scope, origin: 0 });
    work();
    drop(inside);
    let left = live(scope).into_iter().map(|found| found.path).collect();
    scope_counters::release(scope);
    left
}

#[test]
fn what_is_there_is_told_and_what_is_gone_is_not() {
    let [folder, file, socket, kept] = [path(), path(), path(), path()];
    let made = left(|| {
        fs::create_dir(&folder).unwrap();
        File::create(&file).unwrap();
        drop(UnixListener::bind(&socket).unwrap());
        File::create(&kept).unwrap();
        // A part of the folder.
        File::create(folder.join("inside")).unwrap();
        fs::remove_file(&kept).unwrap();
    });
    assert_eq!(made, [folder.clone(), file.clone(), socket.clone()]);
    fs::remove_dir_all(&folder).unwrap();
    fs::remove_file(&file).unwrap();
    fs::remove_file(&socket).unwrap();
}

#[test]
fn what_was_there_before_is_not_made() {
    let file = path();
    File::create(&file).unwrap();
    let made = left(|| {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&file)
            .unwrap();
        File::create(&file).unwrap();
        assert!(fs::create_dir(&file).is_err());
        assert!(File::create_new(&file).is_err());
    });
    assert!(made.is_empty(), "{made:?}");
    fs::remove_file(&file).unwrap();
}

#[test]
fn a_record_follows_what_is_renamed() {
    let [draft, whole] = [path(), path()];
    let made = left(|| {
        File::create(&draft).unwrap();
        fs::rename(&draft, &whole).unwrap();
    });
    assert_eq!(made, std::slice::from_ref(&whole));
    // What was there is over.
    let made = left(|| {
        File::create(&draft).unwrap();
        fs::rename(&draft, &whole).unwrap();
        fs::remove_file(&whole).unwrap();
    });
    assert!(made.is_empty(), "{made:?}");
}

#[test]
fn what_is_replaced_stays_whose_it_was() {
    let [draft, whole, link] = [path(), path(), path()];
    File::create(&whole).unwrap();
    let made = left(|| {
        File::create(&draft).unwrap();
        fs::rename(&draft, &whole).unwrap();
    });
    assert!(made.is_empty(), "{made:?}");
    fs::remove_file(&whole).unwrap();
    let made = left(|| {
        File::create(&whole).unwrap();
        File::create(&draft).unwrap();
        fs::rename(&draft, &whole).unwrap();
    });
    assert_eq!(made, std::slice::from_ref(&whole));
    // Two links to one file.
    let made = left(|| {
        fs::hard_link(&whole, &link).unwrap();
        fs::rename(&link, &whole).unwrap();
    });
    assert_eq!(made, std::slice::from_ref(&link));
    fs::remove_file(&whole).unwrap();
    fs::remove_file(&link).unwrap();
}

#[test]
fn what_leaves_a_folder_is_on_its_own() {
    let [folder, file] = [path(), path()];
    let made = left(|| {
        fs::create_dir(&folder).unwrap();
        File::create(folder.join("draft")).unwrap();
        fs::rename(folder.join("draft"), &file).unwrap();
        fs::remove_dir(&folder).unwrap();
    });
    assert_eq!(made, std::slice::from_ref(&file));
    fs::remove_file(&file).unwrap();
}

#[test]
fn another_file_at_the_same_path_is_another_scopes() {
    let file = path();
    let mut of_second = Vec::new();
    let of_first = left(|| {
        File::create(&file).unwrap();
        fs::remove_file(&file).unwrap();
        of_second = left(|| {
            File::create(&file).unwrap();
        });
    });
    assert!(of_first.is_empty(), "{of_first:?}");
    assert_eq!(of_second, std::slice::from_ref(&file));
    fs::remove_file(&file).unwrap();
}

#[test]
fn links_and_templates_are_seen() {
    let [symbolic, hard, template] = [path(), path(), path()];
    let mut template = CString::new(format!("{}-XXXXXX", template.display()))
        .unwrap()
        .into_bytes_with_nul();
    let made = left(|| {
        std::os::unix::fs::symlink("/nowhere", &symbolic).unwrap();
        // SAFETY: it is a C string, and long enough.
        let fd = unsafe { libc::mkstemp(template.as_mut_ptr().cast()) };
        assert!(fd >= 0);
        // SAFETY: it is open and this one's.
        unsafe { libc::close(fd) };
        let made = Path::new(std::str::from_utf8(&template[..template.len() - 1]).unwrap());
        fs::hard_link(made, &hard).unwrap();
    });
    assert_eq!(made.len(), 3);
    assert_eq!(made[0], symbolic);
    assert_eq!(made[2], hard);
    for path in made {
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_path_that_is_too_long_is_counted() {
    let folder = path();
    let long = std::env::temp_dir().join(format!("{:x<255}", process::id()));
    assert!(long.as_os_str().len() > LONGEST);
    let missed = || scope_counters::of(context::current().scope).temp_files_missed();
    let made = left(|| {
        fs::create_dir(&folder).unwrap();
        // A part of the folder.
        File::create(folder.join("x".repeat(250))).unwrap();
        assert_eq!(missed(), 0);
        File::create(&long).unwrap();
        assert_eq!(missed(), 1);
    });
    assert_eq!(made, std::slice::from_ref(&folder));
    fs::remove_file(long).unwrap();
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn records_of_what_is_gone_are_used_again() {
    let file = path();
    let made = left(|| {
        for number in 0..5000 {
            let file = file.with_extension(number.to_string());
            File::create(&file).unwrap();
            fs::remove_file(&file).unwrap();
        }
    });
    assert!(made.is_empty());
    assert!(super::records::used() < 1000, "{}", super::records::used());
}
