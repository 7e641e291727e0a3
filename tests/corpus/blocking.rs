//! A blocking closure that hangs is left behind, by its name and site, and never hangs the test; an idle pool thread is
//! nothing.

use std::{
    ffi::CString,
    fs::OpenOptions,
    mem::forget,
    os::unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    path::PathBuf,
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use leakcheck::leak_checked;
use tokio::{
    sync::oneshot,
    task::{spawn_blocking, yield_now},
};

use crate::expected::verify;

/// Says that it runs, which a closure that is still queued when the test ends never does, and waits for a message.
fn receive(running: oneshot::Sender<()>, receiver: &mpsc::Receiver<()>) {
    running.send(()).unwrap();
    // Without a sender there is no message, which is the other way to end.
    let _ = receiver.recv(); // at: recv
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn closure_waits_for_ever() {
    let (sender, receiver) = mpsc::channel();
    let (started, running) = oneshot::channel();
    // leak: blocking_task
    // waits: at recv blocked in mpsc::recv
    spawn_blocking(move || receive(started, &receiver));
    running.await.unwrap();
    forget(sender);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "leaks on purpose"]
async fn closure_waits_for_ever_on_workers() {
    // A pool thread takes whatever comes first: before the worker runs, the closure could end up on the worker's thread.
    tokio::spawn(async {}).await.unwrap();
    let (sender, receiver) = mpsc::channel();
    let (started, running) = oneshot::channel();
    // leak: blocking_task
    // waits: at recv blocked in mpsc::recv
    spawn_blocking(move || receive(started, &receiver));
    running.await.unwrap();
    forget(sender);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn closure_ends_with_its_sender() {
    let (sender, receiver) = mpsc::channel();
    let (started, running) = oneshot::channel();
    spawn_blocking(move || receive(started, &receiver));
    running.await.unwrap();
    drop(sender);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn mutex_locked_twice() {
    let (started, running) = oneshot::channel();
    // leak: blocking_task
    // waits: at lock blocked in Mutex::lock
    spawn_blocking(|| {
        started.send(()).unwrap();
        let lock = Mutex::new(0);
        let first = lock.lock().unwrap();
        let second = lock.lock().unwrap(); // at: lock
        *first + *second
    });
    running.await.unwrap();
}

/// Waits for a message, and is no closure.
fn receive_from_static() {
    static CHANNEL: LazyLock<Channel> = LazyLock::new(|| {
        let (sender, receiver) = mpsc::channel();
        (sender, Mutex::new(receiver))
    });
    let receiver = CHANNEL.1.lock().unwrap();
    RUNS.store(true, Ordering::SeqCst);
    let _ = receiver.recv(); // at: recv of a function
}

type Channel = (mpsc::Sender<()>, Mutex<mpsc::Receiver<()>>);
static RUNS: AtomicBool = AtomicBool::new(false);

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn function_waits_for_ever() {
    // leak: blocking_task "receive_from_static"
    // waits: at recv of a function blocked in mpsc::recv
    spawn_blocking(receive_from_static);
    while !RUNS.load(Ordering::SeqCst) {
        yield_now().await;
    }
}

/// The pool's thread is older than what it runs, and was started by another line.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn closure_on_a_thread_of_another() {
    spawn_blocking(|| {}).await.unwrap();
    let (sender, receiver) = mpsc::channel();
    let (started, running) = oneshot::channel();
    // leak: blocking_task
    // waits: at recv blocked in mpsc::recv
    spawn_blocking(move || receive(started, &receiver));
    running.await.unwrap();
    forget(sender);
}

/// Several at once, each with its own line.
#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "leaks on purpose"]
async fn closures_of_a_task() {
    let work = async {
        for _ in 0..2 {
            let (started, running) = oneshot::channel();
            // leak: blocking_task x2
            // waits: at park blocked in thread::park
            spawn_blocking(|| hang(started));
            running.await.unwrap();
        }
        let (started, running) = oneshot::channel();
        // leak: blocking_task
        // waits: at park blocked in thread::park
        spawn_blocking(|| hang(started));
        running.await.unwrap();
    };
    tokio::spawn(work).await.unwrap();
}

/// A pipe with a name, and the end to write to once somebody reads.
struct Fifo(PathBuf);

impl Fifo {
    fn new(name: &str) -> Self {
        let place = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let text = CString::new(place.as_os_str().as_bytes()).unwrap();
        // SAFETY: the path is a C string.
        assert_eq!(unsafe { libc::mkfifo(text.as_ptr(), 0o600) }, 0);
        Self(place)
    }

    /// Fails as long as nobody reads.
    fn writing() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.write(true).custom_flags(libc::O_NONBLOCK);
        options
    }
}

impl Drop for Fifo {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn file_is_never_read_to_its_end() {
    let fifo = Fifo::new("endless");
    let place = fifo.0.clone();
    // leak: task
    // waits: at fs for an end, held by nobody found
    // why: follows blocking_task
    tokio::spawn(async move {
        // leak: blocking_task "tokio::fs::read::read_spawn_blocking::{closure}"
        // waits: blocked in read(fd *)
        tokio::fs::read(place).await // at: fs
    });
    loop {
        // leak: fd "pipe"
        if let Ok(writer) = Fifo::writing().open(&fifo.0) {
            break forget(writer);
        }
        yield_now().await;
    }
}

#[leak_checked]
#[tokio::test]
async fn file_is_read_to_its_end() {
    let fifo = Fifo::new("ending");
    let place = fifo.0.clone();
    tokio::spawn(async move { tokio::fs::read(place).await });
    while Fifo::writing().open(&fifo.0).is_err() {
        yield_now().await;
    }
}

#[leak_checked]
#[tokio::test]
async fn idle_pool() {
    assert_eq!(spawn_blocking(|| 7).await.unwrap(), 7);
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    assert!(!tokio::fs::read(manifest).await.unwrap().is_empty());
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn idle_pool_on_workers() {
    assert_eq!(spawn_blocking(|| 7).await.unwrap(), 7);
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    assert!(!tokio::fs::read(manifest).await.unwrap().is_empty());
}

/// Says that it runs, and never returns.
fn hang(running: oneshot::Sender<()>) {
    running.send(()).unwrap();
    loop {
        thread::park(); // at: park
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn abort_of_a_closure_that_runs() {
    let (started, running) = oneshot::channel();
    // leak: blocking_task
    // waits: at park blocked in thread::park
    let task = spawn_blocking(|| hang(started));
    running.await.unwrap();
    task.abort();
}

#[leak_checked]
#[tokio::test]
async fn abort_of_a_closure_that_ends() {
    let task = spawn_blocking(|| {});
    task.abort();
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "leaks on purpose"]
async fn abort_of_a_task_in_synchronous_code() {
    let (started, running) = oneshot::channel();
    // leak: task
    // waits: at park blocked in thread::park
    // why: blocking-in-async
    let task = tokio::spawn(async { hang(started) });
    running.await.unwrap();
    task.abort();
}

/// It is accepted, and the worker that it blocks is left alone.
#[leak_checked(ignore_created_by = "corpus::blocking::task_in_synchronous_code_is_accepted")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn task_in_synchronous_code_is_accepted() {
    let (started, running) = oneshot::channel();
    tokio::spawn(async { hang(started) });
    running.await.unwrap();
}

#[test]
fn every_report_is_exact() {
    verify("blocking", include_str!("blocking.rs"));
}
