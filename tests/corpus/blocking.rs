//! A blocking closure that hangs is a thread left behind, and never hangs the test; an idle pool thread is none.

use std::{
    mem::forget,
    sync::{Mutex, mpsc},
    thread,
};

use leakcheck::leak_checked;
use tokio::{sync::oneshot, task::spawn_blocking};

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
    // leak: thread "tokio-rt-worker"
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
    // leak: thread "tokio-rt-worker"
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
    // leak: thread "tokio-rt-worker"
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
    // leak: thread "tokio-rt-worker"
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
    // runs
    let task = tokio::spawn(async { hang(started) });
    running.await.unwrap();
    task.abort();
}

#[test]
fn every_report_is_exact() {
    verify("blocking", include_str!("blocking.rs"));
}
