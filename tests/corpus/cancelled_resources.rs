//! Bodies that keep more than a task when they are cancelled at an await: a process, a socket, a thread, a permit, something of the
//! program's own; next to each the same with its fix, as in `cancelled`.

use std::{
    mem::ManuallyDrop,
    sync::{Arc, Condvar, Mutex as StdMutex},
    thread,
    time::Duration,
};

use leakcheck::{Registration, leak_checked};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::{JoinSet, spawn_blocking, yield_now},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::expected::verify;

/// Something that takes a moment.
async fn step() {
    yield_now().await; // at: step
}

/// Does something when it is dropped.
pub(crate) struct Finally<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for Finally<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn child_is_killed_at_the_end() {
    let mut command = tokio::process::Command::new("sleep");
    command.arg("30");
    // leak: process "sleep"
    // cancelled: at exit
    // why: not-cancel-safe
    let mut child = command.spawn().unwrap();
    let exit = timeout(Duration::from_millis(20), child.wait()).await; // at: exit
    assert!(exit.is_err());
    child.start_kill().unwrap();
    std::thread::sleep(Duration::from_millis(1));
    while child.try_wait().unwrap().is_none() {}
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn child_is_killed_on_drop() {
    let mut child = tokio::process::Command::new("sleep")
        .arg("30")
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let exit = timeout(Duration::from_millis(20), child.wait()).await;
    assert!(exit.is_err());
    child.kill().await.unwrap();
}

#[leak_checked(cancel = "each", kinds(tasks), settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn socket_moved_to_a_task() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // leak: task
    // waits: at accept for a descriptor
    // cancelled: at connect x2
    // why: not-cancel-safe
    let server = tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap(); // at: accept
            socket.write_all(b"!").await.unwrap();
        }
    });
    let mut client = TcpStream::connect(address).await.unwrap(); // at: connect
    assert_eq!(client.read_u8().await.unwrap(), b'!');
    server.abort();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn socket_moved_to_a_task_of_a_set() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut servers = JoinSet::new();
    servers.spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            socket.write_all(b"!").await.unwrap();
        }
    });
    let mut client = TcpStream::connect(address).await.unwrap();
    assert_eq!(client.read_u8().await.unwrap(), b'!');
    servers.shutdown().await;
}

/// Threads wait for it, and are at rest until then.
#[derive(Default)]
struct Latch {
    is_open: StdMutex<bool>,
    opened: Condvar,
}

impl Latch {
    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }

    fn wait(&self) {
        let mut is_open = self.is_open.lock().unwrap();
        while !*is_open {
            is_open = self.opened.wait(is_open).unwrap(); // at: latch
        }
    }
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn closure_is_stopped_at_the_end() {
    let is_over = Arc::new(Latch::default());
    let theirs = Arc::clone(&is_over);
    // leak: blocking_task
    // waits: at latch blocked in Condvar::wait
    // cancelled: at step
    // why: not-cancel-safe
    let closure = spawn_blocking(move || theirs.wait());
    step().await;
    is_over.open();
    closure.await.unwrap();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn closure_is_stopped_by_a_guard() {
    let is_over = Arc::new(Latch::default());
    let theirs = Arc::clone(&is_over);
    let closure = spawn_blocking(move || theirs.wait());
    let stop = Finally(|| is_over.open());
    step().await;
    drop(stop);
    closure.await.unwrap();
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn thread_is_stopped_at_the_end() {
    let is_over = Arc::new(Latch::default());
    let theirs = Arc::clone(&is_over);
    // leak: thread
    // waits: at latch blocked in Condvar::wait
    // cancelled: at step
    // why: not-cancel-safe
    let worker = thread::spawn(move || theirs.wait());
    step().await;
    is_over.open();
    worker.join().unwrap();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn thread_is_stopped_by_a_guard() {
    let is_over = Arc::new(Latch::default());
    let theirs = Arc::clone(&is_over);
    let mut worker = Some(thread::spawn(move || theirs.wait()));
    let stop = Finally(move || {
        is_over.open();
        if let Some(worker) = worker.take() {
            worker.join().unwrap();
        }
    });
    step().await;
    drop(stop);
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn permit_is_given_back_at_the_end() {
    let permits = Arc::new(Semaphore::new(1));
    permits.acquire().await.unwrap().forget();
    let theirs = Arc::clone(&permits);
    // leak: task
    // waits: at acquire for a permit, held by nobody found
    // cancelled: at step
    // why: not-cancel-safe
    let waiter = tokio::spawn(async move {
        drop(theirs.acquire().await); // at: acquire
    });
    step().await;
    permits.add_permits(1);
    waiter.await.unwrap();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn permit_is_given_back_on_drop() {
    let permits = Arc::new(Semaphore::new(1));
    let permit = permits.clone().acquire_owned().await.unwrap();
    let theirs = Arc::clone(&permits);
    let waiter = tokio::spawn(async move {
        drop(theirs.acquire().await);
    });
    step().await;
    drop(permit);
    waiter.await.unwrap();
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn token_is_cancelled_at_the_end() {
    let token = CancellationToken::new();
    let theirs = token.clone();
    // leak: task
    // waits: at cancelled for a cancellation, held by nobody found, for ever
    // cancelled: at step
    // why: token-orphaned
    let worker = tokio::spawn(async move {
        theirs.cancelled().await; // at: cancelled
    });
    step().await;
    token.cancel();
    worker.await.unwrap();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn token_is_cancelled_by_a_guard() {
    let token = CancellationToken::new();
    let theirs = token.clone();
    let worker = tokio::spawn(async move { theirs.cancelled().await });
    let guard = token.drop_guard();
    step().await;
    drop(guard);
    worker.await.unwrap();
}

static LISTENERS: StdMutex<Vec<Registration>> = StdMutex::new(Vec::new());

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn listener_is_removed_at_the_end() {
    // leak: custom "listener"
    // cancelled: at step
    // why: not-cancel-safe
    let listener = Registration::new("listener", "of a test");
    LISTENERS.lock().unwrap().push(listener);
    step().await;
    LISTENERS.lock().unwrap().clear();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn listener_is_removed_by_a_guard() {
    let mut listener = Some(Registration::new("listener", "of a test"));
    let remove = Finally(move || drop(listener.take()));
    step().await;
    drop(remove);
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn descriptor_is_closed_at_the_end() {
    // leak: fd "device"
    // cancelled: at step
    // why: not-cancel-safe
    let file = ManuallyDrop::new(std::fs::File::open("/dev/null").unwrap());
    step().await;
    drop(ManuallyDrop::into_inner(file));
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn descriptor_is_closed_on_drop() {
    let file = std::fs::File::open("/dev/null").unwrap();
    step().await;
    drop(file);
}

#[test]
fn every_report_is_exact() {
    verify(
        "cancelled_resources",
        include_str!("cancelled_resources.rs"),
    );
}
