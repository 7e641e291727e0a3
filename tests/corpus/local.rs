//! Tasks of a `LocalSet` that is still there are left behind, whether `leakcheck::watch_local` was given the set or not; one
//! that is dropped ends its tasks. Those of a `LocalRuntime` are seen like those of any other.

use std::{cell::RefCell, future::pending, mem::forget, rc::Rc, time::Duration};

use leakcheck::{leak_checked, watch_local};
use tokio::{
    runtime::Builder,
    sync::oneshot,
    task::{LocalSet, spawn_local, yield_now},
    time::sleep,
};

use crate::expected::verify;

const HOUR: Duration = Duration::from_secs(3600);

fn watched() -> LocalSet {
    let set = LocalSet::new();
    watch_local(&set).unwrap();
    set
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn set_is_forgotten() {
    let set = watched();
    set.run_until(async {
        for _ in 0..2 {
            // leak: task x2
            // waits: at pending for nothing
            // why: never
            spawn_local(async {
                pending::<()>().await; // at: pending
            });
        }
        yield_now().await;
    })
    .await;
    forget(set);
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn set_is_kept_by_its_thread() {
    thread_local! {
        static SET: RefCell<Option<LocalSet>> = const { RefCell::new(None) };
    }
    let set = watched();
    let (sender, receiver) = oneshot::channel::<()>();
    // leak: task "set_is_kept_by_its_thread::{closure}::{async block}"
    // waits: at wait for a value, held by nobody found
    // why: forgotten
    set.spawn_local(async {
        let _ = receiver.await; // at: wait
    });
    let runtime = Builder::new_current_thread().build().unwrap();
    set.block_on(&runtime, yield_now());
    forget(sender);
    SET.set(Some(set));
}

#[leak_checked]
#[tokio::test]
async fn set_is_dropped() {
    let set = watched();
    set.run_until(async {
        spawn_local(pending::<()>());
        yield_now().await;
    })
    .await;
}

#[leak_checked]
#[tokio::test]
async fn set_is_awaited() {
    let set = watched();
    set.spawn_local(async {
        yield_now().await;
        spawn_local(yield_now());
    });
    set.await;
}

#[leak_checked]
#[tokio::test]
async fn forgotten_set_has_no_task_left() {
    let set = watched();
    let task = set.spawn_local(async { 7 });
    assert_eq!(set.run_until(task).await.unwrap(), 7);
    forget(set);
}

/// Nobody was told of this one, nor of those below.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn unwatched_set_is_forgotten() {
    let set = LocalSet::new();
    let (sender, receiver) = oneshot::channel::<()>();
    // leak: task "unwatched_set_is_forgotten::{async block}"
    // waits: at unwatched for a value, held by the task at holds in sender, for ever
    // why: follows task
    set.spawn_local(async {
        let _ = receiver.await; // at: unwatched
    });
    // leak: task "unwatched_set_is_forgotten::{async block}"
    // waits: at holds for nothing
    // why: never
    set.spawn_local(async move {
        pending::<()>().await; // at: holds
        drop(sender);
    });
    set.run_until(yield_now()).await;
    forget(set);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "leaks on purpose"]
async fn unwatched_set_beside_workers() {
    let set = LocalSet::new();
    // leak: task "Pending<()>"
    // waits: in core::future::pending::Pending for nothing
    // why: never
    set.spawn_local(pending::<()>());
    tokio::spawn(yield_now()).await.unwrap();
    set.run_until(yield_now()).await;
    forget(set);
}

/// More than the few whose places are noted.
#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn unwatched_set_has_many() {
    let set = LocalSet::new();
    for _ in 0..50 {
        // leak: task "unwatched_set_has_many::{closure}::{async block}" x50
        // waits: at many for nothing
        // why: never
        set.spawn_local(async {
            pending::<()>().await; // at: many
        });
    }
    let runtime = Builder::new_current_thread().build().unwrap();
    set.block_on(&runtime, yield_now());
    forget(set);
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn unwatched_set_is_kept_by_its_thread() {
    thread_local!(static SET: LocalSet = LocalSet::new());
    let runtime = Builder::new_current_thread().build().unwrap();
    SET.with(|set| {
        // leak: task "Pending<()>"
        // waits: in core::future::pending::Pending for nothing
        // why: never
        set.spawn_local(pending::<()>());
        let ends = set.spawn_local(yield_now());
        set.block_on(&runtime, ends).unwrap();
    });
}

#[leak_checked]
#[tokio::test]
async fn unwatched_set_is_dropped() {
    let set = LocalSet::new();
    for _ in 0..20 {
        set.spawn_local(pending::<()>());
    }
    set.run_until(yield_now()).await;
}

#[leak_checked]
#[tokio::test]
async fn unwatched_set_is_forgotten_without_tasks() {
    let set = LocalSet::new();
    let aborted = set.spawn_local(pending::<()>());
    let ended = set.spawn_local(async { 7 });
    set.run_until(async {
        aborted.abort();
        aborted.await.unwrap_err();
        ended.await.unwrap()
    })
    .await;
    forget(set);
}

/// What is left of the tasks of sets that are gone.
#[leak_checked]
#[tokio::test]
async fn many_unwatched_sets_are_dropped() {
    for round in 0..100 {
        let set = LocalSet::new();
        let tasks: Vec<_> = (0..round % 5)
            .map(|_| set.spawn_local(pending::<()>()))
            .collect();
        set.run_until(yield_now()).await;
        drop(set);
        drop(tasks);
    }
}

#[leak_checked]
#[tokio::test(flavor = "local")]
#[ignore = "leaks on purpose"]
async fn task_of_a_local_runtime() {
    let shared = Rc::new(());
    for _ in 0..2 {
        let shared = Rc::clone(&shared);
        // leak: task x2
        // waits: at pending for nothing
        // why: never
        spawn_local(async move {
            pending::<()>().await; // at: pending
            drop(shared);
        });
    }
    yield_now().await;
}

#[leak_checked]
#[tokio::test(flavor = "local")]
async fn task_of_a_local_runtime_ends() {
    let shared = Rc::new(());
    let waits = Rc::clone(&shared);
    let aborted = spawn_local(async move {
        pending::<()>().await;
        drop(waits);
    });
    spawn_local(async move { drop(shared) });
    yield_now().await;
    aborted.abort();
}

/// The function `spawn_local` leaves the set aside, where it is called on a local runtime.
#[leak_checked]
#[tokio::test(flavor = "local")]
#[ignore = "leaks on purpose"]
async fn task_goes_to_the_local_runtime_of_a_set() {
    let set = LocalSet::new();
    set.run_until(async {
        // leak: task "Pending<()>"
        // waits: in core::future::pending::Pending for nothing
        // why: never
        spawn_local(pending::<()>());
        yield_now().await;
    })
    .await;
}

#[leak_checked]
#[tokio::test(flavor = "local")]
async fn set_on_a_local_runtime_is_dropped() {
    let set = watched();
    set.spawn_local(pending::<()>());
    set.run_until(yield_now()).await;
}

/// The runtime that drives the set has the timer, and does not count the task.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_of_a_set_sleeps() {
    let set = LocalSet::new();
    set.run_until(async {
        // leak: task
        // waits: at sleep for a timer
        // why: detached
        spawn_local(async {
            sleep(HOUR).await; // at: sleep
        });
        yield_now().await;
    })
    .await;
    forget(set);
}

#[leak_checked(ignore_created_by = "corpus::local::sleeping_task_of_a_set_is_accepted")]
#[tokio::test]
async fn sleeping_task_of_a_set_is_accepted() {
    let set = LocalSet::new();
    set.run_until(async {
        spawn_local(sleep(HOUR));
        yield_now().await;
    })
    .await;
    forget(set);
}

#[test]
fn every_report_is_exact() {
    verify("local", include_str!("local.rs"));
}
