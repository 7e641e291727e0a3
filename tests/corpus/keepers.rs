//! Who has the other end where no task has it: a static, by its name, the way inside it and the line of its declaration.

use std::{
    collections::HashMap,
    mem::forget,
    sync::{Arc, LazyLock, Mutex, OnceLock, RwLock},
};

use leakcheck::leak_checked;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::expected::verify;

type Tx = mpsc::Sender<u8>;

async fn receive(mut queue: mpsc::Receiver<u8>) {
    while queue.recv().await.is_some() {} // at: queue
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_once() {
    static SENDER: OnceLock<Tx> = OnceLock::new(); // at: once
    let (sender, queue) = mpsc::channel(1);
    SENDER.set(sender).unwrap();
    // leak: task "receive"
    // waits: at queue for a message, held by the static SENDER at once
    tokio::spawn(receive(queue));
}

static REGISTRY: Mutex<Vec<(String, Tx)>> = Mutex::new(Vec::new()); // at: registry

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_list() {
    let (other, _queue) = mpsc::channel(1);
    let (sender, queue) = mpsc::channel(1);
    let named = [("a".to_owned(), other), ("b".to_owned(), sender)];
    REGISTRY.lock().unwrap().extend(named);
    // leak: task "receive"
    // waits: at queue for a message, held by the static REGISTRY at registry in [1].1
    tokio::spawn(receive(queue));
}

/// What was taken out is nowhere.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_was_drained() {
    static TAKEN: Mutex<Option<Tx>> = Mutex::new(None);
    let (sender, queue) = mpsc::channel(1);
    *TAKEN.lock().unwrap() = Some(sender);
    forget(TAKEN.lock().unwrap().take());
    // leak: task "receive"
    // waits: at queue for a message, held by nobody found
    tokio::spawn(receive(queue));
}

/// The static of another channel, and one that was never filled.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_of_another_channel() {
    static OTHER: OnceLock<Tx> = OnceLock::new();
    static EMPTY: OnceLock<Tx> = OnceLock::new();
    let (other, _queue) = mpsc::channel(1);
    OTHER.set(other).unwrap();
    assert!(EMPTY.get().is_none());
    let (sender, queue) = mpsc::channel(1);
    forget(sender);
    // leak: task "receive"
    // waits: at queue for a message, held by nobody found
    tokio::spawn(receive(queue));
}

#[leak_checked]
#[tokio::test]
async fn static_is_emptied() {
    static SENDER: Mutex<Option<Tx>> = Mutex::new(None);
    let (sender, queue) = mpsc::channel(1);
    *SENDER.lock().unwrap() = Some(sender);
    tokio::spawn(receive(queue));
    drop(SENDER.lock().unwrap().take());
}

struct Hub {
    changes: watch::Sender<u8>,
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_map_of_shared() {
    static HUBS: LazyLock<RwLock<HashMap<u8, Arc<Hub>>>> = LazyLock::new(RwLock::default); // at: hubs
    let (changes, mut watched) = watch::channel(1);
    let old = HUBS.write().unwrap().insert(1, Arc::new(Hub { changes }));
    assert!(old.is_none_or(|hub| hub.changes.is_closed()));
    // leak: task
    // waits: at changed for a change, held by the static HUBS at hubs in [..].changes
    tokio::spawn(async move { watched.changed().await }); // at: changed
}

/// One sender is in a static, and one is the task's own.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_and_itself() {
    static BESIDE: OnceLock<mpsc::Sender<()>> = OnceLock::new(); // at: beside
    let (sender, mut queue) = mpsc::channel(1);
    BESIDE.set(sender.clone()).unwrap();
    // leak: task
    // waits: at both for a message, held by itself in _sender and the static BESIDE at beside
    tokio::spawn(async move {
        let _sender = sender;
        while queue.recv().await.is_some() {} // at: both
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_reply() {
    static REPLY: parking_lot::Mutex<Option<oneshot::Sender<u8>>> = parking_lot::const_mutex(None); // at: reply
    let (reply, answer) = oneshot::channel();
    *REPLY.lock() = Some(reply);
    // leak: task "Receiver<u8>"
    // waits: in tokio::sync::oneshot::Receiver for a value, held by the static REPLY at reply
    tokio::spawn(answer);
}

#[leak_checked]
#[tokio::test]
async fn static_answers() {
    static REPLY: parking_lot::Mutex<Option<oneshot::Sender<u8>>> = parking_lot::const_mutex(None);
    let (reply, answer) = oneshot::channel();
    *REPLY.lock() = Some(reply);
    let asked = tokio::spawn(answer);
    let reply = REPLY.lock().take();
    reply.unwrap().send(1).unwrap();
    asked.await.unwrap().unwrap();
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_receiver() {
    static FULL: OnceLock<Mutex<mpsc::Receiver<u8>>> = OnceLock::new(); // at: full
    let (sender, queue) = mpsc::channel(1);
    FULL.set(Mutex::new(queue)).unwrap();
    sender.send(1).await.unwrap();
    // leak: task
    // waits: at send for room, held by the static FULL at full
    tokio::spawn(async move { sender.send(2).await }); // at: send
}

/// One end is no other.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_sender_of_a_full_channel() {
    static SENDER: OnceLock<Tx> = OnceLock::new();
    let (sender, queue) = mpsc::channel(1);
    SENDER.set(sender.clone()).unwrap();
    forget(queue);
    sender.send(1).await.unwrap();
    // leak: task
    // waits: at send for room, held by nobody found
    tokio::spawn(async move { sender.send(2).await }); // at: send
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_token() {
    static TOKEN: LazyLock<CancellationToken> = LazyLock::new(CancellationToken::new); // at: token
    let token = TOKEN.clone();
    // leak: task
    // waits: at cancelled for a cancellation, held by the static TOKEN at token
    tokio::spawn(async move { token.cancelled().await }); // at: cancelled
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_notifies() {
    static NOTIFY: Notify = Notify::const_new(); // at: notify
    // leak: task "Notified"
    // waits: in tokio::sync::notify::Notified for a notification, held by the static NOTIFY at notify
    tokio::spawn(NOTIFY.notified());
}

#[test]
fn every_report_is_exact() {
    verify("keepers", include_str!("keepers.rs"));
}
