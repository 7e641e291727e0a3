//! What a task has and does not poll is no wait of it: branches of `select!` that are switched off, streams whose last item is
//! still at work, tasks that were never polled at all.

use std::{future::pending, mem::forget, pin::Pin};

use futures::{FutureExt, StreamExt, stream};
use leakcheck::leak_checked;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::{LocalSet, yield_now},
    time::{Duration, sleep},
};

use crate::expected::verify;

const HOUR: Duration = Duration::from_secs(3600);

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn branch_is_switched_off() {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    // leak: task
    // waits: at select for a message, held by itself in _sender, for ever
    // why: own-sender
    tokio::spawn(async move {
        let (_sender, is_draining) = (sender, false);
        tokio::select! { // at: select
            _ = jobs.recv() => {}
            () = sleep(HOUR), if is_draining => {}
        }
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn branch_is_switched_off_on_workers() {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    // leak: task
    // waits: at select for a message, held by itself in _sender, for ever
    // why: own-sender
    tokio::spawn(async move {
        let (_sender, is_draining) = (sender, false);
        tokio::select! { // at: select
            _ = jobs.recv() => {}
            () = sleep(HOUR), if is_draining => {}
        }
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn branch_is_switched_on() {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    // leak: task
    // waits: at select for a message, held by itself in _sender
    // or: for a timer
    tokio::spawn(async move {
        let (_sender, is_draining) = (sender, true);
        tokio::select! { // at: select
            _ = jobs.recv() => {}
            () = sleep(HOUR), if is_draining => {}
        }
    });
}

#[leak_checked]
#[tokio::test]
async fn branch_is_switched_off_beside_one_that_ends() {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    tokio::spawn(async move {
        let is_draining = false;
        tokio::select! {
            _ = jobs.recv() => {}
            () = sleep(HOUR), if is_draining => {}
        }
    });
    drop(sender);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn handle_is_done_behind_a_condition() {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let mut worker = tokio::spawn(yield_now());
    // leak: task
    // waits: at select for a message, held by itself in _sender, for ever
    // why: own-sender
    tokio::spawn(async move {
        let _sender = sender;
        let mut is_done = false;
        loop {
            tokio::select! { // at: select
                _ = &mut worker, if !is_done => is_done = true,
                _ = jobs.recv() => break,
            }
        }
    });
}

#[leak_checked]
#[tokio::test]
async fn handle_is_done_behind_a_condition_and_the_rest_ends() {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let mut worker = tokio::spawn(yield_now());
    tokio::spawn(async move {
        let mut is_done = false;
        loop {
            tokio::select! {
                _ = &mut worker, if !is_done => is_done = true,
                _ = jobs.recv() => break,
            }
        }
    });
    drop(sender);
}

/// A stream of messages.
fn messages(jobs: mpsc::Receiver<u8>) -> impl stream::Stream<Item = u8> {
    stream::unfold(jobs, |mut jobs| async move {
        let job = jobs.recv().await?; // at: next message
        Some((job, jobs))
    })
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn item_is_at_work() {
    let (sender, jobs) = mpsc::channel::<u8>(1);
    sender.send(1).await.unwrap();
    // leak: task
    // waits: at work for nothing
    // why: never
    tokio::spawn(async move {
        messages(jobs)
            .for_each(|_| async {
                pending::<()>().await; // at: work
            })
            .await;
    });
    forget(sender);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn item_is_at_work_on_workers() {
    let (sender, jobs) = mpsc::channel::<u8>(1);
    sender.send(1).await.unwrap();
    // leak: task
    // waits: at work for nothing
    // why: never
    tokio::spawn(async move {
        messages(jobs)
            .for_each(|_| async {
                pending::<()>().await; // at: work
            })
            .await;
    });
    forget(sender);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn item_is_done() {
    let (sender, jobs) = mpsc::channel::<u8>(1);
    sender.send(1).await.unwrap();
    // leak: task
    // waits: at next message for a message, held by nobody found
    // why: forgotten
    tokio::spawn(async move { messages(jobs).for_each(|_| async {}).await });
    forget(sender);
}

#[leak_checked]
#[tokio::test]
async fn item_is_done_and_no_more_come() {
    let (sender, jobs) = mpsc::channel::<u8>(1);
    sender.send(1).await.unwrap();
    tokio::spawn(async move { messages(jobs).for_each(|_| async {}).await });
}

#[leak_checked(timeout = "20s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn body_has_a_branch_that_is_switched_off() {
    let (stop, mut stopped) = watch::channel(false);
    let is_retried = false;
    // hangs: deadlock
    // waits: at select for a change, held by itself in stop, for ever
    tokio::select! { // at: select
        _ = stopped.changed() => {}
        () = sleep(HOUR), if is_retried => {}
    }
    drop(stop);
}

#[leak_checked(timeout = "20s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn body_has_an_item_at_work() {
    let (sender, jobs) = mpsc::channel::<u8>(1);
    sender.send(1).await.unwrap();
    forget(sender);
    // hangs: deadlock
    // waits: at work of the body for nothing
    messages(jobs)
        .for_each(|_| async {
            pending::<()>().await; // at: work of the body
        })
        .await;
}

#[leak_checked]
#[tokio::test]
async fn body_has_an_item_that_is_done() {
    let (sender, jobs) = mpsc::channel::<u8>(1);
    sender.send(1).await.unwrap();
    drop(sender);
    messages(jobs).for_each(|_| async {}).await;
}

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn combinator_in_a_box() {
    let (sender, receiver) = oneshot::channel::<()>();
    let boxed: Boxed = Box::pin(receiver.map(drop));
    // leak: task "Map<Receiver<()>, fn(Result<(), RecvError>)>"
    // waits: in futures_util::future::future::Map for a value, held by nobody found
    // why: forgotten
    tokio::spawn(boxed);
    forget(sender);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn combinator_in_a_box_on_workers() {
    let (sender, receiver) = oneshot::channel::<()>();
    let boxed: Boxed = Box::pin(receiver.map(drop));
    // leak: task "Map<Receiver<()>, fn(Result<(), RecvError>)>"
    // waits: in futures_util::future::future::Map for a value, held by nobody found
    // why: forgotten
    tokio::spawn(boxed);
    forget(sender);
}

#[leak_checked]
#[tokio::test]
async fn combinator_in_a_box_ends() {
    let (sender, receiver) = oneshot::channel::<()>();
    let boxed: Boxed = Box::pin(receiver.map(drop));
    tokio::spawn(boxed);
    drop(sender);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn set_is_never_driven() {
    let set = LocalSet::new();
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    // leak: task
    // new
    // why: never-polled
    set.spawn_local(async move {
        while let Some(job) = jobs.recv().await {
            assert_ne!(job, 0);
        }
    });
    forget((set, sender));
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn set_with_a_combinator_is_never_driven() {
    let set = LocalSet::new();
    // leak: task "Map<{async block}, fn(())>"
    // new
    // why: never-polled
    set.spawn_local(async {}.map(drop));
    forget(set);
}

#[leak_checked]
#[tokio::test]
async fn set_is_driven_to_its_end() {
    let set = LocalSet::new();
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    set.spawn_local(async move {
        while let Some(job) = jobs.recv().await {
            assert_ne!(job, 0);
        }
    });
    drop(sender);
    set.await;
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn signals_do_not_come() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup()).unwrap();
    // leak: task
    // waits: at select for ctrl-c
    // or: for a signal
    tokio::spawn(async move {
        tokio::select! { // at: select
            _ = tokio::signal::ctrl_c() => {}
            _ = hangup.recv() => {}
        }
    });
}

#[test]
fn every_report_is_exact() {
    verify("polled", include_str!("polled.rs"));
}
