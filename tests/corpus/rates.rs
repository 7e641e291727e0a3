//! More made in a second than a rate allows, all of it ended in the end; beside each the same within its rate.
//!
//! What goes over its rate makes so much that the slowest machine makes more than one in each second of it; what does not sleeps
//! for longer than a second in all.

use std::{
    fs::File,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use leakcheck::leak_checked;
use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinSet, spawn_blocking},
    time::sleep,
};

use crate::expected::verify;

/// Two rounds of it take longer than a second.
const PAUSE: Duration = Duration::from_millis(550);

#[leak_checked(repeat = "0:2", rate(tasks = 1))]
#[tokio::test]
#[ignore = "goes over its rate on purpose"]
async fn a_task_for_each_line() {
    for _ in 0..100 {
        // over: 200 of 200 tasks, 1 allowed a second
        tokio::spawn(async {}).await.unwrap();
    }
}

#[leak_checked(repeat = "0:2", rate(tasks = 2))]
#[tokio::test]
async fn a_task_that_takes_lines_from_a_channel() {
    let (lines, mut taken) = mpsc::channel::<u32>(1);
    let worker = tokio::spawn(async move { while taken.recv().await.is_some() {} });
    for line in 0..100 {
        lines.send(line).await.unwrap();
    }
    drop(lines);
    worker.await.unwrap();
    sleep(PAUSE).await;
}

/// No look at the runtime sees more than one of them at a time.
#[leak_checked(repeat = "0:2", rate(tasks = 1))]
#[tokio::test]
#[ignore = "goes over its rate on purpose"]
async fn a_task_that_makes_others() {
    // over: 2 of 202 tasks, 1 allowed a second
    let outer = tokio::spawn(async {
        for _ in 0..100 {
            // over: 200 of 202 tasks, 1 allowed a second
            tokio::spawn(async {}).await.unwrap();
        }
    });
    outer.await.unwrap();
}

/// Memory of channels looks like that of tasks.
#[leak_checked(repeat = "0:2", rate(tasks = 2))]
#[tokio::test]
async fn a_task_that_makes_channels() {
    let made = tokio::spawn(async {
        for _ in 0..50 {
            let (send, mut receive) = mpsc::channel(1);
            send.send(1).await.unwrap();
            receive.recv().await.unwrap();
        }
    });
    for _ in 0..50 {
        let (send, receive) = oneshot::channel();
        send.send(1).unwrap();
        receive.await.unwrap();
        let (_send, _receive) = mpsc::unbounded_channel::<u32>();
    }
    made.await.unwrap();
    sleep(PAUSE).await;
}

#[leak_checked(repeat = "0:2", rate(tasks = 1))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "goes over its rate on purpose"]
async fn tasks_on_workers() {
    let mut all = JoinSet::new();
    for _ in 0..100 {
        // over: 200 of 200 tasks, 1 allowed a second
        all.spawn(tokio::task::yield_now());
    }
    all.join_all().await;
}

/// Closures are no tasks.
#[leak_checked(repeat = "0:2", rate(tasks = 1))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closures_on_a_pool() {
    for _ in 0..50 {
        spawn_blocking(thread::yield_now).await.unwrap();
    }
    sleep(PAUSE).await;
}

/// The test waits by a clock that stands still.
#[leak_checked(repeat = "0:2", rate(tasks = 1))]
#[tokio::test(start_paused = true)]
async fn a_task_in_a_minute() {
    for _ in 0..5 {
        tokio::spawn(sleep(Duration::from_secs(60))).await.unwrap();
    }
}

/// Rounds to warm up do not count.
#[leak_checked(repeat = "1:2", rate(tasks = 2))]
#[tokio::test]
async fn tasks_at_first() {
    use std::sync::atomic::{AtomicU32, Ordering};

    static ROUND: AtomicU32 = AtomicU32::new(0);
    let tasks = if ROUND.fetch_add(1, Ordering::Relaxed) == 0 {
        300
    } else {
        1
    };
    for _ in 0..tasks {
        tokio::spawn(async {}).await.unwrap();
    }
    sleep(PAUSE).await;
}

#[leak_checked(repeat = "0:2", rate(threads = 1))]
#[test]
#[ignore = "goes over its rate on purpose"]
fn a_thread_for_each_call() {
    for _ in 0..50 {
        // over: 100 of 100 threads, 1 allowed a second
        thread::spawn(|| {}).join().unwrap();
    }
}

#[leak_checked(repeat = "0:2", rate(threads = 2))]
#[test]
fn a_thread_for_all_calls() {
    thread::spawn(|| thread::sleep(PAUSE)).join().unwrap();
}

#[leak_checked(repeat = "0:2", rate(fds = 1))]
#[test]
#[ignore = "goes over its rate on purpose"]
fn a_file_for_each_line() {
    for _ in 0..50 {
        // over: 100 of 100 fds, 1 allowed a second
        drop(File::open("/dev/null").unwrap());
    }
}

#[leak_checked(repeat = "0:2", rate(fds = 2))]
#[test]
fn a_file_for_all_lines() {
    let _file = File::open("/dev/null").unwrap();
    thread::sleep(PAUSE);
}

#[leak_checked(repeat = "0:2", rate(processes = 1))]
#[test]
#[ignore = "goes over its rate on purpose"]
fn a_child_for_each_call() {
    for _ in 0..15 {
        // over: 30 of 30 processes, 1 allowed a second
        let mut child = Command::new("true").stdin(Stdio::null()).spawn().unwrap();
        child.wait().unwrap();
    }
}

#[leak_checked(repeat = "0:2", rate(processes = 2))]
#[test]
fn a_child_for_all_calls() {
    let mut child = Command::new("true").stdin(Stdio::null()).spawn().unwrap();
    child.wait().unwrap();
    thread::sleep(PAUSE);
}

#[test]
fn every_report_is_exact() {
    verify("rates", include_str!("rates.rs"));
}
