//! Who has the other end where no task has it: a static, by its name, the way inside it and the line of its declaration; how
//! many are nowhere; and tasks that own themselves.

use std::{
    collections::HashMap,
    mem::forget,
    sync::{Arc, LazyLock, Mutex, OnceLock, RwLock, Weak},
    time::Duration,
};

use leakcheck::leak_checked;
use leakcheck_tests::{Leak, Report};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::{AbortHandle, JoinHandle},
};
use tokio_util::sync::CancellationToken;

use crate::{expected::verify, finding::IS_EXACT};

const LONG: Duration = Duration::from_secs(3600);

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
    // why: kept-by-static
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
    // why: kept-by-static
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
    // why: forgotten
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
    // why: forgotten
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
    // why: kept-by-static
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
    // why: detached
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
    // why: kept-by-static
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
    // why: kept-by-static
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
    // why: full-queue
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
    // why: kept-by-static
    tokio::spawn(async move { token.cancelled().await }); // at: cancelled
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_notifies() {
    static NOTIFY: Notify = Notify::const_new(); // at: notify
    // leak: task "Notified"
    // waits: in tokio::sync::notify::Notified for a notification, held by the static NOTIFY at notify
    // why: kept-by-static
    tokio::spawn(NOTIFY.notified());
}

struct Cache {
    handle: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Cache {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.lock().unwrap().take() {
            handle.abort();
        }
    }
}

/// Refreshes a cache as long as that lives, which is as long as this does.
async fn refresh(cache: Arc<Cache>) {
    loop {
        tokio::time::sleep(LONG).await; // at: refresh
        assert!(cache.handle.lock().is_ok());
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn owner_of_its_owner() {
    let handle = Mutex::new(None);
    let cache = Arc::new(Cache { handle });
    // leak: task "refresh"
    // waits: at refresh for a timer
    // why: owner-cycle
    let refreshing = tokio::spawn(refresh(cache.clone()));
    *cache.handle.lock().unwrap() = Some(refreshing);
}

/// A static keeps the cache as well, and so it is not the task alone.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn owner_of_its_owner_with_another() {
    static CACHE: OnceLock<Arc<Cache>> = OnceLock::new();
    let handle = Mutex::new(None);
    let cache = CACHE.get_or_init(|| Arc::new(Cache { handle }));
    // leak: task "refresh"
    // waits: at refresh for a timer
    // why: owner-cycle
    let refreshing = tokio::spawn(refresh(cache.clone()));
    *cache.handle.lock().unwrap() = Some(refreshing);
}

/// It ends nothing when it is dropped.
struct Server {
    handle: Mutex<Option<JoinHandle<()>>>,
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn owner_that_ends_nothing() {
    let handle = Mutex::new(None);
    let server = Arc::new(Server { handle });
    let kept = server.clone();
    // leak: task
    // waits: at server for a timer
    // why: unknown
    let task = tokio::spawn(async move {
        tokio::time::sleep(LONG).await; // at: server
        assert!(kept.handle.lock().is_ok());
    });
    *server.handle.lock().unwrap() = Some(task);
}

/// What the task has is the handle of another.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn owner_of_another() {
    let handle = Mutex::new(None);
    let cache = Arc::new(Cache { handle });
    // leak: task "refresh"
    // waits: at refresh for a timer
    tokio::spawn(refresh(cache.clone()));
    *cache.handle.lock().unwrap() = Some(tokio::spawn(async {}));
}

async fn refresh_weakly(cache: Weak<Cache>) {
    while cache.upgrade().is_some() {
        tokio::time::sleep(LONG).await;
    }
}

#[leak_checked]
#[tokio::test]
async fn owner_is_not_owned() {
    let handle = Mutex::new(None);
    let cache = Arc::new(Cache { handle });
    let refreshing = tokio::spawn(refresh_weakly(Arc::downgrade(&cache)));
    *cache.handle.lock().unwrap() = Some(refreshing);
}

async fn stop_itself(stop: Arc<OnceLock<AbortHandle>>) {
    tokio::time::sleep(LONG).await; // at: stop
    stop.get().unwrap().abort();
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn owner_of_its_abort_handle() {
    let stop = Arc::new(OnceLock::new());
    // leak: task "stop_itself"
    // waits: at stop for a timer
    let stopping = tokio::spawn(stop_itself(Arc::clone(&stop)));
    stop.set(stopping.abort_handle()).unwrap();
}

/// One sender is the task's own, and two are nowhere.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn some_are_forgotten() {
    let (sender, mut queue) = mpsc::channel::<u8>(1);
    forget([sender.clone(), sender.clone()]);
    // leak: task
    // waits: at own for a message, held by itself in _sender
    tokio::spawn(async move {
        let _sender = sender;
        while queue.recv().await.is_some() {} // at: own
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn one_is_forgotten() {
    let (reply, answer) = oneshot::channel::<u8>();
    forget(reply);
    // leak: task
    // waits: at answer for a value, held by nobody found
    // why: forgotten
    tokio::spawn(async move {
        let _ = answer.await; // at: answer
    });
}

/// Whether a variable still is where it was is not known of a thread.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn one_is_with_a_thread() {
    let (sender, queue) = mpsc::channel(1);
    let keeper = std::thread::Builder::new().name("keeper".to_owned());
    // leak: thread "keeper"
    // waits: at asleep blocked in thread::sleep
    let started = keeper.spawn(move || {
        std::thread::sleep(LONG); // at: asleep
        drop::<Tx>(sender);
    });
    started.unwrap();
    // leak: task "receive"
    // waits: at queue for a message, held by perhaps the thread keeper at asleep in sender
    // why: follows thread
    tokio::spawn(receive(queue));
}

/// What a thread has given to a static is there, and with it no more.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn one_was_with_a_thread() {
    static GIVEN: Mutex<Option<Tx>> = Mutex::new(None); // at: given
    let (sender, queue) = mpsc::channel(1);
    // leak: thread
    // waits: at later asleep blocked in thread::sleep
    std::thread::spawn(move || {
        *GIVEN.lock().unwrap() = Some(sender);
        std::thread::sleep(LONG); // at: later asleep
    });
    // leak: task "receive"
    // waits: at queue for a message, held by the static GIVEN at given
    // why: kept-by-static
    tokio::spawn(receive(queue));
}

/// Of another channel it has one, and in a struct behind a pointer.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn one_of_two_is_with_a_thread() {
    struct Kept {
        sender: Tx,
    }
    fn keep(kept: &Kept) {
        std::thread::sleep(LONG); // at: kept
        assert!(kept.sender.is_closed());
    }
    let (sender, queue) = mpsc::channel(1);
    let (other, other_queue) = mpsc::channel(1);
    forget(other);
    let keeper = std::thread::Builder::new().name("boxed".to_owned());
    // leak: thread "boxed"
    // waits: at kept blocked in thread::sleep
    let started = keeper.spawn(move || {
        let kept = Box::new(Kept { sender });
        keep(&kept); // at: calls keep
    });
    started.unwrap();
    // leak: task "receive"
    // waits: at queue for a message, held by perhaps the thread boxed at calls keep in kept.sender
    // why: follows thread
    tokio::spawn(receive(queue));
    // leak: task "receive"
    // waits: at queue for a message, held by nobody found
    tokio::spawn(receive(other_queue));
}

/// A task of which the reports say more than marks do.
fn task<'r>(reports: &[&'r Report], test: &str) -> &'r Leak {
    let mut reports = reports.iter();
    let report = reports.find(|report| report.test == format!("keepers::{test}"));
    let mut leaks = report.unwrap().leaks.iter();
    leaks.find(|leak| leak.kind == "task").unwrap()
}

#[test]
fn every_report_is_exact() {
    let reports = verify("keepers", include_str!("keepers.rs"));
    let handle = |test| {
        let own = task(&reports, test).keeps_own_handle.as_ref()?;
        let Some(line) = own.at.as_ref().and_then(|at| at.line) else {
            panic!("a line of {test}");
        };
        assert!(own.certain && line > 0, "{test}");
        Some((&*own.kind, &*own.local, &*own.path, own.proven))
    };
    if IS_EXACT {
        let own = ("join", "cache", ".handle");
        assert_eq!(
            handle("owner_of_its_owner"),
            Some((own.0, own.1, own.2, true))
        );
        let with_another = handle("owner_of_its_owner_with_another");
        assert_eq!(with_another, Some((own.0, own.1, own.2, false)));
        let to_abort = handle("owner_of_its_abort_handle");
        assert_eq!(to_abort, Some(("abort", "stop", "", true)));
    }
    assert_eq!(handle("owner_of_another"), None);
    assert_eq!(handle("static_list"), None);
    let missing = |test| {
        let awaited = task(&reports, test).waits_for.as_ref();
        let missing = awaited.unwrap().missing.as_ref()?;
        Some((missing.ends, missing.whole, missing.threads))
    };
    if IS_EXACT {
        assert_eq!(missing("some_are_forgotten"), Some((2, true, 0)));
        assert_eq!(missing("one_is_forgotten"), Some((1, true, 0)));
        assert_eq!(missing("static_was_drained"), Some((1, true, 0)));
    }
    for found in [
        "one_was_with_a_thread",
        "static_once",
        "static_and_itself",
        "static_reply",
    ] {
        assert_eq!(missing(found), None, "{found}");
    }
}
