//! Futures that were polled before, and that their task keeps while it awaits something else: what they have of a lock they
//! keep.

use std::{
    pin::{Pin, pin},
    sync::Arc,
};

use futures::{StreamExt, stream::FuturesUnordered};
use tokio::{
    join, select,
    sync::{Mutex, OwnedMutexGuard, RwLock, Semaphore, mpsc},
    task::yield_now,
    time::sleep,
};

use crate::shape::{Area, HOUR, Shape};

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

async fn takes(lock: Arc<Mutex<u8>>) {
    let mut guard = lock.lock().await; // @takes
    *guard += 1;
}

async fn takes_and_waits(lock: Arc<Mutex<u16>>) {
    let mut guard = lock.lock().await;
    inner().await;
    *guard += 1;
}

async fn inner() {
    sleep(HOUR).await;
}

async fn keeps(guard: OwnedMutexGuard<u8>) {
    sleep(HOUR).await; // @keeps
    drop(guard);
}

async fn other_lock(lock: Arc<Mutex<u8>>, other: Arc<Mutex<u32>>) {
    let mut future: Boxed = Box::pin(takes(lock));
    select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    let _first = other.lock().await;
    let _second = other.lock().await; // @other_lock
    future.await;
}

async fn same_lock(lock: Arc<Mutex<u8>>) {
    let mut future: Boxed = Box::pin(takes(Arc::clone(&lock)));
    select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    takes(lock).await; // @same_lock
    future.await;
}

async fn pinned(lock: Arc<Mutex<u8>>) {
    let mut future = pin!(takes(Arc::clone(&lock)));
    select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    takes(lock).await; // @pinned
    future.await;
}

async fn guarded(lock: Arc<Mutex<u16>>) {
    let mut future = Box::pin(takes_and_waits(Arc::clone(&lock)));
    select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    let _guard = lock.lock().await; // @guarded
    future.await;
}

async fn never_polled(lock: Arc<Mutex<u8>>) {
    let future: Boxed = Box::pin(takes(Arc::clone(&lock)));
    takes(lock).await; // @never_polled
    future.await;
}

async fn dropped_before(lock: Arc<Mutex<u8>>) {
    let mut future: Boxed = Box::pin(takes(Arc::clone(&lock)));
    select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    drop(future);
    takes(lock).await; // @dropped_before
}

async fn both_polled(lock: Arc<Mutex<u8>>) {
    let first: Boxed = Box::pin(takes(Arc::clone(&lock)));
    join!(first, takes(lock)); // @both_polled
}

async fn selected(lock: Arc<Mutex<u8>>) {
    let mut future: Boxed = Box::pin(takes(Arc::clone(&lock)));
    select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    select! { // @selected
        () = &mut future => {}
        () = takes(lock) => {}
    }
}

async fn in_a_set(lock: Arc<Mutex<u8>>) {
    let mut set = FuturesUnordered::new();
    set.push(Box::pin(yield_now()) as Boxed);
    set.push(Box::pin(takes(Arc::clone(&lock))));
    while set.next().await.is_some() {
        takes(Arc::clone(&lock)).await; // @in_a_set
    }
}

async fn writes(lock: Arc<RwLock<u8>>) {
    *lock.write().await += 1; // @writes_one
}

async fn reads(lock: Arc<RwLock<u8>>) {
    let _ = *lock.read().await; // @reads_one
}

async fn behind_a_writer(lock: Arc<RwLock<u8>>) {
    let read = Arc::clone(&lock).read_owned().await;
    let mut future: Boxed = Box::pin(writes(Arc::clone(&lock)));
    select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    drop(read);
    reads(lock).await; // @behind_a_writer
    future.await;
}

async fn behind_a_reader(lock: Arc<RwLock<u8>>) {
    let write = Arc::clone(&lock).write_owned().await;
    let mut future: Boxed = Box::pin(reads(Arc::clone(&lock)));
    select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    let readers = Arc::clone(&lock);
    drop(write);
    writes(readers).await; // @behind_a_reader
    future.await;
}

async fn acquires(limit: Arc<Semaphore>) {
    drop(limit.acquire().await); // @acquires_one
}

async fn one_permit(limit: Arc<Semaphore>) {
    let mut future: Boxed = Box::pin(acquires(Arc::clone(&limit)));
    select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    limit.add_permits(1);
    acquires(limit).await; // @one_permit
    future.await;
}

async fn sends(sender: mpsc::Sender<u8>) {
    yield_now().await;
    sleep(HOUR).await;
    let _ = sender.send(1).await;
}

async fn receives() {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut future: Boxed = Box::pin(sends(sender));
    select! {
        biased;
        () = &mut future => {}
        () = yield_now() => {}
    }
    let _ = receiver.recv().await; // @receives
    future.await;
}

pub(crate) const AREA: Area = Area {
    file: "parked.rs",
    source: include_str!("parked.rs"),
    shapes: &[
        Shape {
            name: "a lock that a future has got that nobody polls",
            spawn: |stage| {
                let lock = Arc::new(Mutex::default());
                let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
                stage.spawn(same_lock(lock));
                stage.later(|_| drop(guard));
            },
            tasks: "
                parked::same_lock#0 [stuck]
                  parked::same_lock @same_lock  future: Pin<Box<(dyn Future<Output=()> + Send)>>
                    parked::takes @takes  lock: Arc<Mutex<u8>>
                  holds future.lock: parked mutex, future: parked guard of mutex
                  waits for permit of mutex <- parked::same_lock#0 `future`
            ",
        },
        Shape {
            name: "a lock for which a future stands in line that nobody polls",
            spawn: |stage| {
                let lock = Arc::new(Mutex::default());
                let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
                stage.spawn(same_lock(lock));
                stage.spawn(keeps(guard));
            },
            tasks: "
                parked::same_lock#1 [stuck]
                  parked::same_lock @same_lock  future: Pin<Box<(dyn Future<Output=()> + Send)>>
                    parked::takes @takes  lock: Arc<Mutex<u8>>
                  holds future.lock: parked mutex, future: parked waiter for mutex
                  waits for permit of mutex <- parked::keeps `guard`
                parked::keeps
                  parked::keeps @keeps  guard: OwnedMutexGuard<u8>
                  holds guard: guard of mutex
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "the same of a future that is pinned in place",
            spawn: |stage| {
                let lock = Arc::new(Mutex::default());
                let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
                stage.spawn(pinned(lock));
                stage.later(|_| drop(guard));
            },
            tasks: "
                parked::pinned [stuck]
                  parked::pinned @pinned  future: Pin<&mut takes>
                    parked::takes @takes  lock: Arc<Mutex<u8>>
                  holds future: parked guard of mutex, lock: mutex
                  waits for permit of mutex <- parked::pinned `future`
            ",
        },
        Shape {
            name: "a lock that a future took and keeps while nobody polls it",
            spawn: |stage| {
                stage.spawn(guarded(Arc::default()));
            },
            tasks: "
                parked::guarded [stuck]
                  parked::guarded @guarded  future: Pin<Box<takes_and_waits>>, lock: Arc<Mutex<u16>>
                  holds future.guard: parked guard of mutex, future: parked timer, lock: mutex
                  waits for permit of mutex <- parked::guarded `future.guard`
            ",
        },
        Shape {
            name: "a future that was never polled",
            spawn: |stage| {
                let lock = Arc::new(Mutex::default());
                let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
                stage.spawn(never_polled(lock));
                stage.keep(guard);
            },
            tasks: "
                parked::never_polled
                  parked::never_polled @never_polled  future: Pin<Box<(dyn Future<Output=()> + Send)>>
                    parked::takes @takes  lock: Arc<Mutex<u8>>
                  holds future.lock: mutex
                  waits for permit of mutex <- nobody found
            ",
        },
        Shape {
            name: "a future that was dropped before",
            spawn: |stage| {
                let lock = Arc::new(Mutex::default());
                let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
                stage.spawn(dropped_before(lock));
                stage.keep(guard);
            },
            tasks: "
                parked::dropped_before
                  parked::dropped_before @dropped_before
                    parked::takes @takes  lock: Arc<Mutex<u8>>
                  holds lock: mutex
                  waits for permit of mutex <- nobody found
            ",
        },
        Shape {
            name: "two futures that are both polled",
            spawn: |stage| {
                let lock = Arc::new(Mutex::default());
                let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
                stage.spawn(both_polled(lock));
                stage.keep(guard);
            },
            tasks: "
                parked::both_polled
                  parked::both_polled @both_polled
                    parked::takes @takes  lock: Arc<Mutex<u8>>
                    parked::takes @takes  lock: Arc<Mutex<u8>>
                  holds lock: mutex
                  waits for permit of mutex <- nobody found
            ",
        },
        Shape {
            name: "a future that is polled again",
            spawn: |stage| {
                let lock = Arc::new(Mutex::default());
                let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
                stage.spawn(selected(lock));
                stage.keep(guard);
            },
            tasks: "
                parked::selected
                  parked::selected @selected  future: Pin<Box<(dyn Future<Output=()> + Send)>>
                    parked::takes @takes  lock: Arc<Mutex<u8>>
                    parked::takes @takes  lock: Arc<Mutex<u8>>
                  holds future.lock: mutex
                  waits for permit of mutex <- nobody found
            ",
        },
        Shape {
            name: "another lock",
            spawn: |stage| {
                let lock = Arc::new(Mutex::default());
                let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
                stage.spawn(other_lock(lock, Arc::default()));
                stage.later(|_| drop(guard));
            },
            tasks: "
                parked::other_lock [stuck]
                  parked::other_lock @other_lock  _first: MutexGuard<u32>, future: Pin<Box<(dyn Future<Output=()> + Send)>>, other: Arc<Mutex<u32>>
                  holds _first: guard of mutex, future.lock: parked mutex, future: parked guard of mutex, other: mutex
                  waits for permit of mutex <- parked::other_lock `_first`
            ",
        },
        Shape {
            name: "a set of futures that waits for its consumer",
            spawn: |stage| {
                let lock = Arc::new(Mutex::default());
                let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
                stage.spawn(in_a_set(lock));
                stage.later(|_| drop(guard));
            },
            tasks: "
                parked::in_a_set [stuck]
                  parked::in_a_set @in_a_set  lock: Arc<Mutex<u8>>, set: FuturesUnordered<Pin<Box<(dyn Future<Output=()> + Send)>>>
                    parked::takes @takes  lock: Arc<Mutex<u8>>
                  holds lock: mutex, set[0]: parked guard of mutex
                  waits for permit of mutex <- parked::in_a_set `set[0]`
            ",
        },
        Shape {
            name: "a reader behind a writer that nobody polls",
            spawn: |stage| {
                stage.spawn(behind_a_writer(Arc::default()));
            },
            tasks: "
                parked::behind_a_writer [stuck]
                  parked::behind_a_writer @behind_a_writer  future: Pin<Box<(dyn Future<Output=()> + Send)>>
                    parked::reads @reads_one  lock: Arc<RwLock<u8>>
                  holds future.lock: parked rwlock, future: parked guard of rwlock
                  waits for permit of rwlock <- parked::behind_a_writer `future`
            ",
        },
        Shape {
            name: "a writer behind a reader that nobody polls",
            spawn: |stage| {
                stage.spawn(behind_a_reader(Arc::default()));
            },
            tasks: "
                parked::behind_a_reader [stuck]
                  parked::behind_a_reader @behind_a_reader  future: Pin<Box<(dyn Future<Output=()> + Send)>>, lock: Arc<RwLock<u8>>
                    parked::writes @writes_one  lock: Arc<RwLock<u8>>
                  holds future: parked guard of rwlock, lock: rwlock
                  waits for permit of rwlock <- parked::behind_a_reader `future`
            ",
        },
        Shape {
            name: "a permit, of which there may be others",
            spawn: |stage| {
                stage.spawn(one_permit(Arc::new(Semaphore::new(0))));
            },
            tasks: "
                parked::one_permit
                  parked::one_permit @one_permit  future: Pin<Box<(dyn Future<Output=()> + Send)>>
                    parked::acquires @acquires_one  limit: Arc<Semaphore>
                  holds future.limit: parked semaphore, future: parked guard of semaphore
                  waits for permit of semaphore <- parked::one_permit `future`
            ",
        },
        Shape {
            name: "a sender in a future that nobody polls",
            spawn: |stage| {
                stage.spawn(receives());
            },
            tasks: "
                parked::receives [stuck]
                  parked::receives @receives  future: Pin<Box<(dyn Future<Output=()> + Send)>>, receiver: Receiver<u8>
                  holds future.sender: parked sender of mpsc, future: parked timer, receiver: receiver of mpsc
                  waits for message of mpsc (1 sender) <- parked::receives `future.sender`
            ",
        },
    ],
};
