//! A task that nobody stops is left behind, however its handle was lost; one that is stopped or owned is not.

use std::{
    future::{pending, ready},
    mem::forget,
    sync::Arc,
    time::Duration,
};

use leakcheck::leak_checked;
use tokio::{
    sync::Notify,
    task::{JoinHandle, JoinSet, yield_now},
    time::timeout,
};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};

use crate::expected::verify;

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn pending_for_ever() {
    // leak: task "Pending<()>"
    // waits: in core::future::pending::Pending for nothing
    // why: never
    tokio::spawn(pending::<()>());
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn select_without_a_live_branch() {
    let is_enabled = false;
    // leak: task
    // waits: at else for nothing
    // why: never
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = ready(()), if is_enabled => {}
                () = ready(()), if is_enabled => {}
                else => pending::<()>().await, // at: else
            }
        }
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn tracker_is_never_closed() {
    let tracker = TaskTracker::new();
    tracker.spawn(ready(()));
    // leak: task
    // waits: at wait for a notification, held by nobody found, for ever
    // why: lost-wakeup
    tokio::spawn(async move { tracker.wait().await }); // at: wait
}

#[leak_checked]
#[tokio::test]
async fn tracker_is_closed() {
    let tracker = TaskTracker::new();
    tracker.spawn(ready(()));
    tracker.close();
    tokio::spawn(async move { tracker.wait().await });
}

#[derive(Default)]
struct Worker {
    stop: Notify,
}

impl Worker {
    fn shutdown(&self) {
        self.stop.notify_one();
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn start_without_stop() {
    let worker = Arc::new(Worker::default());
    worker.clone().start();
    drop(worker);
}

impl Worker {
    fn start(self: Arc<Self>) {
        // leak: task "Worker::start::{async block}"
        // waits: at notified for a notification, held by nobody found, for ever
        // why: lost-wakeup
        tokio::spawn(async move { self.stop.notified().await }); // at: notified
    }
}

#[leak_checked]
#[tokio::test]
async fn start_and_stop() {
    let worker = Arc::new(Worker::default());
    worker.clone().start();
    worker.shutdown();
}

#[leak_checked]
#[tokio::test]
async fn guard_cancels_on_drop() {
    let token = CancellationToken::new();
    let _guard = token.clone().drop_guard();
    tokio::spawn(async move { token.cancelled().await });
}

#[leak_checked]
#[tokio::test]
async fn handle_aborts_on_drop() {
    let _handle = AbortOnDropHandle::new(tokio::spawn(pending::<()>()));
    yield_now().await;
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn set_aborts_the_slower_ones() {
    let mut set = JoinSet::new();
    set.spawn(async {});
    set.spawn(pending::<()>());
    set.spawn(pending::<()>());
    assert!(set.join_next().await.is_some());
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn timeout_of_a_handle() {
    // leak: task "Pending<()>"
    // waits: in core::future::pending::Pending for nothing
    // why: never
    let handle = tokio::spawn(pending::<()>());
    assert!(timeout(Duration::from_millis(1), handle).await.is_err());
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn timeout_of_a_handle_on_workers() {
    // leak: task "Pending<()>"
    // waits: in core::future::pending::Pending for nothing
    // why: never
    let handle = tokio::spawn(pending::<()>());
    assert!(timeout(Duration::from_millis(1), handle).await.is_err());
}

#[leak_checked]
#[tokio::test]
async fn timeout_of_a_future() {
    assert!(
        timeout(Duration::from_millis(1), pending::<()>())
            .await
            .is_err()
    );
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn token_is_never_cancelled() {
    let token = CancellationToken::new();
    let child = token.child_token();
    // leak: task
    // waits: at cancelled for a cancellation, held by nobody found
    tokio::spawn(async move { child.cancelled().await }); // at: cancelled
    forget(token);
}

#[leak_checked]
#[tokio::test]
async fn token_is_cancelled() {
    let token = CancellationToken::new();
    let child = token.child_token();
    tokio::spawn(async move { child.cancelled().await });
    token.cancel();
}

/// Starts a task for somebody else.
fn detach() -> JoinHandle<()> {
    tokio::spawn(ready(()))
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn handle_is_dropped() {
    // leak: task "Pending<()>"
    // waits: in core::future::pending::Pending for nothing
    // why: never
    let handle = tokio::spawn(pending::<()>());
    drop(handle);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn handle_is_dropped_on_workers() {
    // leak: task "Pending<()>"
    // waits: in core::future::pending::Pending for nothing
    // why: never
    let handle = tokio::spawn(pending::<()>());
    drop(handle);
}

#[leak_checked]
#[tokio::test]
async fn handle_of_a_short_task_is_dropped() {
    drop(detach());
}

#[leak_checked]
#[tokio::test]
async fn abort_is_not_awaited() {
    let task = tokio::spawn(pending::<()>());
    yield_now().await;
    task.abort();
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn abort_is_not_awaited_on_workers() {
    let tasks: Vec<_> = (0..16).map(|_| tokio::spawn(pending::<()>())).collect();
    for task in &tasks {
        task.abort();
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn busy_task() {
    // leak: task
    // runs: at again
    // why: busy
    tokio::spawn(async {
        loop {
            yield_now().await; // at: again
        }
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "leaks on purpose"]
async fn busy_task_on_workers() {
    // leak: task
    // runs: at again
    // why: busy
    tokio::spawn(async {
        loop {
            yield_now().await; // at: again
        }
    });
}

#[test]
fn every_report_is_exact() {
    verify("lifecycle", include_str!("lifecycle.rs"));
}
