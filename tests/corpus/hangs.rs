//! A body that hangs like the tasks of other files: it is reported with who holds what it waits for, and given up. At
//! once where it is proven that nothing can wake it, else when its time is over. Those that are proven have a limit for
//! optimised code, where some proofs are missing.

use std::{
    mem::forget,
    sync::{
        Arc, Mutex as StdMutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use leakcheck::leak_checked;
use tokio::{
    sync::{Mutex, Notify, mpsc, oneshot},
    task::{JoinSet, spawn_blocking, yield_now},
    time::sleep,
};

use crate::expected::verify;

#[leak_checked(timeout = "20s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn mutex_locked_twice() {
    let lock = Mutex::new(0);
    let first = lock.lock().await;
    // hangs: deadlock
    // waits: at second lock for a mutex, held by itself in first, for ever
    let second = lock.lock().await; // at: second lock
    drop((first, second));
}

#[leak_checked(timeout = "20s")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "hangs on purpose"]
async fn mutex_locked_twice_on_workers() {
    let lock = Mutex::new(0);
    let first = lock.lock().await;
    // hangs: deadlock
    // waits: at second lock for a mutex, held by itself in first, for ever
    let second = lock.lock().await; // at: second lock
    drop((first, second));
}

#[leak_checked(timeout = "20s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn mutex_of_a_future_that_nobody_polls() {
    let lock = Mutex::new(0);
    let mut future = Box::pin(async {
        let mut guard = lock.lock().await;
        sleep(Duration::from_secs(3600)).await;
        *guard += 1;
    });
    tokio::select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    // hangs: deadlock
    // waits: at number for a mutex, held by itself in future.guard, for ever
    let number = *lock.lock().await; // at: number
    future.await;
    assert_eq!(number, 0);
}

#[leak_checked]
#[tokio::test]
async fn mutex_of_a_future_that_is_polled_to_its_end() {
    let (lock, may_go_on) = (Mutex::new(0), Notify::new());
    let mut future = Box::pin(async {
        let mut guard = lock.lock().await;
        may_go_on.notified().await;
        *guard += 1;
    });
    tokio::select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    may_go_on.notify_one();
    future.await;
    let number = *lock.lock().await;
    assert_eq!(number, 1);
}

#[leak_checked]
#[tokio::test]
async fn mutex_given_back_in_between() {
    let lock = Mutex::new(0);
    let first = *lock.lock().await;
    let second = *lock.lock().await;
    assert_eq!(first, second);
}

/// The task has one lock and goes for that of the body, which goes for that of the task.
#[leak_checked(timeout = "20s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn opposite_order() {
    let (a, b) = (Arc::new(Mutex::new(1)), Arc::new(Mutex::new(2)));
    let held = a.clone().lock_owned().await;
    let (has_both, both) = oneshot::channel();
    let theirs = (a.clone(), b.clone());
    // hangs: deadlock
    // waits: at own lock for a mutex, held by the task at their lock in first, for ever
    // alive: task
    // waits: at their lock for a mutex, held by the body in held, for ever
    tokio::spawn(async move {
        let first = theirs.1.lock().await;
        has_both.send(()).unwrap();
        let second = theirs.0.lock().await; // at: their lock
        drop((first, second));
    });
    both.await.unwrap();
    let own = b.lock().await; // at: own lock
    drop((held, own));
}

#[leak_checked]
#[tokio::test]
async fn same_order() {
    let (a, b) = (Arc::new(Mutex::new(1)), Arc::new(Mutex::new(2)));
    let theirs = (a.clone(), b.clone());
    let task = tokio::spawn(async move { *theirs.0.lock().await + *theirs.1.lock().await });
    let sum = *a.lock().await + *b.lock().await;
    assert_eq!(task.await.unwrap(), sum);
}

#[leak_checked(timeout = "60s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn shutdown_awaits_a_worker_that_sends() {
    let (sender, receiver) = mpsc::channel(1);
    let mut workers = JoinSet::new();
    // hangs: deadlock
    // waits: at join for an end, held by the task at second send, for ever
    // alive: task
    // waits: at second send for room, held by the body in receiver, for ever
    workers.spawn(async move {
        sender.send(1).await?;
        sender.send(2).await // at: second send
    });
    while workers.join_next().await.is_some() {} // at: join
    drop(receiver);
}

#[leak_checked(timeout = "60s")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "hangs on purpose"]
async fn shutdown_awaits_a_worker_that_sends_on_workers() {
    let (sender, receiver) = mpsc::channel(1);
    let mut workers = JoinSet::new();
    // hangs: deadlock
    // waits: at join for an end, held by the task at second send, for ever
    // alive: task
    // waits: at second send for room, held by the body in receiver, for ever
    workers.spawn(async move {
        sender.send(1).await?;
        sender.send(2).await // at: second send
    });
    while workers.join_next().await.is_some() {} // at: join
    drop(receiver);
}

#[leak_checked(timeout = "60s")]
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

#[leak_checked(timeout = "20s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn done_is_never_said() {
    let (stored, done) = oneshot::channel::<()>();
    // hangs: deadlock
    // waits: at done for a value, held by itself in stored, for ever
    let _ = done.await; // at: done
    drop(stored);
}

#[leak_checked(timeout = "20s")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "hangs on purpose"]
async fn done_is_kept_by_a_task() {
    let (stored, done) = oneshot::channel::<()>();
    // hangs: deadlock
    // waits: at done for a value, held by the task at keep in _stored, for ever
    // leak: task
    // waits: at keep for nothing
    // why: never
    // alive: task
    // waits: at keep for nothing
    tokio::spawn(async move {
        let _stored = stored;
        std::future::pending::<()>().await; // at: keep
    });
    let _ = done.await; // at: done
}

static STORED: StdMutex<Option<oneshot::Sender<()>>> = StdMutex::new(None); // at: stored

#[leak_checked(timeout = "3s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn done_is_stored_in_a_static() {
    let (sender, done) = oneshot::channel::<()>();
    *STORED.lock().unwrap() = Some(sender);
    // hangs: timeout
    // waits: at done for a value, held by the static STORED at stored
    let _ = done.await; // at: done
}

static BLOCKED: StdMutex<Option<std::sync::mpsc::Sender<()>>> = StdMutex::new(None);

/// The body is suspended, and what it waits for is in synchronous code.
#[leak_checked(timeout = "3s")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "hangs on purpose"]
async fn task_blocks_a_worker() {
    let (sender, done) = std::sync::mpsc::channel::<()>();
    *BLOCKED.lock().unwrap() = Some(sender);
    // hangs: timeout
    // waits: at task for an end, held by the running task
    // leak: task
    // waits: at recv blocked in mpsc::recv
    // why: blocking-in-async
    // alive: task
    // runs
    let task = tokio::spawn(async move { done.recv() }); // at: recv
    let _ = task.await; // at: task
}

#[leak_checked]
#[tokio::test]
async fn done_is_said() {
    let (sender, done) = oneshot::channel::<()>();
    tokio::spawn(async move { sender.send(()) });
    done.await.unwrap();
}

/// A worker that looks at its next input when the one before was answered.
async fn work(mut inputs: mpsc::Receiver<u32>, answers: mpsc::Sender<u32>) {
    while let Some(input) = inputs.recv().await {
        if answers.send(input).await.is_err() {
            return;
        }
    }
}

#[leak_checked(timeout = "60s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn one_full_input_holds_up_the_cancellation_of_all() {
    let (inputs, theirs) = mpsc::channel(1);
    let (answers, unread) = mpsc::channel(1);
    // hangs: deadlock
    // waits: at cancel for room, held by the task at busy in theirs, for ever
    // alive: task
    // waits: at busy for room, held by the body in unread, for ever
    tokio::spawn(async move {
        let theirs = theirs;
        answers.send(0).await.unwrap();
        let _ = answers.send(1).await; // at: busy
        drop(theirs);
    });
    for input in 0..3 {
        inputs.send(input).await.unwrap(); // at: cancel
    }
    drop(unread);
}

#[leak_checked]
#[tokio::test]
async fn cancellation_is_tried() {
    let (inputs, theirs) = mpsc::channel(1);
    let (answers, unread) = mpsc::channel(1);
    let worker = tokio::spawn(work(theirs, answers));
    for input in 0..3 {
        // Whoever is full is not waited for.
        let _ = inputs.try_send(input);
    }
    drop((inputs, unread));
    worker.await.unwrap();
}

#[leak_checked(timeout = "3s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn blocking_closure_waits_for_ever() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    // hangs: timeout
    // waits: at closure for an end, held by nobody found
    // alive: thread "tokio-rt-worker"
    // leak: blocking_task
    // waits: at recv blocked in mpsc::recv
    let closure = spawn_blocking(move || receiver.recv()); // at: recv
    // The body is dropped; what the closure waits for must not go with it.
    forget(sender);
    let _ = closure.await; // at: closure
}

/// As tests do that wait for something by looking again and again: it is polled before it is read.
async fn wait_until(is_so: &AtomicBool) {
    while !is_so.load(Ordering::SeqCst) {
        sleep(Duration::from_millis(5)).await; // at: look
    }
}

#[leak_checked(timeout = "1s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn looks_for_what_never_comes() {
    // hangs: timeout
    // waits: at look for a timer
    wait_until(&AtomicBool::new(false)).await;
}

#[leak_checked(timeout = "1s")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "hangs on purpose"]
async fn looks_for_what_never_comes_on_workers() {
    // hangs: timeout
    // waits: at look for a timer
    wait_until(&AtomicBool::new(false)).await;
}

#[leak_checked(timeout = "60s")]
#[tokio::test]
async fn looks_until_it_is_there() {
    let is_there = Arc::new(AtomicBool::new(false));
    let task = tokio::spawn({
        let is_there = Arc::clone(&is_there);
        async move { is_there.store(true, Ordering::SeqCst) }
    });
    wait_until(&is_there).await;
    task.await.unwrap();
}

#[leak_checked]
#[tokio::test]
async fn blocking_closure_ends_with_its_sender() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let closure = spawn_blocking(move || receiver.recv());
    drop(sender);
    closure.await.unwrap().unwrap_err();
}

#[test]
fn every_report_is_exact() {
    verify("hangs", include_str!("hangs.rs"));
}
