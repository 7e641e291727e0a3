//! Who has the other end in a variable of the body's thread is told; what is in those of other threads is not found.

use std::cell::{Cell, OnceCell, RefCell};

use leakcheck::leak_checked;
use tokio::sync::{mpsc, oneshot, watch};

use crate::expected::verify;

thread_local! { // at: block
    /// Nothing is waited for that is in it.
    static COUNT: Cell<u32> = const { Cell::new(0) };
    static QUEUES: RefCell<Vec<(u32, mpsc::Sender<()>)>> = RefCell::new(Vec::with_capacity(1));
    static REPLY: RefCell<Option<oneshot::Sender<()>>> = const { RefCell::new(None) };
    static STATE: OnceCell<watch::Sender<u32>> = const { OnceCell::new() };
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sender_is_in_a_thread_local() {
    let (sender, mut receiver) = mpsc::channel(1);
    QUEUES.with_borrow_mut(|queues| queues.push((7, sender)));
    COUNT.set(1);
    // leak: task
    // waits: at message for a message, held by the thread-local QUEUES at block in [0].1
    // why: kept-by-static
    tokio::spawn(async move {
        while receiver.recv().await.is_some() {} // at: message
    });
}

/// The body runs on the thread of the test.
#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn sender_is_in_a_thread_local_on_workers() {
    let (sender, receiver) = oneshot::channel();
    REPLY.set(Some(sender));
    // leak: task
    // waits: at value for a value, held by the thread-local REPLY at block
    // why: kept-by-static
    tokio::spawn(async move {
        let _ = receiver.await; // at: value
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sender_is_in_a_cell_that_is_filled_once() {
    let (sender, mut receiver) = watch::channel(0);
    STATE.with(|state| assert!(state.set(sender).is_ok()));
    // leak: task
    // waits: at change for a change, held by the thread-local STATE at block
    // why: kept-by-static
    tokio::spawn(async move { receiver.changed().await }); // at: change
}

#[leak_checked]
#[tokio::test]
async fn sender_is_taken_out_again() {
    let (sender, mut receiver) = mpsc::channel(1);
    QUEUES.with_borrow_mut(|queues| queues.push((7, sender)));
    tokio::spawn(async move { while receiver.recv().await.is_some() {} });
    QUEUES.take();
}

/// It was there, and is elsewhere by now.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sender_was_in_a_thread_local() {
    let (sender, receiver) = oneshot::channel::<()>();
    REPLY.set(Some(sender));
    // leak: task
    // waits: at gone for a value, held by nobody found
    // why: forgotten
    tokio::spawn(async move {
        let _ = receiver.await; // at: gone
    });
    std::mem::forget(REPLY.take());
}

/// Each thread has its own.
#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "leaks on purpose"]
async fn sender_is_in_a_variable_of_a_worker() {
    let (sender, receiver) = oneshot::channel::<()>();
    let kept = tokio::spawn(async move { REPLY.set(Some(sender)) });
    kept.await.expect("it does not panic");
    // leak: task
    // waits: at other for a value, held by nobody found
    // why: forgotten
    tokio::spawn(async move {
        let _ = receiver.await; // at: other
    });
}

#[test]
fn every_report_is_exact() {
    verify("thread_locals", include_str!("thread_locals.rs"));
}
