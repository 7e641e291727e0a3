//! Bodies that are put together of what other crates and tokio offer, and are cancelled at an await: loops over
//! `select!`, sets and trackers, work that a `Drop` begins, statics that a cancelled body fills; as in `cancelled`.

use std::{
    future::{Future, pending},
    sync::{Arc, LazyLock},
    time::Duration,
};

use futures::{
    StreamExt,
    future::{abortable, join_all},
    stream::FuturesUnordered,
};
use leakcheck::leak_checked;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    runtime::Handle,
    sync::{Mutex, OnceCell, RwLock, Semaphore, mpsc, oneshot, watch},
    task::{AbortHandle, JoinHandle, JoinSet, LocalSet, spawn_blocking, spawn_local, yield_now},
    time::{self, interval, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{cancelled_resources::Finally, expected::verify};

/// Something that takes a moment.
async fn step() {
    yield_now().await; // at: step
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn set_with_one_that_never_ends() {
    let mut set = JoinSet::new();
    set.spawn(sleep(Duration::from_millis(1)));
    set.spawn(pending());
    set.join_next().await.unwrap().unwrap();
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn set_is_detached() {
    let mut set = JoinSet::new();
    // leak: task
    // waits: at pending for nothing
    // cancelled: at step
    // why: not-cancel-safe
    let abort = set.spawn(async {
        pending::<()>().await; // at: pending
    });
    set.detach_all();
    step().await;
    abort.abort();
}

/// The clock stands still, and an hour is over at once.
#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test(start_paused = true)]
#[ignore = "leaks on purpose"]
async fn ticker_in_paused_time() {
    // leak: task
    // waits: at tick for a timer
    // cancelled: at limit
    // why: not-cancel-safe
    let ticker = tokio::spawn(async {
        let mut ticks = interval(Duration::from_secs(60));
        loop {
            ticks.tick().await; // at: tick
        }
    });
    let limit = timeout(Duration::from_secs(3600), pending::<()>());
    assert!(limit.await.is_err()); // at: limit
    ticker.abort();
}

#[leak_checked(cancel = "each")]
#[tokio::test(start_paused = true)]
async fn ticker_of_the_body_in_paused_time() {
    let mut ticks = interval(Duration::from_secs(60));
    let ticking = async {
        for _ in 0..5 {
            ticks.tick().await;
        }
    };
    let outer = timeout(
        Duration::from_secs(3600),
        timeout(Duration::from_secs(600), ticking),
    );
    outer.await.unwrap().unwrap();
    time::advance(Duration::from_secs(3600)).await;
}

/// The loser of each turn is a handle, and its task goes on.
#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn handles_lose_in_a_loop() {
    let mut slow = Vec::new();
    for _ in 0..2 {
        // leak: task
        // waits: at slow for nothing
        // cancelled: at select x2
        // why: not-cancel-safe
        let mut task: JoinHandle<()> = tokio::spawn(async {
            pending::<()>().await; // at: slow
        });
        // at: select
        tokio::select! {
            _ = &mut task => {}
            () = sleep(Duration::from_millis(5)) => {}
        }
        slow.push(task);
    }
    slow.iter().for_each(JoinHandle::abort);
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn futures_lose_in_a_loop() {
    let (send, mut receive) = mpsc::channel::<u8>(1);
    let reader = tokio::spawn(async move { while receive.recv().await.is_some() {} });
    for _ in 0..3 {
        tokio::select! {
            () = pending() => {}
            result = send.send(1) => result.unwrap(),
            () = sleep(Duration::from_secs(60)) => {}
        }
    }
    drop(send);
    reader.await.unwrap();
}

/// Gives what it has back in a task of its own, as a connection of a pool does.
struct Lease<F: Future<Output = ()> + Send + 'static>(Option<F>);

impl<F: Future<Output = ()> + Send + 'static> Drop for Lease<F> {
    fn drop(&mut self) {
        if let Some(return_it) = self.0.take() {
            Handle::current().spawn(return_it);
        }
    }
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn drop_begins_what_ends() {
    let (returned, mut returns) = mpsc::channel(1);
    let lease = Lease(Some(async move {
        step().await;
        let _ = returned.send(()).await;
    }));
    step().await;
    drop(lease);
    returns.recv().await.unwrap();
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn drop_begins_what_waits_for_the_body() {
    let (confirm, mut confirmed) = watch::channel(false);
    let confirm = Arc::new(confirm);
    let mut theirs = Some((confirm.clone(), confirm.subscribe()));
    let lease = Finally(move || {
        let (keep, mut confirmed) = theirs.take().unwrap();
        // leak: task "drop_begins_what_waits_for_the_body::{closure}::{async block}"
        // waits: at confirmed for a change, held by itself in keep, for ever
        // cancelled: at step
        // why: own-sender
        tokio::spawn(async move {
            let _ = confirmed.changed().await; // at: confirmed
            drop(keep);
        });
    });
    step().await;
    drop(lease);
    confirm.send(true).unwrap();
    confirmed.changed().await.unwrap();
}

static ACCOUNT: LazyLock<Mutex<u32>> = LazyLock::new(Mutex::default);

/// The guard of a static goes with the body, and whoever waits for it has it next.
#[leak_checked(cancel = "each")]
#[tokio::test]
async fn guard_of_a_static() {
    let mut account = ACCOUNT.lock().await;
    let waiter = tokio::spawn(async { *ACCOUNT.lock().await });
    *account += 1;
    step().await;
    drop(account);
    assert!(waiter.await.unwrap() > 0);
}

/// The permit of a static is given back with the body.
#[leak_checked(cancel = "each")]
#[tokio::test]
async fn permit_of_a_static() {
    static GATE: Semaphore = Semaphore::const_new(1);
    let permit = GATE.acquire().await.unwrap();
    let waiter = tokio::spawn(async { drop(GATE.acquire().await) });
    step().await;
    drop(permit);
    waiter.await.unwrap();
}

static SETTINGS: OnceCell<u32> = OnceCell::const_new();

/// A body that is cancelled while it fills the cell leaves it empty, and the next one fills it.
#[leak_checked(cancel = "each")]
#[tokio::test]
async fn cell_is_filled() {
    let fill = || async {
        step().await;
        7
    };
    let theirs = tokio::spawn(async move { *SETTINGS.get_or_init(fill).await });
    assert_eq!(*SETTINGS.get_or_init(fill).await, 7);
    assert_eq!(theirs.await.unwrap(), 7);
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn closure_ends_with_the_body() {
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let closure = spawn_blocking(move || stopped.recv().is_err());
    step().await;
    drop(stop);
    assert!(closure.await.unwrap());
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn file_is_opened_and_read() {
    let mut text = String::new();
    let mut file = tokio::fs::File::open("/proc/self/comm").await.unwrap();
    file.read_to_string(&mut text).await.unwrap();
    assert!(!text.is_empty());
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn name_is_looked_up() {
    let mut found = tokio::net::lookup_host(("127.0.0.1", 80)).await.unwrap();
    assert!(found.next().is_some());
    let _ = tokio::net::TcpStream::connect(("localhost", 1)).await;
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn tasks_of_a_local_set() {
    let set = LocalSet::new();
    let work = set.run_until(async {
        let task = spawn_local(async {
            step().await;
            pending::<()>().await;
        });
        step().await;
        step().await;
        task.abort();
    });
    work.await;
}

#[leak_checked(cancel = "each")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocking_in_place() {
    let mut set = JoinSet::new();
    set.spawn(async {
        tokio::task::block_in_place(|| std::thread::sleep(Duration::from_millis(5)));
    });
    set.spawn(pending());
    set.join_next().await.unwrap().unwrap();
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn tracker_is_cancelled_at_the_end() {
    let (token, tracker) = (CancellationToken::new(), TaskTracker::new());
    let theirs = token.clone();
    // leak: task "TrackedFuture<{async block}>"
    // waits: at token for a cancellation, held by nobody found, for ever
    // cancelled: at step
    // why: token-orphaned
    tracker.spawn(async move {
        theirs.cancelled().await; // at: token
    });
    tracker.close();
    step().await;
    token.cancel();
    tracker.wait().await;
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn tracker_is_cancelled_by_a_guard() {
    let (token, tracker) = (CancellationToken::new(), TaskTracker::new());
    let guard = token.clone().drop_guard();
    for _ in 0..2 {
        let theirs = token.clone();
        tracker.spawn(async move { theirs.cancelled().await });
    }
    tracker.close();
    step().await;
    drop(guard);
    tracker.wait().await;
}

#[leak_checked(cancel = "1", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn handles_among_futures() {
    let mut aborts = Vec::new();
    let tasks = FuturesUnordered::new();
    for _ in 0..2 {
        // leak: task x2
        // waits: at among for nothing
        // cancelled: at step
        // why: not-cancel-safe
        let task = tokio::spawn(async {
            pending::<()>().await; // at: among
        });
        aborts.push(task.abort_handle());
        tasks.push(task);
    }
    step().await;
    aborts.iter().for_each(AbortHandle::abort);
    assert_eq!(tasks.collect::<Vec<_>>().await.len(), 2);
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn futures_that_can_be_aborted() {
    let (work, abort) = abortable(pending::<()>());
    let task = tokio::spawn(work);
    let others = join_all((0..3).map(|number| sleep(Duration::from_millis(number))));
    // Both go with the body: the task is told by its guard.
    let _guard = Finally(|| abort.abort());
    others.await;
    abort.abort();
    assert!(task.await.unwrap().is_err());
}

/// Whoever answers does not like it that nobody listens any more, and that is the end of its task.
#[leak_checked(cancel = "each")]
#[tokio::test]
async fn reply_is_not_wanted_any_more() {
    let (reply, replied) = oneshot::channel();
    let responder = tokio::spawn(async move {
        step().await;
        step().await;
        reply.send(1).unwrap();
    });
    assert_eq!(replied.await.unwrap(), 1);
    responder.await.unwrap();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn pipe_is_closed_by_the_body() {
    let (mut ours, mut theirs) = duplex(8);
    let echo = tokio::spawn(async move {
        let (mut read, mut write) = tokio::io::split(&mut theirs);
        tokio::io::copy(&mut read, &mut write).await
    });
    ours.write_all(b"a longer text").await.unwrap_or_default();
    let mut text = [0; 8];
    ours.read_exact(&mut text).await.unwrap();
    drop(ours);
    let _ = echo.await.unwrap();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn reader_of_a_lock_is_cancelled() {
    let lock = Arc::new(RwLock::new(0));
    let read = lock.clone().read_owned().await;
    let theirs = lock.clone();
    let writer = tokio::spawn(async move { *theirs.write().await += 1 });
    step().await;
    drop(read);
    writer.await.unwrap();
    assert_eq!(*lock.read().await, 1);
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn signal_is_waited_for() {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = sleep(Duration::from_millis(5)) => {}
    }
}

#[test]
fn every_report_is_exact() {
    verify(
        "cancelled_compositions",
        include_str!("cancelled_compositions.rs"),
    );
}
