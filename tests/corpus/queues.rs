//! A reply whose sender is in a message that nobody has received: with whom the queue is, and where it is known that nobody ever
//! will. Next to each the same with an actor that replies, or drops what is left in its queue.

use std::{
    future::pending,
    mem::forget,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use leakcheck::leak_checked;
use tokio::{
    sync::{Mutex as AsyncMutex, mpsc, oneshot},
    time::sleep,
};

use crate::expected::verify;

const LONG: Duration = Duration::from_secs(3600);

struct Job {
    reply: oneshot::Sender<u8>,
}

fn job() -> (Job, oneshot::Receiver<u8>) {
    let (reply, receiver) = oneshot::channel();
    (Job { reply }, receiver)
}

async fn ask(reply: oneshot::Receiver<u8>) -> u8 {
    reply.await.unwrap_or(0) // at: asked
}

/// Replies to the first one, and never comes to the next.
async fn reply_once(mut jobs: mpsc::Receiver<Job>) {
    let first = jobs.recv().await;
    first.and_then(|first| first.reply.send(1).ok());
    pending::<()>().await; // at: stuck
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn actor_is_stuck() {
    let (sender, jobs) = mpsc::channel(4);
    let (first, replied) = job();
    let (second, reply) = job();
    assert!(sender.try_send(first).is_ok() && sender.try_send(second).is_ok());
    // leak: task "reply_once"
    // waits: at stuck for nothing
    // why: never
    tokio::spawn(reply_once(jobs));
    // leak: task "ask"
    // waits: at asked for a value, held by the task at stuck in jobs[0].reply, for ever
    // why: follows task
    tokio::spawn(ask(reply));
    assert_eq!(replied.await, Ok(1));
}

#[leak_checked]
#[tokio::test]
async fn actor_replies_to_all() {
    let (sender, mut jobs) = mpsc::channel(4);
    let (first, replied) = job();
    let (second, reply) = job();
    assert!(sender.try_send(first).is_ok() && sender.try_send(second).is_ok());
    drop(sender);
    tokio::spawn(async move {
        while let Some(Job { reply }) = jobs.recv().await {
            reply.send(1).ok();
        }
    });
    tokio::spawn(ask(reply));
    assert_eq!(replied.await, Ok(1));
}

#[leak_checked]
#[tokio::test]
async fn actor_ends_with_its_queue() {
    let (sender, mut jobs) = mpsc::channel::<Job>(4);
    let (first, replied) = job();
    let (second, reply) = job();
    assert!(sender.try_send(first).is_ok() && sender.try_send(second).is_ok());
    tokio::spawn(async move {
        let first = jobs.recv().await;
        first.and_then(|first| first.reply.send(1).ok());
    });
    let asking = tokio::spawn(ask(reply));
    assert_eq!(replied.await, Ok(1));
    assert_eq!(asking.await.unwrap(), 0);
}

/// It waits for something that may come, so nothing is for ever.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn actor_is_slow() {
    let (sender, mut jobs) = mpsc::unbounded_channel::<Job>();
    let (first, reply) = job();
    assert!(sender.send(first).is_ok());
    // leak: task
    // waits: at slow for a timer
    tokio::spawn(async move {
        sleep(LONG).await; // at: slow
        jobs.recv().await
    });
    // leak: task "ask"
    // waits: at asked for a value, held by the task at slow in jobs[0].reply
    // why: follows task
    tokio::spawn(ask(reply));
}

/// The actor is gone, and others have its queue still.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn queue_in_a_static() {
    static QUEUE: Mutex<Option<mpsc::Receiver<Job>>> = Mutex::new(None); // at: static queue
    let (sender, jobs) = mpsc::channel(4);
    let (first, reply) = job();
    assert!(sender.try_send(first).is_ok());
    *QUEUE.lock().unwrap() = Some(jobs);
    // leak: task "ask"
    // waits: at asked for a value, held by the static QUEUE at static queue in [0].reply
    // why: reply-lost
    tokio::spawn(ask(reply));
}

/// Whoever reads the queue was forgotten, and a sender keeps what is in it.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sender_in_a_static() {
    static SENDER: OnceLock<mpsc::Sender<Job>> = OnceLock::new(); // at: static sender
    let (sender, jobs) = mpsc::channel(4);
    let (first, reply) = job();
    assert!(sender.try_send(first).is_ok());
    SENDER.set(sender).unwrap();
    forget(jobs);
    // leak: task "ask"
    // waits: at asked for a value, held by the static SENDER at static sender in [0].reply
    // why: reply-lost
    tokio::spawn(ask(reply));
}

/// Others may come to the queue as well, so that nothing is proven.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn queue_that_is_shared() {
    let (sender, jobs) = mpsc::channel::<Job>(4);
    let (first, reply) = job();
    assert!(sender.try_send(first).is_ok());
    let jobs = Arc::new(AsyncMutex::new(jobs));
    forget(jobs.clone());
    // leak: task
    // waits: at shared for nothing
    // why: never
    tokio::spawn(async move {
        pending::<()>().await; // at: shared
        jobs.lock().await.recv().await
    });
    // leak: task "ask"
    // waits: at asked for a value, held by the task at shared in jobs[0].reply
    tokio::spawn(ask(reply));
}

/// What is in the queue is another reply.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn queue_of_other_replies() {
    let (sender, jobs) = mpsc::channel(4);
    let (other, _other_reply) = job();
    let (forgotten, reply) = job();
    assert!(sender.try_send(other).is_ok());
    forget(forgotten);
    // leak: task
    // waits: at others for a timer
    tokio::spawn(async move {
        sleep(LONG).await; // at: others
        drop(jobs);
    });
    // leak: task "ask"
    // waits: at asked for a value, held by nobody found
    // why: forgotten
    tokio::spawn(ask(reply));
}

/// Of a queue that is not read nobody knows what is in it.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn queue_that_is_not_read() {
    let (sender, jobs) = std::sync::mpsc::channel();
    let (first, reply) = job();
    assert!(sender.send(first).is_ok());
    // leak: task
    // waits: at not read for a timer
    tokio::spawn(async move {
        sleep(LONG).await; // at: not read
        drop(jobs);
    });
    // leak: task "ask"
    // waits: at asked for a value, held by nobody found
    tokio::spawn(ask(reply));
}

/// It was received, and is in a variable now.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn message_that_was_received() {
    let (sender, mut jobs) = mpsc::channel::<Job>(4);
    let (first, reply) = job();
    assert!(sender.try_send(first).is_ok());
    // leak: task
    // waits: at received for a timer
    tokio::spawn(async move {
        let job = jobs.recv().await;
        sleep(LONG).await; // at: received
        drop(job);
    });
    // leak: task "ask"
    // waits: at asked for a value, held by the task at received in job.reply
    // why: follows task
    tokio::spawn(ask(reply));
}

/// It waits for the reply to what is in its own queue.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn own_queue() {
    let (sender, mut jobs) = mpsc::channel::<Job>(4);
    // leak: task
    // waits: at own reply for a value, held by itself in jobs[0].reply, for ever
    // why: reply-lost
    tokio::spawn(async move {
        let (first, reply) = job();
        drop(sender.send(first).await);
        let number = reply.await; // at: own reply
        drop(jobs.recv().await);
        number
    });
}

#[test]
fn every_report_is_exact() {
    verify("queues", include_str!("queues.rs"));
}
