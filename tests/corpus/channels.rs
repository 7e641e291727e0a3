//! A task that waits at a channel whose other end neither comes nor goes is left behind; with the other end gone it ends.

use std::{mem::forget, sync::OnceLock};

use leakcheck::leak_checked;
use tokio::{
    sync::{broadcast, mpsc, oneshot},
    task::JoinSet,
};

use crate::expected::verify;

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn receiver_holds_its_own_sender() {
    let (sender, mut receiver) = mpsc::channel::<()>(1);
    // leak: task
    // waits: at recv for a message, held by itself in _sender, for ever
    // why: own-sender
    tokio::spawn(async move {
        let _sender = sender;
        receiver.recv().await // at: recv
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn receiver_holds_its_own_sender_on_workers() {
    let (sender, mut receiver) = mpsc::channel::<()>(1);
    // leak: task
    // waits: at recv for a message, held by itself in _sender, for ever
    // why: own-sender
    tokio::spawn(async move {
        let _sender = sender;
        receiver.recv().await // at: recv
    });
}

#[leak_checked]
#[tokio::test]
async fn receiver_ends_with_its_sender() {
    let (sender, mut receiver) = mpsc::channel::<()>(1);
    tokio::spawn(async move { receiver.recv().await });
    drop(sender);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn receiver_ends_with_its_sender_on_workers() {
    let (sender, mut receiver) = mpsc::channel::<()>(1);
    tokio::spawn(async move { receiver.recv().await });
    drop(sender);
}

struct Subscription {
    _events: mpsc::Receiver<u32>,
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sender_has_no_reader() {
    let (sender, events) = mpsc::channel(1);
    // leak: task
    // waits: at second send for room, held by nobody found
    // why: full-queue
    tokio::spawn(async move {
        sender.send(1).await?;
        sender.send(2).await // at: second send
    });
    forget(Subscription { _events: events });
}

/// Returns early and takes the receiver along.
async fn parse(input: &str) -> Result<u32, Box<dyn std::error::Error>> {
    let (sender, mut receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        sender.send(1).await?;
        sender.send(2).await
    });
    let number: u32 = input.parse()?;
    let sum = receiver.recv().await.unwrap_or(0) + receiver.recv().await.unwrap_or(0);
    Ok(number + sum)
}

#[leak_checked]
#[tokio::test]
async fn early_return_drops_the_receiver() {
    assert!(parse("seven").await.is_err());
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_keeps_the_sender() {
    static SENDER: OnceLock<mpsc::Sender<()>> = OnceLock::new(); // at: static
    let (sender, mut receiver) = mpsc::channel(1);
    SENDER.get_or_init(|| sender);
    // leak: task
    // waits: at recv for a message, held by the static SENDER at static
    // why: kept-by-static
    tokio::spawn(async move { receiver.recv().await }); // at: recv
}

struct Pool {
    jobs: Vec<mpsc::Sender<u32>>,
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn pool_keeps_its_queues_open() {
    let mut pool = Pool { jobs: Vec::new() };
    for _ in 0..4 {
        let (sender, mut jobs) = mpsc::channel(1);
        pool.jobs.push(sender);
        // leak: task x4
        // waits: at next job for a message, held by nobody found
        // why: forgotten
        tokio::spawn(async move { while jobs.recv().await.is_some() {} }); // at: next job
    }
    for queue in &pool.jobs {
        queue.send(1).await.unwrap();
    }
    forget(pool);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn pool_closes_its_queues() {
    let mut pool = Pool { jobs: Vec::new() };
    for _ in 0..4 {
        let (sender, mut jobs) = mpsc::channel(1);
        pool.jobs.push(sender);
        tokio::spawn(async move { while jobs.recv().await.is_some() {} });
    }
    for queue in &pool.jobs {
        queue.send(1).await.unwrap();
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn shutdown_awaits_a_worker_that_sends() {
    let (sender, receiver) = mpsc::channel(1);
    let mut workers = JoinSet::new();
    // leak: task
    // waits: at second send for room, held by the task at join in _unread, for ever
    // why: deadlock
    workers.spawn(async move {
        sender.send(1).await?;
        sender.send(2).await // at: second send
    });
    // leak: task
    // waits: at join for an end, held by the task at second send, for ever
    // why: follows task
    tokio::spawn(async move {
        let _unread = receiver;
        while workers.join_next().await.is_some() {} // at: join
    });
}

#[leak_checked]
#[tokio::test]
async fn shutdown_drops_what_a_worker_sends_to() {
    let (sender, receiver) = mpsc::channel(1);
    let mut workers = JoinSet::new();
    workers.spawn(async move {
        sender.send(1).await?;
        sender.send(2).await
    });
    drop(receiver);
    while workers.join_next().await.is_some() {}
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn done_is_never_said() {
    struct Server {
        _done: oneshot::Sender<()>,
    }
    static SERVER: OnceLock<Server> = OnceLock::new(); // at: server
    let (sender, done) = oneshot::channel();
    SERVER.get_or_init(|| Server { _done: sender });
    // leak: task "Receiver<()>"
    // waits: in tokio::sync::oneshot::Receiver for a value, held by the static SERVER at server in ._done
    // why: kept-by-static
    tokio::spawn(done);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn one_full_input_holds_up_the_cancellation_of_all() {
    let (results, unread) = mpsc::channel(1);
    forget(unread);
    let mut inputs = Vec::new();
    for _ in 0..3 {
        let (input, mut signals) = mpsc::channel::<&str>(1);
        let results = results.clone();
        // leak: task
        // waits: at result for room, held by nobody found
        // why: full-queue
        // leak: task x2
        // waits: at signal for a message, held by the task at cancel in inputs[1]
        // why: follows task
        tokio::spawn(async move {
            // at: signal
            while signals.recv().await == Some("row") {
                // The first row fills the channel that nobody reads.
                results.send(()).await.unwrap(); // at: result
            }
        });
        inputs.push(input);
    }
    // leak: task
    // waits: at cancel for room, held by the task at result in signals
    // why: follows task
    tokio::spawn(async move {
        for _ in 0..3 {
            inputs[0].send("row").await.unwrap();
        }
        for input in &inputs {
            input.send("cancel").await.unwrap(); // at: cancel
        }
    });
}

/// Starts work and hands out where its result will be.
fn request() -> oneshot::Receiver<u32> {
    let (answer, result) = oneshot::channel();
    tokio::spawn(async move { answer.send(7) });
    result
}

#[leak_checked]
#[tokio::test]
async fn result_is_dropped_unread() {
    drop(request());
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn results_are_parked_unread() {
    let (sender, results) = mpsc::channel(1);
    // leak: task
    // waits: at send for room, held by nobody found
    // why: full-queue
    tokio::spawn(async move {
        for result in 0..3 {
            sender.send(result).await.unwrap(); // at: send
        }
    });
    forget(vec![results]);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn broadcast_from_a_static() {
    static NEWS: OnceLock<broadcast::Sender<()>> = OnceLock::new(); // at: news
    let mut news = NEWS.get_or_init(|| broadcast::channel(1).0).subscribe();
    // leak: task
    // waits: at recv for a message, held by the static NEWS at news
    // why: kept-by-static
    tokio::spawn(async move { news.recv().await }); // at: recv
}

#[leak_checked]
#[tokio::test]
async fn broadcast_ends_with_its_sender() {
    let (sender, mut news) = broadcast::channel::<()>(1);
    tokio::spawn(async move { news.recv().await });
    drop(sender);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn oneshot_sender_is_stored() {
    let (sender, receiver) = oneshot::channel::<()>();
    // leak: task "Receiver<()>"
    // waits: in tokio::sync::oneshot::Receiver for a value, held by nobody found
    // why: forgotten
    tokio::spawn(receiver);
    forget(sender);
}

#[leak_checked]
#[tokio::test]
async fn oneshot_sender_is_dropped() {
    let (sender, receiver) = oneshot::channel::<()>();
    tokio::spawn(receiver);
    drop(sender);
}

#[test]
fn every_report_is_exact() {
    verify("channels", include_str!("channels.rs"));
}
