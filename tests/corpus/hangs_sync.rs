//! A body that hangs in synchronous code cannot be given up: its report comes from outside, and the process ends with it.

use std::{
    mem::forget,
    sync::{Mutex, mpsc},
    thread,
};

use leakcheck::leak_checked;

use crate::expected::verify_alone;

#[leak_checked(timeout = "3s")]
#[test]
#[ignore = "hangs on purpose"]
fn mutex_locked_twice() {
    let lock = Mutex::new(0);
    let first = lock.lock().unwrap();
    // hangs: timeout, ends the process
    // stuck: at second blocked in Mutex::lock
    let second = lock.lock().unwrap(); // at: second
    drop((first, second));
}

#[leak_checked(timeout = "60s")]
#[test]
fn mutex_given_back_in_between() {
    let lock = Mutex::new(0);
    let first = *lock.lock().unwrap();
    let second = *lock.lock().unwrap();
    assert_eq!(first, second);
}

#[leak_checked(timeout = "3s")]
#[test]
#[ignore = "hangs on purpose"]
fn shutdown_joins_a_worker_that_sends() {
    let (sender, receiver) = mpsc::sync_channel(1);
    // hangs: timeout, ends the process
    // stuck: at join blocked in JoinHandle::join
    // alive: thread
    // waits: at send blocked in SyncSender::send
    let worker = thread::spawn(move || {
        sender.send(1)?;
        sender.send(2) // at: send
    });
    let _ = worker.join(); // at: join
    drop(receiver);
}

#[leak_checked(timeout = "60s")]
#[test]
fn shutdown_drops_what_a_worker_sends_to() {
    let (sender, receiver) = mpsc::sync_channel(1);
    let worker = thread::spawn(move || {
        sender.send(1)?;
        sender.send(2)
    });
    drop(receiver);
    worker.join().unwrap().unwrap_err();
}

#[leak_checked(timeout = "3s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn done_is_awaited_in_synchronous_code() {
    let (stored, done) = mpsc::channel::<()>();
    // hangs: timeout, ends the process
    // stuck: at recv blocked in mpsc::recv
    let _ = done.recv(); // at: recv
    forget(stored);
}

#[leak_checked(timeout = "3s")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "hangs on purpose"]
async fn done_is_awaited_in_synchronous_code_on_workers() {
    let (stored, done) = mpsc::channel::<()>();
    // hangs: timeout, ends the process
    // stuck: at recv blocked in mpsc::recv
    let _ = done.recv(); // at: recv
    forget(stored);
}

/// The task has the only thread there is.
#[leak_checked(timeout = "3s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn task_blocks_the_thread_of_the_body() {
    let (stored, done) = mpsc::channel::<()>();
    // hangs: timeout, ends the process
    // waits: at task for an end, held by the running task
    // stuck: at recv blocked in mpsc::recv
    // alive: task
    // runs
    let task = tokio::spawn(async move { done.recv() }); // at: recv
    let _ = task.await; // at: task
    forget(stored);
}

#[leak_checked(timeout = "60s")]
#[tokio::test]
async fn task_ends_with_its_sender() {
    let (sender, done) = mpsc::channel::<()>();
    let task = tokio::spawn(async move { done.recv() });
    drop(sender);
    task.await.unwrap().unwrap_err();
}

#[test]
fn every_report_is_exact() {
    verify_alone("hangs_sync", include_str!("hangs_sync.rs"));
}
