//! Semaphores and what is made of them: read-write locks, cells that are filled once.

use std::{future::pending, sync::Arc};

use tokio::{
    sync::{
        OnceCell, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock,
        Semaphore,
    },
    time::sleep,
};

use crate::shape::{Area, HOUR, Shape};

async fn writes(lock: Arc<RwLock<String>>) {
    let mut guard = lock.write().await;
    sleep(HOUR).await; // @writes
    guard.clear();
}

async fn wants_to_read(lock: Arc<RwLock<String>>) {
    let guard = lock.read().await; // @wants_to_read
    drop(guard);
}

async fn reads(lock: Arc<RwLock<u8>>) {
    let guard = lock.read().await;
    sleep(HOUR).await; // @reads
    drop(guard);
}

async fn wants_to_write(lock: Arc<RwLock<u8>>) {
    let guard = lock.write().await; // @wants_to_write
    drop(guard);
}

async fn reads_owned(guard: OwnedRwLockReadGuard<i8>) {
    sleep(HOUR).await; // @reads_owned
    drop(guard);
}

async fn wants_to_write_owned(lock: Arc<RwLock<i8>>) {
    let guard = lock.write_owned().await; // @wants_to_write_owned
    drop(guard);
}

async fn writes_owned(guard: OwnedRwLockWriteGuard<i16>) {
    sleep(HOUR).await; // @writes_owned
    drop(guard);
}

async fn wants_to_read_owned(lock: Arc<RwLock<i16>>) {
    let guard = lock.read_owned().await; // @wants_to_read_owned
    drop(guard);
}

async fn upgrades(lock: Arc<RwLock<u64>>) {
    let read = lock.read().await;
    let write = lock.write().await; // @upgrades
    drop((read, write));
}

async fn has_permit(limit: Arc<Semaphore>) {
    let permit = limit.acquire().await;
    sleep(HOUR).await; // @has_permit
    drop(permit);
}

async fn acquires(limit: Arc<Semaphore>) {
    let permit = limit.acquire().await; // @acquires
    drop(permit);
}

async fn has_owned_permit(permit: OwnedSemaphorePermit) {
    pending::<()>().await; // @has_owned_permit
    drop(permit);
}

async fn acquires_owned(limit: Arc<Semaphore>) {
    let permit = limit.acquire_owned().await; // @acquires_owned
    drop(permit);
}

async fn acquires_many(limit: Arc<Semaphore>) {
    let permits = limit.acquire_many(3).await; // @acquires_many
    drop(permits);
}

async fn fills(cell: Arc<OnceCell<u32>>) -> u32 {
    *cell.get_or_init(load).await // @fills
}

async fn load() -> u32 {
    sleep(HOUR).await; // @load
    1
}

async fn needs(cell: Arc<OnceCell<u32>>) -> u32 {
    *cell.get_or_init(async || 2).await // @needs
}

async fn reads_leaked(config: &'static RwLock<u32>) -> u32 {
    *config.read().await // @reads_leaked
}

async fn writes_leaked(config: &'static RwLock<u32>) {
    let mut guard = config.write().await;
    sleep(HOUR).await; // @writes_leaked
    *guard += 1;
}

pub(crate) const AREA: Area = Area {
    file: "permits.rs",
    source: include_str!("permits.rs"),
    shapes: &[
        Shape {
            name: "a reader behind a writer",
            spawn: |stage| {
                let lock = Arc::new(RwLock::default());
                stage.spawn(writes(Arc::clone(&lock)));
                stage.later(|stage| stage.spawn(wants_to_read(lock)));
            },
            tasks: "
                permits::writes
                  permits::writes @writes  guard: RwLockWriteGuard<String>, lock: Arc<RwLock<String>>
                  holds guard: guard of rwlock, lock: rwlock
                  waits for timer in 1 h
                permits::wants_to_read
                  permits::wants_to_read @wants_to_read  lock: Arc<RwLock<String>>
                  holds lock: rwlock
                  waits for permit of rwlock <- permits::writes `guard`
            ",
        },
        Shape {
            name: "a writer behind two readers",
            spawn: |stage| {
                let lock = Arc::new(RwLock::default());
                stage.spawn(reads(Arc::clone(&lock)));
                stage.spawn(reads(Arc::clone(&lock)));
                stage.later(|stage| stage.spawn(wants_to_write(lock)));
            },
            tasks: "
                permits::reads#0
                  permits::reads @reads  guard: RwLockReadGuard<u8>, lock: Arc<RwLock<u8>>
                  holds guard: guard of rwlock, lock: rwlock
                  waits for timer in 1 h
                permits::reads#1
                  permits::reads @reads  guard: RwLockReadGuard<u8>, lock: Arc<RwLock<u8>>
                  holds guard: guard of rwlock, lock: rwlock
                  waits for timer in 1 h
                permits::wants_to_write
                  permits::wants_to_write @wants_to_write  lock: Arc<RwLock<u8>>
                  holds lock: rwlock
                  waits for permit of rwlock <- permits::reads#0 `guard`, permits::reads#1 `guard`
            ",
        },
        Shape {
            name: "a writer behind an owned reader",
            spawn: |stage| {
                let lock = Arc::new(RwLock::default());
                let guard = Arc::clone(&lock).try_read_owned().expect("nobody has it");
                stage.spawn(reads_owned(guard));
                stage.spawn(wants_to_write_owned(lock));
            },
            tasks: "
                permits::reads_owned
                  permits::reads_owned @reads_owned  guard: OwnedRwLockReadGuard<i8, i8>
                  holds guard: guard of rwlock
                  waits for timer in 1 h
                permits::wants_to_write_owned
                  permits::wants_to_write_owned @wants_to_write_owned
                  waits for permit of rwlock <- permits::reads_owned `guard`
            ",
        },
        Shape {
            name: "a reader behind an owned writer",
            spawn: |stage| {
                let lock = Arc::new(RwLock::default());
                let guard = Arc::clone(&lock).try_write_owned().expect("nobody has it");
                stage.spawn(writes_owned(guard));
                stage.spawn(wants_to_read_owned(lock));
            },
            tasks: "
                permits::writes_owned
                  permits::writes_owned @writes_owned  guard: OwnedRwLockWriteGuard<i16>
                  holds guard: guard of rwlock
                  waits for timer in 1 h
                permits::wants_to_read_owned
                  permits::wants_to_read_owned @wants_to_read_owned
                  waits for permit of rwlock <- permits::writes_owned `guard`
            ",
        },
        Shape {
            name: "a reader that wants to write",
            spawn: |stage| stage.spawn(upgrades(Arc::default())),
            tasks: "
                permits::upgrades [stuck]
                  permits::upgrades @upgrades  lock: Arc<RwLock<u64>>, read: RwLockReadGuard<u64>
                  holds lock: rwlock, read: guard of rwlock
                  waits for permit of rwlock <- permits::upgrades `read`
            ",
        },
        Shape {
            name: "the only permit of a semaphore",
            spawn: |stage| {
                let limit = Arc::new(Semaphore::new(1));
                stage.spawn(has_permit(Arc::clone(&limit)));
                stage.later(|stage| stage.spawn(acquires(limit)));
            },
            tasks: "
                permits::has_permit
                  permits::has_permit @has_permit  limit: Arc<Semaphore>, permit: Result<SemaphorePermit, AcquireError>
                  holds limit: semaphore, permit: guard of semaphore
                  waits for timer in 1 h
                permits::acquires
                  permits::acquires @acquires  limit: Arc<Semaphore>
                  holds limit: semaphore
                  waits for permit of semaphore <- permits::has_permit `permit`
            ",
        },
        Shape {
            name: "an owned permit that never comes back, though somebody may add another",
            spawn: |stage| {
                let limit = Arc::new(Semaphore::new(1));
                let permit = Arc::clone(&limit).try_acquire_owned().expect("nobody has it");
                stage.spawn(has_owned_permit(permit));
                stage.spawn(acquires_owned(limit));
            },
            tasks: "
                permits::has_owned_permit [stuck]
                  permits::has_owned_permit @has_owned_permit  permit: OwnedSemaphorePermit
                  holds permit: guard of semaphore
                  waits for nothing
                permits::acquires_owned
                  permits::acquires_owned @acquires_owned
                  waits for permit of semaphore <- permits::has_owned_permit `permit`
            ",
        },
        Shape {
            name: "more permits than there are",
            spawn: |stage| stage.spawn(acquires_many(Arc::new(Semaphore::new(2)))),
            tasks: "
                permits::acquires_many
                  permits::acquires_many @acquires_many  limit: Arc<Semaphore>
                  holds limit: semaphore
                  waits for permit of semaphore <- nobody found
            ",
        },
        Shape {
            name: "a cell that another task fills",
            spawn: |stage| {
                let cell = Arc::new(OnceCell::new());
                stage.spawn(fills(Arc::clone(&cell)));
                stage.later(|stage| stage.spawn(needs(cell)));
            },
            tasks: "
                permits::fills
                  permits::fills @fills  cell: Arc<OnceCell<u32>>
                    tokio::sync::once_cell::OnceCell::get_or_init
                      permits::load @load
                  holds cell: semaphore
                  waits for timer in 1 h
                permits::needs
                  permits::needs @needs  cell: Arc<OnceCell<u32>>
                  holds cell: semaphore
                  waits for permit of semaphore <- permits::fills inside a dependency
            ",
        },
        Shape {
            name: "a lock that lives for ever",
            spawn: |stage| {
                let config: &RwLock<u32> = Box::leak(Box::default());
                stage.spawn(writes_leaked(config));
                stage.later(|stage| stage.spawn(reads_leaked(config)));
            },
            tasks: "
                permits::writes_leaked
                  permits::writes_leaked @writes_leaked  guard: RwLockWriteGuard<u32>
                  holds guard: guard of rwlock
                  waits for timer in 1 h
                permits::reads_leaked
                  permits::reads_leaked @reads_leaked
                  waits for permit of rwlock <- permits::writes_leaked `guard`
            ",
        },
    ],
};
