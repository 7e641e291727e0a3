//! What has no size of its own may be the last field of a struct, and the other fields are not its: a handler that sends to
//! others is no sender of the channel from which its connection receives.

use std::{future::pending, sync::Arc};

use leakcheck::leak_checked;
use tokio::{
    sync::{
        Mutex, OwnedMutexGuard,
        mpsc::{Receiver, Sender, channel},
    },
    task::yield_now,
};

use crate::expected::verify;

trait Handler: Send {}

struct Forward(#[expect(dead_code, reason = "it is kept")] Sender<u8>);

impl Handler for Forward {}

struct Exclusive(#[expect(dead_code, reason = "it is kept")] OwnedMutexGuard<u8>);

impl Handler for Exclusive {}

struct Connection<H: ?Sized> {
    inbox: Receiver<u8>,
    #[expect(dead_code, reason = "it is kept")]
    handler: H,
}

async fn serve(mut connection: Box<Connection<dyn Handler>>) {
    while connection.inbox.recv().await.is_some() {} // at: receive
}

struct Job<H: ?Sized> {
    state: Arc<Mutex<u8>>,
    #[expect(dead_code, reason = "it is kept")]
    handler: H,
}

async fn work(job: Box<Job<dyn Handler>>) {
    *job.state.lock().await += 1; // at: lock
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn another_task_has_the_sender() {
    let ((sender, inbox), (out, _rest)) = (channel(1), channel(1));
    // leak: task
    // waits: at keep for nothing
    // why: never
    tokio::spawn(async move {
        pending::<()>().await; // at: keep
        drop(sender);
    });
    let handler = Forward(out);
    // leak: task "serve"
    // waits: at receive for a message, held by the task at keep in sender, for ever
    // why: follows task
    tokio::spawn(serve(Box::new(Connection { inbox, handler })));
    yield_now().await;
}

#[leak_checked]
#[tokio::test]
async fn the_sender_is_dropped() {
    let ((sender, inbox), (out, _rest)) = (channel(1), channel(1));
    let handler = Forward(out);
    let served = tokio::spawn(serve(Box::new(Connection { inbox, handler })));
    yield_now().await;
    drop(sender);
    served.await.unwrap();
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn the_handler_has_the_sender() {
    let (out, inbox) = channel(1);
    let handler = Forward(out);
    // leak: task "serve"
    // waits: at receive for a message, held by itself in connection.handler, for ever
    // why: own-sender
    tokio::spawn(serve(Box::new(Connection { inbox, handler })));
    yield_now().await;
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn the_handler_has_another_lock() {
    let (state, other) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let held = state.clone().lock_owned().await;
    // leak: task
    // waits: at hold for nothing
    // why: never
    tokio::spawn(async move {
        pending::<()>().await; // at: hold
        drop(held);
    });
    let handler = Exclusive(other.lock_owned().await);
    // leak: task "work"
    // waits: at lock for a mutex, held by the task at hold in held, for ever
    // why: follows task
    tokio::spawn(work(Box::new(Job { state, handler })));
    yield_now().await;
}

#[leak_checked]
#[tokio::test]
async fn the_lock_is_given_back() {
    let (state, other) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let held = state.clone().lock_owned().await;
    let handler = Exclusive(other.lock_owned().await);
    let worked = tokio::spawn(work(Box::new(Job { state, handler })));
    yield_now().await;
    drop(held);
    worked.await.unwrap();
}

#[test]
fn every_report_is_exact() {
    verify("unsized_tails", include_str!("unsized_tails.rs"));
}
