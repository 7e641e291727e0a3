//! A lock that is with a future of the waiting task which nobody polls (Oxide RFD 609): the future has it, was given it or
//! stands in line for it. Next to each the same with both polled, or with the other one dropped.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt, stream::FuturesUnordered};
use leakcheck::leak_checked;
use tokio::{
    join, select,
    sync::{Mutex, Notify, RwLock, Semaphore, oneshot},
    task::yield_now,
    time::sleep,
};

use crate::expected::verify;

type Boxed<'f> = Pin<Box<dyn Future<Output = ()> + Send + 'f>>;

/// Polls the future once, or a little more often, and then leaves it alone.
async fn begin(future: &mut Boxed<'_>) {
    select! {
        biased;
        () = future => {}
        () = yield_now() => {}
    }
}

async fn work(lock: Arc<Mutex<()>>) {
    let _guard = lock.lock().await; // at: lock
}

async fn work_as_well(lock: Arc<Mutex<()>>) {
    let _guard = lock.lock().await; // at: as well
}

/// Has the lock until somebody else waits for it.
async fn keep(lock: Arc<Mutex<()>>, has_it: oneshot::Sender<oneshot::Sender<()>>) {
    let _guard = lock.lock().await;
    let (release, released) = oneshot::channel();
    let _ = has_it.send(release);
    let _ = released.await;
}

/// The example of the RFD.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn select_on_a_reference() {
    let lock = Arc::new(Mutex::new(()));
    let (has_it, got_it) = oneshot::channel();
    tokio::spawn(keep(lock.clone(), has_it));
    let release = got_it.await.unwrap();
    // leak: task
    // waits: at other branch for a mutex, held by itself in parked future, for ever
    // why: futurelock
    tokio::spawn(async move {
        let mut future: Boxed<'_> = Box::pin(work(lock.clone()));
        select! {
            () = &mut future => {}
            () = sleep(Duration::from_millis(5)) => {
                let _ = release.send(());
                let _guard = lock.lock().await; // at: other branch
            }
        }
    });
}

/// The same with the future moved into the second wait.
#[leak_checked]
#[tokio::test]
async fn select_and_both_are_polled() {
    let lock = Arc::new(Mutex::new(()));
    let (has_it, got_it) = oneshot::channel();
    tokio::spawn(keep(lock.clone(), has_it));
    let release = got_it.await.unwrap();
    tokio::spawn(async move {
        let mut future: Boxed<'_> = Box::pin(work(lock.clone()));
        select! {
            () = &mut future => {}
            () = sleep(Duration::from_millis(5)) => {
                let _ = release.send(());
                join!(future, work(lock.clone()));
            }
        }
    });
}

#[leak_checked]
#[tokio::test]
async fn select_and_the_other_is_dropped() {
    let lock = Arc::new(Mutex::new(()));
    let (has_it, got_it) = oneshot::channel();
    tokio::spawn(keep(lock.clone(), has_it));
    let release = got_it.await.unwrap();
    tokio::spawn(async move {
        let future: Boxed<'_> = Box::pin(work(lock.clone()));
        select! {
            () = future => {}
            () = sleep(Duration::from_millis(5)) => {
                let _ = release.send(());
                work(lock.clone()).await;
            }
        }
    });
}

#[leak_checked]
#[tokio::test]
async fn the_other_was_never_polled() {
    let lock = Arc::new(Mutex::new(()));
    tokio::spawn(async move {
        let future: Boxed<'_> = Box::pin(work(lock.clone()));
        work(lock.clone()).await;
        future.await;
    });
}

/// It stands in line behind one that never gives the lock back.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn in_line_for_it() {
    let lock = Arc::new(Mutex::new(()));
    let guard = lock.clone().lock_owned().await;
    // leak: task
    // waits: at keeper for a timer
    tokio::spawn(async move {
        sleep(Duration::from_secs(3600)).await; // at: keeper
        drop(guard);
    });
    // leak: task
    // waits: at lock for a mutex, held by the task at keeper in guard, for ever
    // why: futurelock
    tokio::spawn(async move {
        let mut future: Boxed<'_> = Box::pin(work(lock.clone()));
        begin(&mut future).await;
        work(lock.clone()).await;
        future.await;
    });
}

/// The same with both polled: only the one that has the lock keeps them from going on.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn in_line_and_both_are_polled() {
    let lock = Arc::new(Mutex::new(()));
    let guard = lock.clone().lock_owned().await;
    // leak: task
    // waits: at keeper of both for a timer
    // why: lock-across-await
    tokio::spawn(async move {
        sleep(Duration::from_secs(3600)).await; // at: keeper of both
        drop(guard);
    });
    // leak: task
    // waits: at lock for a mutex, held by the task at keeper of both in guard
    // why: follows task
    tokio::spawn(async move {
        let mut future: Boxed<'_> = Box::pin(work(lock.clone()));
        begin(&mut future).await;
        join!(future, work(lock.clone()));
    });
}

/// It has taken the lock, and is left alone before it gives it back.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn guard_in_a_pinned_future() {
    let lock = Arc::new(Mutex::new(0));
    // leak: task
    // waits: at second for a mutex, held by itself in future.guard, for ever
    // why: futurelock
    tokio::spawn(async move {
        let mut future = pin!(async {
            let mut guard = lock.lock().await;
            sleep(Duration::from_secs(3600)).await;
            *guard += 1;
        });
        select! {
            biased;
            () = &mut future => {}
            () = yield_now() => {}
        }
        let number = *lock.lock().await; // at: second
        future.await;
        number
    });
}

#[leak_checked]
#[tokio::test]
async fn guard_of_another_lock() {
    let (lock, other) = (Arc::new(Mutex::new(0)), Mutex::new(1));
    tokio::spawn(async move {
        let may_go_on = Notify::new();
        let mut future = pin!(async {
            let mut guard = lock.lock().await;
            may_go_on.notified().await;
            *guard += 1;
        });
        select! {
            biased;
            () = &mut future => {}
            () = yield_now() => {}
        }
        let number = *other.lock().await;
        may_go_on.notify_one();
        future.await;
        number
    });
}

/// The results of a set are worked on with the lock that the rest of the set waits for.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn in_a_set() {
    let lock = Arc::new(Mutex::new(()));
    let guard = lock.clone().lock_owned().await;
    // leak: task
    // waits: at each for a mutex, held by itself in parked set[0], for ever
    // why: futurelock
    tokio::spawn(async move {
        let mut set = FuturesUnordered::<Boxed<'_>>::new();
        set.push(Box::pin(yield_now()));
        set.push(Box::pin(work(lock.clone())));
        while set.next().await.is_some() {
            let _guard = lock.lock().await; // at: each
        }
    });
    for _ in 0..8 {
        yield_now().await;
    }
    drop(guard);
}

#[leak_checked]
#[tokio::test]
async fn in_a_set_that_is_driven() {
    let lock = Arc::new(Mutex::new(()));
    let guard = lock.clone().lock_owned().await;
    tokio::spawn(async move {
        let set = FuturesUnordered::<Boxed<'_>>::new();
        set.push(Box::pin(yield_now()));
        set.push(Box::pin(work(lock.clone())));
        set.for_each_concurrent(None, |()| work(lock.clone())).await;
    });
    for _ in 0..8 {
        yield_now().await;
    }
    drop(guard);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn writer_before_a_reader() {
    let lock = Arc::new(RwLock::new(0));
    // leak: task
    // waits: at read for a lock, held by itself in parked future, for ever
    // why: futurelock
    tokio::spawn(async move {
        let first = lock.read().await;
        let mut future: Boxed<'_> = Box::pin(async { *lock.write().await += 1 });
        begin(&mut future).await;
        drop(first);
        let number = *lock.read().await; // at: read
        future.await;
        number
    });
}

#[leak_checked]
#[tokio::test]
async fn reader_before_a_reader() {
    let lock = Arc::new(RwLock::new(0));
    tokio::spawn(async move {
        let first = lock.write().await;
        let mut future: Boxed<'_> = Box::pin(async { drop(lock.read().await) });
        begin(&mut future).await;
        drop(first);
        let number = *lock.read().await;
        future.await;
        number
    });
}

/// Somebody might add a permit.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn the_only_permit() {
    let limit = Arc::new(Semaphore::new(1));
    let first = limit.clone().acquire_owned().await.unwrap();
    // leak: task
    // waits: at permit for a permit, held by itself in future
    // why: futurelock
    tokio::spawn(async move {
        let mut future: Boxed<'_> = Box::pin(async { drop(limit.acquire().await) });
        begin(&mut future).await;
        drop(first);
        drop(limit.acquire().await); // at: permit
        future.await;
    });
}

#[leak_checked]
#[tokio::test]
async fn one_of_two_permits() {
    let limit = Arc::new(Semaphore::new(2));
    let first = limit.clone().acquire_many_owned(2).await.unwrap();
    tokio::spawn(async move {
        let mut future: Boxed<'_> = Box::pin(async { drop(limit.acquire().await) });
        begin(&mut future).await;
        drop(first);
        drop(limit.acquire().await);
        future.await;
    });
}

/// Another task waits behind a future that nobody polls, and follows from the task that keeps it.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn others_wait_as_well() {
    let lock = Arc::new(Mutex::new(()));
    let guard = lock.clone().lock_owned().await;
    let own = lock.clone();
    // leak: task
    // waits: at own for a mutex, held by itself in parked future, for ever
    // why: futurelock
    tokio::spawn(async move {
        let mut future: Boxed<'_> = Box::pin(work(own.clone()));
        begin(&mut future).await;
        let _guard = own.lock().await; // at: own
        future.await;
    });
    for _ in 0..8 {
        yield_now().await;
    }
    // leak: task "work_as_well"
    // waits: at as well for a mutex, held by the task at own in parked future, for ever
    // why: follows task
    tokio::spawn(work_as_well(lock));
    yield_now().await;
    drop(guard);
}

#[test]
fn every_report_is_exact() {
    verify("futurelock", include_str!("futurelock.rs"));
}
