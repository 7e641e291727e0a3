//! A deadlock leaves everyone behind who takes part in it, and a lock given back on every path leaves nobody.

use std::sync::{Arc, OnceLock};

use leakcheck::leak_checked;
use tokio::{
    sync::{Barrier, Mutex, RwLock, mpsc},
    task::yield_now,
};

use crate::expected::verify;

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn mutex_locked_twice() {
    let lock = Arc::new(Mutex::new(0));
    // leak: task
    // waits: at second lock for a mutex, held by itself in first, for ever
    // why: self-deadlock
    tokio::spawn(async move {
        let first = lock.lock().await;
        let second = lock.lock().await; // at: second lock
        *first + *second
    });
}

/// The guard of the `match` lives until its end, and has no name.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn mutex_locked_by_what_is_matched() {
    let lock = Arc::new(Mutex::new(vec![1]));
    // leak: task
    // waits: at inside of the match for a mutex, held by itself in passing, for ever
    // why: self-deadlock
    tokio::spawn(async move {
        match lock.lock().await.first() {
            Some(_) => lock.lock().await.push(2), // at: inside of the match
            None => lock.lock().await.clear(),
        }
    });
}

/// The guard of the condition lives as long as the turn of the loop.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn workers_share_a_receiver() {
    static SENDER: OnceLock<mpsc::Sender<u8>> = OnceLock::new(); // at: sender of jobs
    let (sender, jobs) = mpsc::channel::<u8>(1);
    SENDER.set(sender).unwrap();
    let jobs = Arc::new(Mutex::new(jobs));
    let other = jobs.clone();
    // leak: task
    // waits: at first job for a message, held by the static SENDER at sender of jobs
    // why: kept-by-static
    tokio::spawn(async move {
        while jobs.lock().await.recv().await.is_some() {} // at: first job
    });
    yield_now().await;
    // leak: task
    // waits: at second job for a mutex, held by the task at first job in passing
    // why: follows task
    tokio::spawn(async move {
        while other.lock().await.recv().await.is_some() {} // at: second job
    });
}

/// What is matched is a copy, and the guard is gone.
#[leak_checked]
#[tokio::test]
async fn mutex_given_back_before_the_match() {
    let lock = Arc::new(Mutex::new(vec![1]));
    let task = tokio::spawn(async move {
        let first = lock.lock().await.first().copied();
        match first {
            Some(_) => lock.lock().await.push(2),
            None => lock.lock().await.clear(),
        }
    });
    task.await.unwrap();
}

#[leak_checked]
#[tokio::test]
async fn mutex_given_back_in_between() {
    let lock = Arc::new(Mutex::new(0));
    tokio::spawn(async move {
        let first = *lock.lock().await;
        let second = *lock.lock().await;
        first + second
    });
}

#[leak_checked]
#[tokio::test]
async fn guard_is_dropped_on_early_return() {
    async fn parse(lock: &Mutex<u32>, input: &str) -> Result<(), std::num::ParseIntError> {
        let mut number = lock.lock().await;
        *number = input.parse()?;
        Ok(())
    }
    let lock = Arc::new(Mutex::new(0));
    assert!(parse(&lock, "seven").await.is_err());
    tokio::spawn(async move { *lock.lock().await });
}

/// Takes one lock, waits for the other task to have its own, and goes for that one.
async fn take_both(one: Arc<Mutex<u32>>, other: Arc<Mutex<u32>>, both: Arc<Barrier>) -> u32 {
    let first = one.lock().await;
    both.wait().await;
    let second = other.lock().await; // at: other lock
    *first + *second
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn opposite_order() {
    let (a, b) = (Arc::new(Mutex::new(1)), Arc::new(Mutex::new(2)));
    let both = Arc::new(Barrier::new(2));
    // leak: task "take_both"
    // waits: at other lock for a mutex, held by the task at other lock in first, for ever
    // why: deadlock
    tokio::spawn(take_both(a.clone(), b.clone(), both.clone()));
    // leak: task "take_both"
    // waits: at other lock for a mutex, held by the task at other lock in first, for ever
    // why: follows task
    tokio::spawn(take_both(b, a, both));
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn opposite_order_on_workers() {
    let (a, b) = (Arc::new(Mutex::new(1)), Arc::new(Mutex::new(2)));
    let both = Arc::new(Barrier::new(2));
    // leak: task "take_both"
    // waits: at other lock for a mutex, held by the task at other lock in first, for ever
    // why: deadlock
    tokio::spawn(take_both(a.clone(), b.clone(), both.clone()));
    // leak: task "take_both"
    // waits: at other lock for a mutex, held by the task at other lock in first, for ever
    // why: follows task
    tokio::spawn(take_both(b, a, both));
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn same_order() {
    let (a, b) = (Arc::new(Mutex::new(1)), Arc::new(Mutex::new(2)));
    for _ in 0..2 {
        let (a, b) = (a.clone(), b.clone());
        tokio::spawn(async move { *a.lock().await + *b.lock().await });
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn write_lock_held_while_reading() {
    let lock = Arc::new(RwLock::new(0));
    // leak: task
    // waits: at read for a lock, held by itself in written, for ever
    // why: self-deadlock
    tokio::spawn(async move {
        let written = lock.write().await;
        let read = lock.read().await; // at: read
        *written + *read
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn second_read_queues_behind_a_writer() {
    let lock = Arc::new(RwLock::new(0));
    let first = lock.clone().read_owned().await;
    let theirs = lock.clone();
    // leak: task
    // waits: at write for a lock, held by the task at read in first, for ever
    // why: deadlock
    tokio::spawn(async move { *theirs.write().await += 1 }); // at: write
    // The writer queues up, and the readers of tokio's lock queue behind it.
    tokio::task::yield_now().await;
    // leak: task
    // waits: at read for a lock, held by itself in first, for ever
    // why: follows task
    tokio::spawn(async move { *first + *lock.read().await }); // at: read
}

#[leak_checked]
#[tokio::test]
async fn write_lock_given_back_before_reading() {
    let lock = Arc::new(RwLock::new(0));
    tokio::spawn(async move {
        *lock.write().await += 1;
        *lock.read().await
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn lock_held_while_sending() {
    let lock = Arc::new(Mutex::new(()));
    let (sender, mut receiver) = mpsc::channel(1);
    let held = lock.clone().lock_owned().await;
    // leak: task
    // waits: at second send for room, held by the task at lock in receiver, for ever
    // why: deadlock
    tokio::spawn(async move {
        let _held = held;
        sender.send(1).await?;
        sender.send(2).await // at: second send
    });
    // leak: task
    // waits: at lock for a mutex, held by the task at second send in _held, for ever
    // why: follows task
    tokio::spawn(async move {
        let _held = lock.lock().await; // at: lock
        receiver.recv().await
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn lock_given_back_before_sending() {
    let lock = Arc::new(Mutex::new(()));
    let (sender, mut receiver) = mpsc::channel(1);
    let held = lock.clone().lock_owned().await;
    tokio::spawn(async move {
        drop(held);
        sender.send(1).await?;
        sender.send(2).await
    });
    tokio::spawn(async move {
        let _held = lock.lock().await;
        receiver.recv().await
    });
}

#[test]
fn every_report_is_exact() {
    verify("locks", include_str!("locks.rs"));
}
