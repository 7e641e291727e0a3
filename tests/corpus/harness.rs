//! What the harness, a fixture or an earlier piece of code made, and ends in its own time, is not the test's leak.

use std::{mem::forget, sync::mpsc, thread, time::Duration};

use leakcheck::{Checkpoint, Options, leak_checked};
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

use crate::expected::verify;

/// The harness has threads of its own and those of the tests beside this one.
#[leak_checked]
#[test]
fn threads_of_the_harness() {}

/// A checkpoint whose check does not wait for long.
fn checkpoint() -> Checkpoint {
    Checkpoint::new(Options::new().settle(Duration::from_millis(10)))
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn older_task_moves_on() {
    let (first, wait_for_first) = oneshot::channel::<()>();
    let (second, wait_for_second) = oneshot::channel::<()>();
    let (sender, moved) = oneshot::channel();
    tokio::spawn(async move {
        wait_for_first.await.unwrap();
        sender.send(()).unwrap();
        wait_for_second.await.unwrap();
    });
    let before = checkpoint();
    first.send(()).unwrap();
    moved.await.unwrap();
    assert!(before.report().await.is_clean());
    second.send(()).unwrap();
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn younger_task_is_new() {
    let before = checkpoint();
    let (sender, receiver) = oneshot::channel::<()>();
    tokio::spawn(receiver);
    assert_eq!(before.report().await.leaks().len(), 1);
    drop(sender);
}

/// A server whose thread ends with it.
struct Server {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn fixture_is_never_dropped() {
    forget(Server::start());
}

impl Server {
    fn start() -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("server".to_owned())
            // leak: thread "server"
            // waits: at recv blocked in mpsc::recv
            .spawn(move || assert!(stopped.recv().is_err())) // at: recv
            .unwrap();
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

#[leak_checked]
#[test]
fn fixture_is_dropped_before_the_check() {
    let _server = Server::start();
}

#[leak_checked]
#[tokio::test]
async fn fixtures_are_dropped_before_the_check() {
    let _server = Server::start();
    let (_sender, receiver) = oneshot::channel::<()>();
    let _task = AbortOnDropHandle::new(tokio::spawn(receiver));
}

#[test]
fn every_report_is_exact() {
    verify("harness", include_str!("harness.rs"));
}
