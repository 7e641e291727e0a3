//! Where the other end may be at a place that is not read, nothing is said to be forgotten.

use std::{
    ptr,
    sync::{
        LazyLock,
        atomic::{AtomicPtr, Ordering},
    },
    time::Duration,
};

use leakcheck::leak_checked;
use tokio::{
    runtime::{Builder, Runtime},
    sync::{mpsc, oneshot},
};

use crate::expected::verify_alone;

/// A static leads to it by a pointer that anybody may swap.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn behind_an_atomic_pointer() {
    static KEPT: AtomicPtr<mpsc::Sender<u8>> = AtomicPtr::new(ptr::null_mut());
    let (sender, mut queue) = mpsc::channel(1);
    KEPT.store(Box::into_raw(Box::new(sender)), Ordering::SeqCst);
    // leak: task
    // waits: at swapped for a message, held by nobody found
    tokio::spawn(async move { queue.recv().await }); // at: swapped
}

/// A task of a runtime that outlives the test has it.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn on_a_runtime_of_the_process() {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().build().unwrap()
    });
    let (reply, answer) = oneshot::channel::<u8>();
    RUNTIME.spawn(async move {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        drop(reply);
    });
    // leak: task
    // waits: at elsewhere for a value, held by nobody found
    tokio::spawn(async move { answer.await.is_ok() }); // at: elsewhere
}

#[test]
fn every_report_is_exact() {
    // What one of them has in a static, all would see.
    verify_alone("hidden", include_str!("hidden.rs"));
}
