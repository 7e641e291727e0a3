//! Descriptors that serve the whole process, or that well-known ways to work open and close, are no test's leak.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    net::TcpListener,
    os::fd::{AsFd as _, AsRawFd as _},
    process::{Command, Stdio},
    sync::{LazyLock, Mutex},
    thread,
};

use leakcheck::leak_checked;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::OnceCell,
};

use crate::expected::verify;

/// A file that is there.
const FILE: &str = "/proc/self/status";

fn file() -> File {
    File::open(FILE).unwrap()
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

#[leak_checked]
#[test]
fn statics_of_once_cell() {
    static LAZY: once_cell::sync::Lazy<File> = once_cell::sync::Lazy::new(file);
    static CELL: once_cell::sync::OnceCell<File> = once_cell::sync::OnceCell::new();
    static TRIED: once_cell::sync::OnceCell<File> = once_cell::sync::OnceCell::new();
    static RACE: once_cell::race::OnceBox<TcpListener> = once_cell::race::OnceBox::new();
    static RACE_TRIED: once_cell::race::OnceBox<TcpListener> = once_cell::race::OnceBox::new();
    assert_ne!(LAZY.as_raw_fd(), 0);
    CELL.get_or_init(file);
    TRIED.get_or_try_init(|| File::open(FILE)).unwrap();
    RACE.get_or_init(|| Box::new(listener()));
    let bind = || TcpListener::bind("127.0.0.1:0").map(Box::new);
    RACE_TRIED.get_or_try_init(bind).unwrap();
}

#[leak_checked]
#[test]
#[expect(clippy::non_std_lazy_statics, reason = "others have them")]
fn statics_of_lazy_static() {
    lazy_static::lazy_static! {
        static ref LOG: Mutex<File> = Mutex::new(File::open("/dev/null").unwrap());
    }
    assert!(LOG.lock().unwrap().write(&[0]).is_err());
}

#[leak_checked]
#[test]
fn statics_of_parking_lot() {
    static ONCE: parking_lot::Once = parking_lot::Once::new();
    static KEPT: parking_lot::Mutex<Option<File>> = parking_lot::const_mutex(None);
    ONCE.call_once(|| *KEPT.lock() = Some(file()));
}

#[leak_checked]
#[test]
fn locals_of_thread_local() {
    static LOCAL: LazyLock<thread_local::ThreadLocal<File>> =
        LazyLock::new(thread_local::ThreadLocal::new);
    LOCAL.get_or(file);
    LOCAL.get_or_try(|| File::open(FILE)).unwrap();
}

#[leak_checked]
#[test]
fn static_is_made_on_a_thread_of_the_test() {
    static LAZY: LazyLock<TcpListener> = LazyLock::new(listener);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| LAZY.local_addr().unwrap());
        }
    });
}

#[leak_checked]
#[tokio::test]
async fn static_is_made_by_a_future() {
    static DIRECTLY: OnceCell<std::net::TcpListener> = OnceCell::const_new();
    static BY_THE_POOL: OnceCell<std::fs::File> = OnceCell::const_new();
    let bind = || async {
        let listener = tokio::net::TcpListener::bind("localhost:0").await.unwrap();
        listener.into_std().unwrap()
    };
    DIRECTLY.get_or_init(bind).await;
    let open = || async { tokio::fs::File::open(FILE).await.unwrap().into_std().await };
    BY_THE_POOL.get_or_init(open).await;
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn static_is_made_by_a_task() {
    static DIRECTLY: OnceCell<std::net::TcpListener> = OnceCell::const_new();
    static BY_THE_POOL: OnceCell<std::fs::File> = OnceCell::const_new();
    // Whoever works for the initialisers was started for something else.
    assert!(tokio::fs::metadata(FILE).await.is_ok());
    let task = tokio::spawn(async {
        let bind = || async {
            let listener = tokio::net::TcpListener::bind("localhost:0").await.unwrap();
            listener.into_std().unwrap()
        };
        DIRECTLY.get_or_init(bind).await;
        let open = || async { tokio::fs::File::open(FILE).await.unwrap().into_std().await };
        BY_THE_POOL.get_or_init(open).await;
    });
    task.await.unwrap();
}

#[leak_checked]
#[tokio::test]
async fn static_is_made_by_a_blocking_closure() {
    static LAZY: LazyLock<File> = LazyLock::new(file);
    tokio::task::spawn_blocking(|| assert!(LAZY.metadata().is_ok()))
        .await
        .unwrap();
}

#[leak_checked]
#[test]
fn temporary_files() {
    let mut unnamed = tempfile::tempfile().unwrap();
    unnamed.write_all(&[7; 64]).unwrap();
    unnamed.rewind().unwrap();
    let mut named = tempfile::NamedTempFile::new().unwrap();
    io::copy(&mut unnamed, &mut named).unwrap();
    let again = named.reopen().unwrap();
    assert_eq!(again.metadata().unwrap().len(), 64);
    let mut spooled = tempfile::spooled_tempfile(8);
    spooled.write_all(&[7; 64]).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (file, path) = named.keep().unwrap();
    drop(file);
    std::fs::remove_file(path).unwrap();
    directory.close().unwrap();
}

#[leak_checked]
#[test]
fn child_talks_through_pipes() {
    let mut child = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let talks = thread::spawn(move || input.write_all(b"hello").unwrap());
    let mut said = String::new();
    let mut output = child.stdout.take().unwrap();
    output.read_to_string(&mut said).unwrap();
    talks.join().unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(said, "hello");
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokio_child_talks_through_pipes() {
    let mut child = tokio::process::Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let talks = tokio::spawn(async move { input.write_all(b"hello").await.unwrap() });
    let mut said = String::new();
    let mut output = child.stdout.take().unwrap();
    output.read_to_string(&mut said).await.unwrap();
    talks.await.unwrap();
    assert!(child.wait().await.unwrap().success());
    assert_eq!(said, "hello");
}

/// A child has its own copies of what it inherits.
#[leak_checked]
#[test]
fn child_inherits_files() {
    let read = File::open("/dev/null").unwrap();
    let write = File::options().write(true).open("/dev/null").unwrap();
    let mut child = Command::new("cat")
        .stdin(read)
        .stderr(write.try_clone().unwrap())
        .stdout(write)
        .spawn()
        .unwrap();
    assert!(child.wait().unwrap().success());
}

/// As what captures the output of a test restores it.
#[leak_checked]
#[test]
fn standard_streams_are_restored() {
    for stream in [1, 2] {
        // SAFETY: these take numbers; what is closed was opened here.
        unsafe {
            let kept = libc::dup(stream);
            assert!(kept > 2);
            assert_eq!(libc::dup2(kept, stream), stream);
            assert_eq!(libc::close(kept), 0);
        }
    }
    drop(io::stdout().as_fd().try_clone_to_owned().unwrap());
}

/// Time zone, user and, where the program is not linked statically, modules.
#[leak_checked]
#[test]
fn c_library_looks_things_up() {
    let mut text = [0; 4096];
    // SAFETY: all that is passed outlives the calls, and plain structures of the C library may be zero.
    unsafe {
        let mut time: libc::tm = std::mem::zeroed();
        assert!(!libc::localtime_r(&1_700_000_000, &raw mut time).is_null());
        let mut user: libc::passwd = std::mem::zeroed();
        let mut found = std::ptr::null_mut();
        let text = (text.as_mut_ptr(), text.len());
        libc::getpwuid_r(0, &raw mut user, text.0, text.1, &raw mut found);
        libc::setlocale(libc::LC_ALL, c"".as_ptr());
        if cfg!(target_env = "gnu") {
            assert!(!libc::dlopen(c"libm.so.6".as_ptr(), libc::RTLD_NOW).is_null());
        }
    }
}

#[test]
fn every_report_is_exact() {
    verify("serving", include_str!("serving.rs"));
}
