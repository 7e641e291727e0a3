//! Locks and events of `async-lock`, `event-listener` and `futures`.

use std::{future::pending, sync::Arc};

use async_lock::{Barrier, Mutex, MutexGuardArc, OnceCell, RwLock, Semaphore};
use event_listener::Event;
use futures::lock as futures_lock;
use tokio::time::sleep;

use crate::shape::{Area, HOUR, Shape};

async fn holds(lock: Arc<Mutex<u32>>) {
    let mut guard = lock.lock().await;
    sleep(HOUR).await; // @holds
    *guard += 1;
}

async fn wants(lock: Arc<Mutex<u32>>) {
    let mut guard = lock.lock().await; // @wants
    *guard += 1;
}

async fn holds_owned(guard: MutexGuardArc<String>) {
    pending::<()>().await; // @holds_owned
    drop(guard);
}

async fn wants_owned(lock: Arc<Mutex<String>>) {
    let guard = lock.lock_arc().await; // @wants_owned
    drop(guard);
}

async fn locks_twice() {
    let lock = Mutex::new(0_u8);
    let first = lock.lock().await;
    let second = lock.lock().await; // @locks_twice
    drop((first, second));
}

async fn wants_forgotten(lock: Arc<Mutex<i8>>) {
    let guard = lock.lock().await; // @wants_forgotten
    drop(guard);
}

async fn writes(lock: Arc<RwLock<String>>) {
    let mut guard = lock.write().await;
    sleep(HOUR).await; // @writes
    guard.clear();
}

async fn wants_to_read(lock: Arc<RwLock<String>>) {
    let guard = lock.read().await; // @wants_to_read
    drop(guard);
}

async fn upgrades(lock: Arc<RwLock<u64>>) {
    let read = lock.read().await;
    let write = lock.write().await; // @upgrades
    drop((read, write));
}

async fn reads_twice(lock: Arc<RwLock<u16>>) {
    let first = lock.upgradable_read().await;
    let second = lock.upgradable_read().await; // @reads_twice
    drop((first, second));
}

async fn writes_twice(lock: Arc<RwLock<i64>>) {
    let first = lock.write_arc().await;
    let second = lock.read_arc().await; // @writes_twice
    drop((first, second));
}

async fn has_permit(limit: Arc<Semaphore>) {
    let permit = limit.acquire().await;
    pending::<()>().await; // @has_permit
    drop(permit);
}

async fn acquires(limit: Arc<Semaphore>) {
    let permit = limit.acquire().await; // @acquires
    drop(permit);
}

async fn acquires_owned(limit: Arc<Semaphore>) {
    let permit = limit.acquire_arc().await; // @acquires_owned
    drop(permit);
}

async fn meets(barrier: Arc<Barrier>) {
    barrier.wait().await; // @meets
}

async fn fills(cell: Arc<OnceCell<u32>>) -> u32 {
    *cell.get_or_init(load).await // @fills
}

async fn load() -> u32 {
    sleep(HOUR).await; // @load
    1
}

async fn needs(cell: Arc<OnceCell<u32>>) -> u32 {
    *cell.wait().await // @needs
}

async fn listens(event: Arc<Event>) {
    event.listen().await; // @listens
}

async fn may_notify(event: Arc<Event>) {
    sleep(HOUR).await; // @may_notify
    event.notify(1);
}

async fn holds_of_futures(lock: Arc<futures_lock::Mutex<u32>>) {
    let mut guard = lock.lock().await;
    sleep(HOUR).await; // @holds_of_futures
    *guard += 1;
}

async fn wants_of_futures(lock: Arc<futures_lock::Mutex<u32>>) {
    let mut guard = lock.lock().await; // @wants_of_futures
    *guard += 1;
}

async fn locks_twice_of_futures(lock: Arc<futures_lock::Mutex<u8>>) {
    let first = Arc::clone(&lock).lock_owned().await;
    let second = lock.lock_owned().await; // @locks_twice_of_futures
    drop((first, second));
}

pub(crate) const AREA: Area = Area {
    file: "async_locks.rs",
    source: include_str!("async_locks.rs"),
    shapes: &[
        Shape {
            name: "a mutex of async-lock that another task holds",
            spawn: |stage| {
                let lock = Arc::new(Mutex::new(0));
                stage.spawn(holds(Arc::clone(&lock)));
                stage.later(|stage| stage.spawn(wants(lock)));
            },
            tasks: "
                async_locks::holds
                  async_locks::holds @holds  guard: MutexGuard<u32>, lock: Arc<Mutex<u32>>
                  holds guard: guard of mutex, lock: mutex
                  waits for timer in 1 h
                async_locks::wants
                  async_locks::wants @wants  lock: Arc<Mutex<u32>>
                  holds lock: mutex
                  waits for permit of mutex <- async_locks::holds `guard`
            ",
        },
        Shape {
            name: "the same with owned guards, for ever",
            spawn: |stage| {
                let lock = Arc::new(Mutex::new(String::new()));
                let guard = lock.try_lock_arc().expect("nobody has it");
                stage.spawn(holds_owned(guard));
                stage.spawn(wants_owned(lock));
            },
            tasks: "
                async_locks::holds_owned [stuck]
                  async_locks::holds_owned @holds_owned  guard: MutexGuardArc<String>
                  holds guard: guard of mutex
                  waits for nothing
                async_locks::wants_owned [stuck]
                  async_locks::wants_owned @wants_owned  lock: Arc<Mutex<String>>
                  holds lock: mutex
                  waits for permit of mutex <- async_locks::holds_owned `guard`
            ",
        },
        Shape {
            name: "a mutex of async-lock that is locked twice",
            spawn: |stage| stage.spawn(locks_twice()),
            tasks: "
                async_locks::locks_twice [stuck]
                  async_locks::locks_twice @locks_twice  first: MutexGuard<u8>, lock: Mutex<u8>
                  holds first: guard of mutex, lock: mutex
                  waits for permit of mutex <- async_locks::locks_twice `first`
            ",
        },
        Shape {
            name: "a mutex of async-lock whose guard was forgotten",
            spawn: |stage| {
                let lock = Arc::new(Mutex::new(0));
                std::mem::forget(lock.try_lock_arc().expect("nobody has it"));
                stage.spawn(wants_forgotten(lock));
            },
            tasks: "
                async_locks::wants_forgotten
                  async_locks::wants_forgotten @wants_forgotten  lock: Arc<Mutex<i8>>
                  holds lock: mutex
                  waits for permit of mutex <- nobody found
            ",
        },
        Shape {
            name: "a reader of async-lock behind a writer",
            spawn: |stage| {
                let lock = Arc::new(RwLock::new(String::new()));
                stage.spawn(writes(Arc::clone(&lock)));
                stage.later(|stage| stage.spawn(wants_to_read(lock)));
            },
            tasks: "
                async_locks::writes
                  async_locks::writes @writes  guard: RwLockWriteGuard<String>, lock: Arc<RwLock<String>>
                  holds guard: guard of rwlock, lock: rwlock
                  waits for timer in 1 h
                async_locks::wants_to_read
                  async_locks::wants_to_read @wants_to_read  lock: Arc<RwLock<String>>
                  holds lock: rwlock
                  waits for permit of rwlock <- async_locks::writes `guard`
            ",
        },
        Shape {
            name: "a reader of async-lock that wants to write",
            spawn: |stage| stage.spawn(upgrades(Arc::new(RwLock::new(0)))),
            tasks: "
                async_locks::upgrades [stuck]
                  async_locks::upgrades @upgrades  lock: Arc<RwLock<u64>>, read: RwLockReadGuard<u64>
                  holds lock: rwlock, read: guard of rwlock
                  waits for permit of rwlock <- async_locks::upgrades `read`
            ",
        },
        Shape {
            name: "two readers of async-lock that may be upgraded",
            spawn: |stage| stage.spawn(reads_twice(Arc::new(RwLock::new(0)))),
            tasks: "
                async_locks::reads_twice
                  async_locks::reads_twice @reads_twice  first: RwLockUpgradableReadGuard<u16>, lock: Arc<RwLock<u16>>
                  holds first: guard of rwlock, lock: rwlock
                  waits for permit of rwlock <- async_locks::reads_twice `first`
            ",
        },
        Shape {
            name: "a writer of async-lock that wants to read",
            spawn: |stage| stage.spawn(writes_twice(Arc::new(RwLock::new(0)))),
            tasks: "
                async_locks::writes_twice [stuck]
                  async_locks::writes_twice @writes_twice  first: RwLockWriteGuardArc<i64>, lock: Arc<RwLock<i64>>
                  holds first: guard of rwlock, lock: rwlock
                  waits for permit of rwlock <- async_locks::writes_twice `first`
            ",
        },
        Shape {
            name: "the only permit of a semaphore of async-lock",
            spawn: |stage| {
                let limit = Arc::new(Semaphore::new(1));
                stage.spawn(has_permit(Arc::clone(&limit)));
                stage.later(|stage| {
                    stage.spawn(acquires(Arc::clone(&limit)));
                    stage.spawn(acquires_owned(limit));
                });
            },
            tasks: "
                async_locks::has_permit [stuck]
                  async_locks::has_permit @has_permit  limit: Arc<Semaphore>, permit: SemaphoreGuard
                  holds limit: semaphore, permit: guard of semaphore
                  waits for nothing
                async_locks::acquires
                  async_locks::acquires @acquires  limit: Arc<Semaphore>
                  holds limit: semaphore
                  waits for permit of semaphore <- async_locks::has_permit `permit`
                async_locks::acquires_owned
                  async_locks::acquires_owned @acquires_owned  limit: Arc<Semaphore>
                  holds limit: semaphore
                  waits for permit of semaphore <- async_locks::has_permit `permit`
            ",
        },
        Shape {
            name: "a barrier of async-lock",
            spawn: |stage| {
                let barrier = Arc::new(Barrier::new(2));
                stage.keep(Arc::clone(&barrier));
                stage.spawn(meets(barrier));
            },
            tasks: "
                async_locks::meets
                  async_locks::meets @meets  barrier: Arc<Barrier>
                  holds barrier: barrier
                  waits for arrivals at barrier <- nobody found
            ",
        },
        Shape {
            name: "a cell of async-lock that another task fills",
            spawn: |stage| {
                let cell = Arc::new(OnceCell::new());
                stage.spawn(fills(Arc::clone(&cell)));
                stage.later(|stage| stage.spawn(needs(cell)));
            },
            tasks: "
                async_locks::fills
                  async_locks::fills @fills  cell: Arc<OnceCell<u32>>
                    async_lock::once_cell::OnceCell::get_or_init
                      async_locks::load @load
                  holds cell: notify
                  waits for timer in 1 h
                async_locks::needs
                  async_locks::needs @needs  cell: Arc<OnceCell<u32>>
                  holds cell: notify
                  waits for notification of notify <- async_locks::fills `cell`
            ",
        },
        Shape {
            name: "an event that another task may bring about",
            spawn: |stage| {
                let event = Arc::new(Event::new());
                stage.spawn(listens(Arc::clone(&event)));
                stage.spawn(may_notify(event));
            },
            tasks: "
                async_locks::listens
                  async_locks::listens @listens  event: Arc<Event<()>>
                  holds event: notify
                  waits for notification of notify <- async_locks::may_notify `event`
                async_locks::may_notify
                  async_locks::may_notify @may_notify  event: Arc<Event<()>>
                  holds event: notify
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a mutex of futures that another task holds",
            spawn: |stage| {
                let lock = Arc::new(futures_lock::Mutex::new(0));
                stage.spawn(holds_of_futures(Arc::clone(&lock)));
                stage.later(|stage| stage.spawn(wants_of_futures(lock)));
            },
            tasks: "
                async_locks::holds_of_futures
                  async_locks::holds_of_futures @holds_of_futures  guard: MutexGuard<u32>, lock: Arc<Mutex<u32>>
                  holds guard: guard of mutex, lock: mutex
                  waits for timer in 1 h
                async_locks::wants_of_futures
                  async_locks::wants_of_futures @wants_of_futures  lock: Arc<Mutex<u32>>
                  holds lock: mutex
                  waits for permit of mutex <- async_locks::holds_of_futures `guard`
            ",
        },
        Shape {
            name: "a mutex of futures that is locked twice",
            spawn: |stage| stage.spawn(locks_twice_of_futures(Arc::default())),
            tasks: "
                async_locks::locks_twice_of_futures [stuck]
                  async_locks::locks_twice_of_futures @locks_twice_of_futures  first: OwnedMutexGuard<u8>
                  holds first: guard of mutex
                  waits for permit of mutex <- async_locks::locks_twice_of_futures `first`
            ",
        },
    ],
};
