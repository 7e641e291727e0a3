//! Descriptors of each class that something keeps open, beside those that are closed, late as it may be, or that serve the
//! whole process.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::{self, Write as _},
    mem::forget,
    net::{TcpListener, TcpStream, UdpSocket},
    os::{
        fd::{FromRawFd as _, OwnedFd},
        unix::net::{UnixDatagram, UnixStream},
    },
    process::Command,
    sync::{LazyLock, Mutex, OnceLock, mpsc},
    thread,
};

use leakcheck::leak_checked;
use tokio::{
    io::{AsyncWriteExt as _, unix::AsyncFd},
    runtime::{Builder, Handle, LocalOptions, Runtime},
};

use crate::{
    expected::{section, verify},
    finding::IS_EXACT,
    source::ARE_SEEN,
};

/// A file that is there.
const FILE: &str = "/proc/self/status";

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn files_are_forgotten() {
    // leak: fd "file"
    forget(File::open(FILE).unwrap());
    // leak: fd "device"
    forget(File::open("/dev/null").unwrap());
    // leak: fd "directory"
    forget(fs::read_dir("/proc/self").unwrap());
    let file = File::open(FILE).unwrap();
    // leak: fd "file"
    forget(file.try_clone().unwrap());
}

#[leak_checked]
#[test]
fn files_are_closed() {
    drop(File::open(FILE).unwrap());
    assert!(File::open("/proc/nowhere").is_err());
    assert_ne!(fs::read_dir("/proc/self").unwrap().count(), 0);
    let file = File::open(FILE).unwrap();
    drop(file.try_clone().unwrap());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn sockets_are_forgotten() {
    // leak: fd "TCP listener"
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // leak: fd "TCP socket"
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    // leak: fd "TCP socket"
    let server = listener.accept().unwrap();
    forget((listener, client, server));
    // leak: fd "UDP socket"
    forget(UdpSocket::bind("127.0.0.1:0").unwrap());
    // leak: fd "Unix socket" x2
    forget(UnixStream::pair().unwrap());
    // leak: fd "Unix socket"
    forget(UnixDatagram::unbound().unwrap());
}

#[leak_checked]
#[test]
fn sockets_are_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let _server = listener.accept().unwrap();
    drop(UdpSocket::bind("127.0.0.1:0").unwrap());
    drop(UnixStream::pair().unwrap());
    drop(UnixDatagram::unbound().unwrap());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn pipes_are_forgotten() {
    // leak: fd "pipe" x2
    forget(io::pipe().unwrap());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn anonymous_ones_are_forgotten() {
    // SAFETY: these take numbers and a name that outlives the call.
    unsafe {
        // leak: fd "eventfd"
        assert!(libc::eventfd(0, libc::EFD_CLOEXEC) > 2);
        // leak: fd "epoll"
        assert!(libc::epoll_create1(libc::EPOLL_CLOEXEC) > 2);
        // leak: fd "timerfd"
        assert!(libc::timerfd_create(libc::CLOCK_MONOTONIC, 0) > 2);
        // leak: fd "inotify"
        assert!(libc::inotify_init1(libc::IN_CLOEXEC) > 2);
        // leak: fd "memfd"
        assert!(libc::memfd_create(c"buffer".as_ptr(), 0) > 2);
    }
}

#[leak_checked]
#[test]
fn anonymous_ones_are_closed() {
    // SAFETY: these take numbers, and what is closed was opened here.
    unsafe {
        let opened = [
            libc::eventfd(0, libc::EFD_CLOEXEC),
            libc::epoll_create1(libc::EPOLL_CLOEXEC),
            libc::timerfd_create(libc::CLOCK_MONOTONIC, 0),
            libc::inotify_init1(libc::IN_CLOEXEC),
        ];
        assert!(opened.into_iter().all(|fd| libc::close(fd) == 0));
        let file = libc::fopen(c"/dev/null".as_ptr(), c"r".as_ptr());
        assert_eq!(libc::fclose(file), 0);
        let fd = libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
        assert_eq!(libc::fclose(libc::fdopen(fd, c"r".as_ptr())), 0);
        let kept = libc::dup2(2, 700);
        assert_eq!(libc::dup2(1, kept), kept);
        assert_eq!(libc::close(kept), 0);
    }
}

static KEPT: Mutex<Vec<TcpListener>> = Mutex::new(Vec::new());

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn static_keeps_a_listener() {
    // leak: fd "TCP listener"
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    KEPT.lock().unwrap().push(listener);
}

/// What a test opens for all that follow is not its own, once it says so.
#[leak_checked]
#[test]
fn static_listener_is_declared() {
    let bind = || TcpListener::bind("127.0.0.1:0").unwrap();
    let listener = leakcheck::allow_static("it serves all tests", bind);
    KEPT.lock().unwrap().push(listener);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_keeps_a_socket() {
    // leak: fd "UDP socket"
    // why: follows task
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    // leak: task
    // waits: at receive for a descriptor
    // why: read-loop
    tokio::spawn(async move {
        let mut buffer = [0];
        socket.recv(&mut buffer).await.unwrap(); // at: receive
    });
    tokio::task::yield_now().await;
}

#[leak_checked]
#[tokio::test]
async fn task_with_a_socket_is_aborted() {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let task = tokio::spawn(async move { socket.recv(&mut [0]).await });
    tokio::task::yield_now().await;
    task.abort();
}

/// Gives a new descriptor an owner that can wait for it.
fn registered(fd: i32) -> AsyncFd<OwnedFd> {
    assert!(fd > 2);
    // SAFETY: nobody else has the new descriptor.
    let owner = unsafe { OwnedFd::from_raw_fd(fd) };
    // SAFETY: the owner keeps it open and never changes.
    unsafe { AsyncFd::register(owner) }.unwrap()
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_keeps_a_clock() {
    // leak: fd "timerfd"
    // SAFETY: it takes numbers.
    // why: follows task
    let clock = unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, libc::TFD_NONBLOCK) };
    let clock = registered(clock);
    // leak: task
    // waits: at fires for a descriptor
    // why: read-loop
    tokio::spawn(async move {
        let _ready = clock.readable().await; // at: fires
    });
    tokio::task::yield_now().await;
}

#[leak_checked]
#[tokio::test]
async fn task_with_a_clock_is_aborted() {
    // SAFETY: it takes numbers.
    let clock = unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, libc::TFD_NONBLOCK) };
    let clock = registered(clock);
    let task = tokio::spawn(async move {
        let _ready = clock.readable().await;
    });
    tokio::task::yield_now().await;
    task.abort();
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn thread_keeps_a_file() {
    let (opened, wait) = mpsc::channel();
    let (sender, end) = mpsc::channel::<()>();
    let work = move || {
        // leak: fd "file"
        let _file = File::open(FILE).unwrap();
        opened.send(()).unwrap();
        end.recv() // at: end
    };
    // leak: thread
    // waits: at end blocked in mpsc::recv
    thread::spawn(work);
    wait.recv().unwrap();
    forget(sender);
}

/// The thread is found before the runtime is stopped, and what it has opened after that.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn thread_of_an_async_test_keeps_a_file() {
    let (opened, wait) = mpsc::channel();
    let (sender, end) = mpsc::channel::<()>();
    let work = move || {
        // leak: fd "file"
        let _file = File::open(FILE).unwrap();
        opened.send(()).unwrap();
        end.recv() // at: end of async
    };
    // leak: thread
    // waits: at end of async blocked in mpsc::recv
    thread::spawn(work);
    wait.recv().unwrap();
    forget(sender);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn runtime_outlives_its_socket() {
    // leak: fd "TCP listener"
    forget(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
}

#[leak_checked(ignore_created_by = "corpus::fds::accepted_task_keeps_a_socket")]
#[tokio::test]
async fn accepted_task_keeps_a_socket() {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    tokio::spawn(async move { socket.recv(&mut [0]).await });
    tokio::task::yield_now().await;
}

#[leak_checked(ignore_thread_name = "accepted")]
#[test]
fn accepted_thread_keeps_a_socket() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    thread::Builder::new()
        .name("accepted".to_owned())
        .spawn(move || socket.recv(&mut [0]))
        .unwrap();
}

/// A pool thread closes it when it has written what is left.
#[leak_checked]
#[tokio::test]
async fn pool_closes_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let mut file = tokio::fs::File::create(&path).await.unwrap();
    file.write_all(&vec![7; 1 << 16]).await.unwrap();
    drop(file);
}

#[leak_checked]
#[test]
fn runtime_is_dropped() {
    for builder in [
        &mut Builder::new_current_thread(),
        &mut Builder::new_multi_thread(),
    ] {
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
            tokio::spawn(async move { socket.recv(&mut [0]).await });
            tokio::task::yield_now().await;
        });
    }
}

static HANDLES: Mutex<Vec<Handle>> = Mutex::new(Vec::new());

/// It keeps open what the runtime waited with.
#[leak_checked]
#[test]
fn handle_outlives_its_runtime() {
    for builder in [
        &mut Builder::new_current_thread(),
        &mut Builder::new_multi_thread(),
    ] {
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        HANDLES.lock().unwrap().push(runtime.handle().clone());
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn runtimes_of_one_thread_are_forgotten() {
    for _ in 0..2 {
        let runtime = Builder::new_current_thread()
            .enable_all()
            // leak: runtime "tokio runtime" x2
            .build()
            .unwrap();
        forget(runtime);
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn local_runtime_is_never_dropped() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        // leak: runtime "tokio runtime"
        .build_local(LocalOptions::default())
        .unwrap();
    runtime.spawn_local(std::future::pending::<()>());
    forget(runtime);
}

#[leak_checked]
#[test]
fn local_runtime_is_dropped() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .unwrap();
    let task = runtime.spawn_local(async { 7 });
    runtime.spawn_local(std::future::pending::<()>());
    assert_eq!(runtime.block_on(task).unwrap(), 7);
}

#[leak_checked]
#[test]
fn statics_are_made_on_first_use() {
    static ONCE: OnceLock<File> = OnceLock::new();
    static LAZY: LazyLock<TcpListener> =
        LazyLock::new(|| TcpListener::bind("127.0.0.1:0").unwrap());
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
    thread_local! {
        static LOCAL: RefCell<File> = RefCell::new(File::open("/dev/null").unwrap());
    }
    ONCE.get_or_init(|| File::open(FILE).unwrap());
    LAZY.local_addr().unwrap();
    RUNTIME.block_on(async {});
    LOCAL.with_borrow_mut(|file| assert!(file.write(&[0]).is_err()));
}

#[leak_checked]
#[test]
fn names_are_looked_up() {
    let found = std::net::ToSocketAddrs::to_socket_addrs("localhost:80");
    assert_ne!(found.unwrap().count(), 0);
}

#[leak_checked]
#[tokio::test]
async fn names_are_looked_up_on_the_pool() {
    let found = tokio::net::lookup_host("localhost:80").await;
    assert_ne!(found.unwrap().count(), 0);
}

#[leak_checked]
#[tokio::test]
async fn children_are_waited_for() {
    let output = tokio::process::Command::new("true").output().await.unwrap();
    assert!(output.status.success());
    assert!(Command::new("true").output().unwrap().status.success());
}

/// Closed and opened past the C library: the number is that of another file by now.
#[leak_checked]
#[test]
fn number_belongs_to_another_file() {
    use std::os::fd::IntoRawFd as _;
    let closed = File::open(FILE).unwrap().into_raw_fd();
    // SAFETY: the descriptor was opened above and is given up; the name is a C string.
    let other = unsafe {
        libc::syscall(libc::SYS_close, closed);
        libc::syscall(libc::SYS_openat, libc::AT_FDCWD, c"/dev/null".as_ptr(), 0)
    };
    assert!(other > 2);
}

#[test]
fn every_report_is_exact() {
    verify("fds", include_str!("fds.rs"));
    if !ARE_SEEN {
        return;
    }
    let shown = section("fds::task_keeps_a_socket");
    let held = if IS_EXACT {
        "): closes when it ends"
    } else {
        "held by task"
    };
    assert!(shown.contains(held), "{shown}");
    for test in [
        "thread_keeps_a_file",
        "thread_of_an_async_test_keeps_a_file",
    ] {
        let shown = section(&format!("fds::{test}"));
        assert!(shown.contains("thread that still runs"), "{shown}");
    }
}
