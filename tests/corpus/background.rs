//! Work that is declared to run in the background ends with its test; what lives as long as the process is created so.

use std::{
    sync::{Mutex, mpsc},
    thread,
    time::Duration,
};

use leakcheck::{Registration, allow_static, background, background_thread, leak_checked};

use crate::expected::verify;

async fn beat() {
    // It is gone with its task.
    let _registration = Registration::new("listener", "of the heartbeat");
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[leak_checked]
#[tokio::test]
async fn heartbeat() {
    background(tokio::spawn(beat()));
    tokio::task::yield_now().await;
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn heartbeat_on_workers() {
    background(tokio::spawn(beat()));
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn heartbeat_in_paused_time() {
    background(tokio::spawn(beat()));
    tokio::time::sleep(Duration::from_secs(10)).await;
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn heartbeat_has_a_child() {
    background(tokio::spawn(async {
        // leak: task
        // waits: at pending for nothing, for ever
        // why: never
        tokio::spawn(async {
            std::future::pending::<()>().await; // at: pending
        });
        beat().await;
    }));
    tokio::task::yield_now().await;
}

#[leak_checked]
#[test]
fn thread_is_told_to_end() {
    let (sender, receiver) = mpsc::channel::<()>();
    let thread = thread::spawn(move || assert!(receiver.recv().is_err()));
    background_thread(thread, || drop(sender));
}

#[leak_checked]
#[tokio::test]
async fn thread_is_told_to_end_by_a_task() {
    let (sender, receiver) = mpsc::channel::<()>();
    let thread = thread::spawn(move || assert!(receiver.recv().is_err()));
    background_thread(thread, || drop(sender));
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn thread_does_not_listen() {
    // leak: thread
    // waits: at park blocked in thread::park
    let thread = thread::spawn(|| {
        loop {
            thread::park(); // at: park
        }
    });
    let unpark = thread.thread().clone();
    background_thread(thread, move || unpark.unpark());
}

static COLLECTOR: Mutex<Option<thread::JoinHandle<()>>> = Mutex::new(None);

#[leak_checked]
#[test]
fn singleton() {
    *COLLECTOR.lock().unwrap() = Some(allow_static("it serves all tests", || {
        thread::spawn(|| {
            let child = thread::spawn(thread::park);
            child.join().unwrap();
        })
    }));
}

#[test]
fn every_report_is_exact() {
    verify("background", include_str!("background.rs"));
}
