//! Mutexes: who waits for one waits for the task that holds its guard, and a circle of such waits is stuck.

use std::sync::Arc;

use tokio::{
    sync::{Barrier, MappedMutexGuard, Mutex, MutexGuard, OwnedMutexGuard},
    time::sleep,
};

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

async fn holds_owned(guard: OwnedMutexGuard<String>) {
    sleep(HOUR).await; // @holds_owned
    drop(guard);
}

async fn wants_owned(lock: Arc<Mutex<String>>) {
    let guard = lock.lock_owned().await; // @wants_owned
    drop(guard);
}

async fn holds_part(lock: Arc<Mutex<(u8, u16)>>) {
    let part: MappedMutexGuard<'_, u16> = MutexGuard::map(lock.lock().await, |both| &mut both.1);
    sleep(HOUR).await; // @holds_part
    drop(part);
}

async fn wants_part(lock: Arc<Mutex<(u8, u16)>>) {
    let whole = lock.lock().await; // @wants_part
    drop(whole);
}

async fn locks_twice() {
    let lock = Mutex::new(0_u8);
    let first = lock.lock().await;
    let second = lock.lock().await; // @locks_twice
    drop((first, second));
}

type Account = Arc<Mutex<i64>>;

async fn gives(from: Account, to: Account, meet: Arc<Barrier>) {
    let mut source = from.lock().await;
    meet.wait().await;
    let mut target = to.lock().await; // @gives
    *source -= 1;
    *target += 1;
}

async fn takes(to: Account, from: Account, meet: Arc<Barrier>) {
    let mut target = to.lock().await;
    meet.wait().await;
    let mut source = from.lock().await; // @takes
    *source -= 1;
    *target += 1;
}

async fn queues(account: Account) {
    let balance = account.lock().await; // @queues
    drop(balance);
}

struct Store {
    entries: Mutex<Vec<u8>>,
}

impl Store {
    async fn push(&self, entry: u8) {
        self.entries.lock().await.push(entry); // @store.push
    }
}

async fn uses_store(store: Arc<Store>) {
    store.push(1).await; // @uses_store
}

async fn blocks_store(store: Arc<Store>) {
    let entries = store.entries.lock().await;
    sleep(HOUR).await; // @blocks_store
    drop(entries);
}

pub(crate) const AREA: Area = Area {
    file: "locks.rs",
    source: include_str!("locks.rs"),
    shapes: &[
        Shape {
            name: "a mutex that another task holds",
            spawn: |stage| {
                let lock = Arc::new(Mutex::new(0));
                stage.spawn(holds(Arc::clone(&lock)));
                stage.later(|stage| stage.spawn(wants(lock)));
            },
            tasks: "
                locks::holds
                  locks::holds @holds  guard: MutexGuard<u32>, lock: Arc<Mutex<u32>>
                  holds guard: guard of mutex, lock: mutex
                  waits for timer in 1 h
                locks::wants
                  locks::wants @wants  lock: Arc<Mutex<u32>>
                  holds lock: mutex
                  waits for permit of mutex <- locks::holds `guard`
            ",
        },
        Shape {
            name: "the same with owned guards",
            spawn: |stage| {
                let lock = Arc::new(Mutex::new(String::new()));
                let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
                stage.spawn(holds_owned(guard));
                stage.spawn(wants_owned(lock));
            },
            tasks: "
                locks::holds_owned
                  locks::holds_owned @holds_owned  guard: OwnedMutexGuard<String>
                  holds guard: guard of mutex
                  waits for timer in 1 h
                locks::wants_owned
                  locks::wants_owned @wants_owned
                  waits for permit of mutex <- locks::holds_owned `guard`
            ",
        },
        Shape {
            name: "a guard of a part",
            spawn: |stage| {
                let lock = Arc::new(Mutex::new((0, 0)));
                stage.spawn(holds_part(Arc::clone(&lock)));
                stage.later(|stage| stage.spawn(wants_part(lock)));
            },
            tasks: "
                locks::holds_part
                  locks::holds_part @holds_part  lock: Arc<Mutex<(u8, u16)>>, part: MappedMutexGuard<u16>
                  holds lock: mutex, part: guard of mutex
                  waits for timer in 1 h
                locks::wants_part
                  locks::wants_part @wants_part  lock: Arc<Mutex<(u8, u16)>>
                  holds lock: mutex
                  waits for permit of mutex <- locks::holds_part `part`
            ",
        },
        Shape {
            name: "a task that locks the same mutex twice",
            spawn: |stage| stage.spawn(locks_twice()),
            tasks: "
                locks::locks_twice [stuck]
                  locks::locks_twice @locks_twice  first: MutexGuard<u8>, lock: Mutex<u8>
                  holds first: guard of mutex, lock?: mutex
                  waits for permit of mutex <- locks::locks_twice `first`
            ",
        },
        Shape {
            name: "two tasks that lock in opposite order, and one that queues behind",
            spawn: |stage| {
                let (one, other) = (Account::default(), Account::default());
                let meet = Arc::new(Barrier::new(2));
                stage.spawn(gives(Arc::clone(&one), Arc::clone(&other), Arc::clone(&meet)));
                stage.spawn(takes(other, Arc::clone(&one), meet));
                stage.later(|stage| stage.spawn(queues(one)));
            },
            tasks: "
                locks::gives [stuck]
                  locks::gives @gives  from: Arc<Mutex<i64>>, meet: Arc<Barrier>, source: MutexGuard<i64>, to: Arc<Mutex<i64>>
                  holds from: mutex, meet: barrier, source: guard of mutex, to: mutex
                  waits for permit of mutex <- locks::takes `target`
                locks::takes [stuck]
                  locks::takes @takes  from: Arc<Mutex<i64>>, meet: Arc<Barrier>, target: MutexGuard<i64>, to: Arc<Mutex<i64>>
                  holds from: mutex, meet: barrier, target: guard of mutex, to: mutex
                  waits for permit of mutex <- locks::gives `source`
                locks::queues [stuck]
                  locks::queues @queues  account: Arc<Mutex<i64>>
                  holds account: mutex
                  waits for permit of mutex <- locks::gives `source`
            ",
        },
        Shape {
            name: "a mutex in a field, behind a method",
            spawn: |stage| {
                let store = Arc::new(Store { entries: Mutex::default() });
                stage.spawn(blocks_store(Arc::clone(&store)));
                stage.later(|stage| stage.spawn(uses_store(store)));
            },
            tasks: "
                locks::blocks_store
                  locks::blocks_store @blocks_store  entries: MutexGuard<Vec<u8>>, store: Arc<Store>
                  holds entries: guard of mutex, store.entries: mutex
                  waits for timer in 1 h
                locks::uses_store
                  locks::uses_store @uses_store  store: Arc<Store>
                    locks::Store::push @store.push  entry: u8
                  holds store.entries: mutex
                  waits for permit of mutex <- locks::blocks_store `entries`
            ",
        },
    ],
};
