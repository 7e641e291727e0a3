//! A file or folder that a test makes in a temporary folder and that nobody removes is left behind; one that is removed is not.

use std::{
    ffi::{CString, c_char},
    fs::{self, File, OpenOptions},
    io::Write as _,
    mem::forget,
    os::unix::{
        ffi::OsStrExt,
        fs::symlink,
        net::{UnixDatagram, UnixListener},
    },
    path::{Path, PathBuf},
    process::{Command, id},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use leakcheck::leak_checked;
use tempfile::{NamedTempFile, TempDir};

use crate::{
    expected::{section, verify},
    source::ARE_SEEN,
};

/// A path that nobody has.
fn path() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("leakcheck-corpus-{}-{number}", id()))
}

/// A name that nobody has in a folder that several processes share.
fn name(what: &str) -> String {
    format!("leakcheck-corpus-{}-{what}", id())
}

/// A path below cargo's folder. What is there is removed when the process ends.
fn until_exit(what: &str) -> PathBuf {
    removed_at_exit(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name(what)))
}

/// Removes what is at this path when the process ends, which is after all checks.
fn removed_at_exit(path: PathBuf) -> PathBuf {
    static PATHS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
    extern "C" fn remove() {
        for path in PATHS.lock().unwrap().drain(..) {
            if path.is_dir() {
                let _ = fs::remove_dir_all(path);
            } else {
                let _ = fs::remove_file(path);
            }
        }
    }
    let mut paths = PATHS.lock().unwrap();
    if paths.is_empty() {
        // SAFETY: the function may be called at any time, and does not unwind.
        assert_eq!(unsafe { libc::atexit(remove) }, 0);
    }
    paths.push(path.clone());
    path
}

/// Removes what is at a path, with all that is in it.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let about = fs::symlink_metadata(&self.0).unwrap();
        if about.is_dir() {
            fs::remove_dir_all(&self.0).unwrap();
        } else {
            fs::remove_file(&self.0).unwrap();
        }
    }
}

/// A path as the C library wants it.
fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap()
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn temp_dir_is_forgotten() {
    // leak: temp_file "TempDir"
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("inside"), "12345").unwrap();
    forget(folder);
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn temp_dir_is_kept() {
    // leak: temp_file "TempDir"
    let folder = tempfile::Builder::new().prefix("kept").tempdir().unwrap();
    assert!(folder.keep().is_dir());
}

#[leak_checked(levels(temp_files = "deny"))]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn temp_dir_of_a_task_is_forgotten() {
    tokio::spawn(async {
        // leak: temp_file "TempDir"
        forget(TempDir::new().unwrap());
    })
    .await
    .unwrap();
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn named_temp_file_is_kept() {
    // leak: temp_file "NamedTempFile"
    let file = NamedTempFile::new().unwrap();
    drop(file.keep().unwrap());
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn folder_with_content() {
    let folder = path();
    // leak: temp_file "folder"
    fs::create_dir(&folder).unwrap();
    fs::create_dir_all(folder.join("a/b")).unwrap();
    for name in ["one", "a/two", "a/b/three"] {
        File::create(folder.join(name))
            .unwrap()
            .write_all(&[7; 1024])
            .unwrap();
    }
}

/// What is made at once is told by its topmost folder.
#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn folders_in_a_folder() {
    let folder = path();
    // leak: temp_file "folder"
    fs::create_dir_all(folder.join("a/b/c")).unwrap();
}

/// It is removed where the test does not fail.
#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn folder_of_a_test_that_panics() {
    // body: panicked
    let folder = path();
    // leak: temp_file "folder"
    fs::create_dir(&folder).unwrap();
    assert!(folder.is_file(), "on purpose");
    fs::remove_dir(folder).unwrap();
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn files_of_a_loop() {
    for _ in 0..4 {
        // leak: temp_file "file" x4
        File::create(path()).unwrap();
    }
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn file_of_a_thread() {
    let write = || {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        // leak: temp_file "file"
        options.open(path()).unwrap();
    };
    thread::spawn(write).join().unwrap();
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn files_of_templates() {
    let mut template = c_path(&path().with_extension("XXXXXX")).into_bytes_with_nul();
    // SAFETY: it is a C string of this function's own, and so is the descriptor.
    unsafe {
        // leak: temp_file "file"
        let fd = libc::mkstemp(template.as_mut_ptr().cast());
        assert!(fd >= 0 && libc::close(fd) == 0);
    }
    let mut template = c_path(&path().with_extension("XXXXXX")).into_bytes_with_nul();
    // SAFETY: it is a C string of this function's own.
    unsafe {
        // leak: temp_file "folder"
        assert!(!libc::mkdtemp(template.as_mut_ptr().cast()).is_null());
    }
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn file_is_renamed_into_place() {
    let (draft, whole) = (path(), path());
    // leak: temp_file "file"
    fs::write(&draft, "1").unwrap();
    fs::rename(&draft, &whole).unwrap();
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn socket_outlives_its_listener() {
    // leak: temp_file "socket"
    drop(UnixListener::bind(path()).unwrap());
    // leak: temp_file "socket"
    drop(UnixDatagram::bind(path()).unwrap());
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn links_are_left() {
    // leak: temp_file "symbolic link"
    symlink("/nowhere", path()).unwrap();
    let file = Removed(path());
    File::create(&file.0).unwrap();
    // leak: temp_file "file"
    fs::hard_link(&file.0, path()).unwrap();
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn shared_memory_is_not_unlinked() {
    let name = name("memory");
    removed_at_exit(Path::new("/dev/shm").join(&name));
    let name = CString::new(format!("/{name}")).unwrap();
    // SAFETY: the name is a C string, and the descriptor is this function's own.
    unsafe {
        // leak: temp_file "file"
        let fd = libc::shm_open(name.as_ptr(), libc::O_CREAT | libc::O_RDWR, 0o600);
        assert!(fd >= 0 && libc::close(fd) == 0);
    }
}

/// What a test left is not the next one's, which makes it anew or finds it there.
#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn same_path_in_turn_is_left() {
    in_turn("left", |path| {
        drop(Removed(path.clone()));
        // leak: temp_file "folder"
        fs::create_dir(path).unwrap();
    });
}

/// Makes a folder where `work` may make another one in its place.
fn in_turn(name: &str, work: impl FnOnce(PathBuf)) {
    let path = std::env::temp_dir().join(format!("leakcheck-corpus-{name}-{}", id()));
    fs::create_dir(&path).unwrap();
    work(path);
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
fn same_path_in_turn_is_removed() {
    in_turn("removed", |path| drop(Removed(path)));
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
fn temp_dir_is_dropped() {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    fs::write(folder.path().join("a/b/inside"), "12345").unwrap();
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
fn named_temp_file_is_dropped() {
    NamedTempFile::new().unwrap().write_all(b"1").unwrap();
}

#[leak_checked(levels(temp_files = "deny"))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_kinds_are_removed() {
    let [file, folder, socket, link] = [path(), path(), path(), path()].map(Removed);
    tokio::fs::write(&file.0, "1").await.unwrap();
    tokio::fs::create_dir_all(folder.0.join("a/b"))
        .await
        .unwrap();
    drop(tokio::net::UnixListener::bind(&socket.0).unwrap());
    symlink("/nowhere", &link.0).unwrap();
    let mut template = c_path(&path().with_extension("XXXXXX")).into_bytes_with_nul();
    let place: *mut c_char = template.as_mut_ptr().cast();
    // SAFETY: it is a C string of this function's own, and so is the descriptor.
    unsafe {
        let fd = libc::mkstemp(place);
        assert!(fd >= 0 && libc::close(fd) == 0 && libc::unlink(place) == 0);
    }
    let name = CString::new(format!("/{}", name("twin"))).unwrap();
    // SAFETY: the name is a C string, and the descriptor is this function's own.
    unsafe {
        let fd = libc::shm_open(name.as_ptr(), libc::O_CREAT | libc::O_RDWR, 0o600);
        assert!(fd >= 0 && libc::close(fd) == 0);
        assert_eq!(libc::shm_unlink(name.as_ptr()), 0);
    }
}

/// Nobody but the task has it, and the task ends with the runtime.
#[leak_checked(kinds(temp_files), levels(temp_files = "deny"))]
#[tokio::test]
async fn temp_dir_of_a_task_ends_with_it() {
    tokio::spawn(async {
        let _folder = TempDir::new().unwrap();
        std::future::pending::<()>().await;
    });
    tokio::task::yield_now().await;
}

#[leak_checked(levels(temp_files = "deny"))]
#[test]
fn file_is_renamed_and_removed() {
    let whole = Removed(path());
    let draft = path();
    fs::write(&draft, "1").unwrap();
    fs::rename(&draft, &whole.0).unwrap();
}

/// What was there before is not the test's.
#[leak_checked(levels(temp_files = "deny"))]
#[test]
fn file_was_there_before() {
    static BEFORE: LazyLock<PathBuf> = LazyLock::new(|| {
        let path = until_exit("before");
        leakcheck::allow_static("was there", || File::create(&path).unwrap());
        path
    });
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&*BEFORE)
        .unwrap();
    fs::write(&*BEFORE, "1").unwrap();
}

/// It serves all tests of the process.
#[leak_checked(levels(temp_files = "deny"))]
#[test]
fn folder_of_a_static() {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = until_exit("static");
        fs::create_dir(&folder).unwrap();
        folder
    });
    // A part of it.
    fs::write(FOLDER.join(id().to_string()), "1").unwrap();
}

/// The control: no static keeps it.
#[leak_checked(levels(temp_files = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn folder_of_cargo_s() {
    let folder = until_exit("folder");
    // leak: temp_file "folder"
    fs::create_dir(&folder).unwrap();
}

/// Files elsewhere are nobody's.
#[leak_checked(levels(temp_files = "deny"))]
#[test]
fn file_outside_of_temporary_folders() {
    let program = std::env::current_exe().unwrap();
    let file = program.with_extension("leakcheck-corpus");
    File::create(&file).unwrap();
}

/// What another process makes is not seen.
#[leak_checked(levels(temp_files = "deny"))]
#[test]
fn folder_of_a_child_process() {
    let folder = path();
    let made = Command::new("mkdir").arg(&folder).status().unwrap();
    assert!(made.success() && folder.is_dir());
    // SAFETY: the child calls what may be called there, and ends without unwinding.
    unsafe {
        let other = c_path(&path());
        let child = libc::fork();
        if child == 0 {
            libc::_exit(libc::mkdir(other.as_ptr(), 0o700));
        }
        let mut status = -1;
        assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
        assert_eq!(status, 0);
        assert_eq!(libc::rmdir(other.as_ptr()), 0);
    }
    fs::remove_dir(folder).unwrap();
}

#[leak_checked(levels(temp_files = "off"))]
#[test]
fn temp_files_are_not_asked_for() {
    fs::create_dir(until_exit("off")).unwrap();
}

#[leak_checked(
    ignore_created_by = "corpus::temp_files::fixture",
    levels(temp_files = "deny")
)]
#[test]
fn temp_files_are_accepted() {
    fixture();
}

fn fixture() {
    fs::create_dir(until_exit("accepted")).unwrap();
}

#[test]
fn every_report_is_exact() {
    for report in verify("temp_files", include_str!("temp_files.rs")) {
        let seen = report.coverage.get("temp_file");
        let is_missing = seen.is_some_and(|seen| seen.contains("linked dynamically only"));
        assert_eq!(is_missing, !ARE_SEEN && seen.is_some(), "{report:?}");
    }
    if ARE_SEEN {
        for (test, words) in [
            (
                "temp_dir_is_forgotten",
                ["1 entry, 5 B", "keep the `TempDir` in a variable"],
            ),
            (
                "folder_with_content",
                ["5 entries, 3.0 KiB", "let a `Drop` remove"],
            ),
            (
                "files_of_a_loop",
                ["temp file ×4: file, the first /", ", empty"],
            ),
        ] {
            let shown = section(&format!("temp_files::{test}"));
            for words in words {
                assert!(shown.contains(words), "{words}\n{shown}");
            }
        }
    }
}
