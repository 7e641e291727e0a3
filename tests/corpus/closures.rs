//! A blocking closure that waits on a runtime is work of the test: it is waited for before the runtime is stopped, and left
//! behind where it goes on, with all that it has. So is one that outlives a runtime that the test built and ended itself.

use std::{future::pending, io::Read, mem::forget, thread, time::Duration};

use leakcheck::leak_checked;
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream, UdpSocket},
    runtime::{Builder, Handle, Runtime},
    sync::{mpsc, oneshot},
    task::spawn_blocking,
    time::{interval, sleep},
};
use tokio_util::io::SyncIoBridge;

use crate::expected::{section, verify};

const HOUR: Duration = Duration::from_secs(3600);
/// What is over when it is waited for.
const SOON: Duration = Duration::from_millis(30);

/// Two ends of a connection.
async fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap());
    let (client, accepted) = tokio::join!(client, listener.accept());
    (client.unwrap(), accepted.unwrap().0)
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn waits_for_a_timer() {
    let handle = Handle::current();
    // leak: blocking_task
    // waits: at timer blocked in Handle::block_on
    spawn_blocking(move || {
        handle.block_on(sleep(HOUR)); // at: timer
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "leaks on purpose"]
async fn waits_for_a_timer_on_workers() {
    let handle = Handle::current();
    // leak: blocking_task
    // waits: at timer of workers blocked in Handle::block_on
    spawn_blocking(move || {
        handle.block_on(sleep(HOUR)); // at: timer of workers
    });
}

#[leak_checked]
#[tokio::test]
async fn waits_for_a_timer_that_fires() {
    let handle = Handle::current();
    spawn_blocking(move || handle.block_on(sleep(SOON)));
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waits_for_a_timer_that_fires_on_workers() {
    let handle = Handle::current();
    spawn_blocking(move || handle.block_on(sleep(SOON)));
}

/// What the closure has is a part of it; what nobody closes is not.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn reads_from_a_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap());
    let mut client = client.await.unwrap();
    // leak: fd "TCP socket"
    let (server, _) = listener.accept().await.unwrap();
    forget(server);
    let handle = Handle::current();
    // leak: blocking_task
    // waits: at socket blocked in Handle::block_on
    spawn_blocking(move || {
        handle.block_on(client.read_u8()) // at: socket
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "leaks on purpose"]
async fn reads_from_a_bridge() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap());
    let client = client.await.unwrap();
    // leak: fd "TCP socket"
    let (server, _) = listener.accept().await.unwrap();
    forget(server);
    let mut bridge = SyncIoBridge::new(client);
    // leak: blocking_task
    // waits: at bridge blocked in Handle::block_on
    spawn_blocking(move || {
        let mut all = Vec::new();
        bridge.read_to_end(&mut all) // at: bridge
    });
}

#[leak_checked]
#[tokio::test]
async fn reads_from_a_bridge_to_the_end() {
    let (client, server) = connection().await;
    let mut bridge = SyncIoBridge::new(client);
    spawn_blocking(move || bridge.read_to_end(&mut Vec::new()));
    thread::spawn(move || {
        thread::sleep(SOON);
        drop(server.into_std());
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn waits_for_a_message() {
    let (sender, mut receiver) = mpsc::channel::<()>(1);
    let handle = Handle::current();
    // leak: blocking_task
    // waits: at message blocked in Handle::block_on
    spawn_blocking(move || {
        handle.block_on(receiver.recv()) // at: message
    });
    forget(sender);
}

#[leak_checked]
#[tokio::test]
async fn waits_for_a_message_that_comes() {
    let (sender, mut receiver) = mpsc::channel::<()>(1);
    let handle = Handle::current();
    spawn_blocking(move || handle.block_on(receiver.recv()));
    tokio::spawn(async move {
        sleep(SOON).await;
        sender.send(()).await
    });
}

/// The timer is that of the closure, and the task is one beside it.
#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "leaks on purpose"]
async fn counts_beside_a_task() {
    let handle = Handle::current();
    // leak: blocking_task
    // waits: at ticks blocked in Handle::block_on
    spawn_blocking(move || {
        let ticks = async {
            let mut ticks = interval(HOUR);
            loop {
                ticks.tick().await;
            }
        };
        handle.block_on(ticks) // at: ticks
    });
    // leak: task
    // waits: at pending for nothing, for ever
    // why: never
    tokio::spawn(async {
        pending::<()>().await; // at: pending
    });
}

/// What a task has is told beside it, because it goes with its runtime; so does what the closure has.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn reads_beside_a_task() {
    let own = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let handle = Handle::current();
    // leak: blocking_task
    // waits: at datagram blocked in Handle::block_on
    spawn_blocking(move || {
        handle.block_on(own.recv(&mut [0])) // at: datagram
    });
    // leak: fd "UDP socket"
    // why: follows task
    let of_task = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    // leak: task
    // waits: at datagram of a task for a descriptor
    // why: read-loop
    tokio::spawn(async move {
        of_task.recv(&mut [0]).await // at: datagram of a task
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn thread_waits_for_a_timer() {
    let handle = Handle::current();
    // leak: thread
    // waits: at timer of a thread blocked in Handle::block_on
    thread::spawn(move || {
        handle.block_on(async { sleep(HOUR).await }); // at: timer of a thread
    });
}

#[leak_checked]
#[tokio::test]
async fn thread_waits_for_a_timer_that_fires() {
    let handle = Handle::current();
    thread::spawn(move || handle.block_on(async { sleep(SOON).await }));
}

/// A worker goes on on another thread, and is no closure.
#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocks_in_place() {
    for _ in 0..3 {
        let task = async { tokio::task::block_in_place(|| thread::sleep(SOON / 30)) };
        tokio::spawn(task).await.unwrap();
    }
    spawn_blocking(|| {}).await.unwrap();
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn one_worker() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

/// Says that it runs, and never returns.
fn hang(running: oneshot::Sender<()>) {
    running.send(()).unwrap();
    loop {
        thread::park(); // at: park
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn outlives_its_runtime() {
    let runtime = one_thread();
    let (started, running) = oneshot::channel();
    // leak: blocking_task
    // waits: at park blocked in thread::park
    runtime.spawn_blocking(|| hang(started));
    runtime.block_on(running).unwrap();
    runtime.shutdown_timeout(Duration::from_millis(1));
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn outlives_its_worker() {
    let runtime = one_worker();
    let (started, running) = oneshot::channel();
    // leak: blocking_task
    // waits: at park blocked in thread::park
    runtime.spawn_blocking(|| hang(started));
    runtime.block_on(running).unwrap();
    runtime.shutdown_background();
}

/// Each is its own, although they are on threads of one pool.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn outlive_a_runtime_inside_of_another() {
    let runtime = one_worker();
    for _ in 0..2 {
        let (started, running) = oneshot::channel();
        // leak: blocking_task x2
        // waits: at park blocked in thread::park
        runtime.spawn_blocking(|| hang(started));
        running.await.unwrap();
    }
    let (started, running) = oneshot::channel();
    // leak: blocking_task
    // waits: at park blocked in thread::park
    runtime.spawn_blocking(|| hang(started));
    running.await.unwrap();
    runtime.shutdown_background();
}

#[leak_checked]
#[test]
fn ends_after_its_runtime() {
    for runtime in [one_thread(), one_worker()] {
        runtime.spawn_blocking(|| thread::sleep(SOON));
        runtime.shutdown_background();
    }
}

#[leak_checked]
#[test]
fn ends_with_its_runtime() {
    for runtime in [one_thread(), one_worker()] {
        let handle = runtime.handle().clone();
        runtime.spawn_blocking(move || handle.block_on(sleep(SOON)));
        drop(runtime);
    }
}

#[test]
fn every_report_is_exact() {
    if !crate::finding::HAS_STACKS {
        // With a static C library no thread can be asked what it runs, so that a runtime may be told beside its closures.
        return;
    }
    verify("closures", include_str!("closures.rs"));
    let shown = section("closures::waits_for_a_timer");
    let note = "tokio may panic in it with `A Tokio 1.x context was found, but it is being shutdown.`: that message follows from \
                this leak";
    assert!(shown.contains(note), "{shown}");
}
