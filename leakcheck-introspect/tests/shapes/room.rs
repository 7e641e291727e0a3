//! Room in a full channel, and the queue of a lock: who waits for them is only stuck where nobody else could help.

use std::sync::{Arc, Mutex};

use tokio::{
    sync::{
        OwnedRwLockReadGuard, RwLock,
        mpsc::{Receiver, Sender, channel},
        oneshot,
    },
    time::sleep,
};

use crate::shape::{Area, HOUR, Shape, Stage};

async fn fills(tx: Sender<u8>, back: Sender<u16>) {
    let _ = tx.send(0).await; // @fills
    drop(back);
}

async fn leaves(rx: Receiver<u8>, mut back: Receiver<u16>) {
    back.recv().await; // @leaves
    drop(rx);
}

async fn shares(rx: Arc<Mutex<Receiver<u8>>>, mut back: Receiver<u16>) {
    back.recv().await; // @shares
    drop(rx);
}

struct Shelf {
    name: String,
    rx: &'static Mutex<Receiver<u8>>,
}

async fn refers(shelf: Shelf, mut back: Receiver<u16>) {
    back.recv().await; // @refers
    drop(shelf.rx.lock().map(|_| shelf.name));
}

async fn tries(tx: Sender<u8>, back: Sender<u16>) {
    let _ = tx.send_timeout(0, HOUR).await; // @tries
    drop(back);
}

async fn sees_own_end(tx: Sender<u8>, rx: Receiver<u8>) {
    tx.closed().await; // @sees_own_end
    drop(rx);
}

async fn sees_own_answer(mut tx: oneshot::Sender<u8>, rx: oneshot::Receiver<u8>) {
    tx.closed().await; // @sees_own_answer
    drop(rx);
}

type Lock = Arc<RwLock<u8>>;

async fn writes(lock: Lock) {
    *lock.write().await += 1; // @writes
}

async fn reads(lock: Lock) -> u8 {
    *lock.read().await // @reads_lock
}

async fn reads_again(first: OwnedRwLockReadGuard<u8>, lock: Lock) -> u8 {
    *first + *lock.read().await // @reads_again
}

async fn becomes_writer(first: OwnedRwLockReadGuard<u8>, lock: Lock) {
    *lock.write().await += *first; // @becomes_writer
}

async fn sleeps_with(first: OwnedRwLockReadGuard<u8>) {
    sleep(HOUR).await; // @sleeps_with
    drop(first);
}

type Ends<T> = (Sender<T>, Receiver<T>);

/// A channel without room and another one.
fn full(room: u8) -> (Ends<u8>, Ends<u16>) {
    let (tx, rx) = channel(room.into());
    for message in 0..room {
        tx.try_send(message).expect("there is room");
    }
    ((tx, rx), channel(1))
}

fn behind_a_writer(stage: &mut Stage) -> (OwnedRwLockReadGuard<u8>, Lock) {
    let lock = Lock::default();
    let first = Arc::clone(&lock).try_read_owned().expect("it is free");
    stage.spawn(writes(Arc::clone(&lock)));
    (first, lock)
}

pub(crate) const AREA: Area = Area {
    file: "room.rs",
    source: include_str!("room.rs"),
    shapes: &[
        Shape {
            name: "a full channel whose receiver waits for the sender",
            spawn: |stage| {
                let ((tx, rx), back) = full(2);
                stage.spawn(fills(tx, back.0));
                stage.spawn(leaves(rx, back.1));
            },
            tasks: "
                room::fills#0 [stuck]
                  room::fills @fills  back: Sender<u16>, tx: Sender<u8>
                  holds back: sender of mpsc, tx: sender of mpsc
                  waits for capacity of mpsc <- room::leaves#0 `rx`
                room::leaves#0 [stuck]
                  room::leaves @leaves  back: Receiver<u16>, rx: Receiver<u8>
                  holds back: receiver of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- room::fills#0 `back`
            ",
        },
        Shape {
            name: "the same after some were received",
            spawn: |stage| {
                let ((tx, mut rx), back) = full(1);
                for _ in 0..100 {
                    rx.try_recv().expect("it is full");
                    tx.try_send(0).expect("there is room");
                }
                stage.spawn(fills(tx, back.0));
                stage.spawn(leaves(rx, back.1));
            },
            tasks: "
                room::fills#1 [stuck]
                  room::fills @fills  back: Sender<u16>, tx: Sender<u8>
                  holds back: sender of mpsc, tx: sender of mpsc
                  waits for capacity of mpsc <- room::leaves#1 `rx`
                room::leaves#1 [stuck]
                  room::leaves @leaves  back: Receiver<u16>, rx: Receiver<u8>
                  holds back: receiver of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- room::fills#1 `back`
            ",
        },
        Shape {
            name: "a permit outside of all tasks, which may be given back",
            spawn: |stage| {
                let ((tx, mut rx), back) = full(2);
                rx.try_recv().expect("it is full");
                stage.keep(tx.clone().try_reserve_owned().expect("there is room"));
                stage.spawn(fills(tx, back.0));
                stage.spawn(leaves(rx, back.1));
            },
            tasks: "
                room::fills#2
                  room::fills @fills  back: Sender<u16>, tx: Sender<u8>
                  holds back: sender of mpsc, tx: sender of mpsc
                  waits for capacity of mpsc <- room::leaves#2 `rx`
                room::leaves#2
                  room::leaves @leaves  back: Receiver<u16>, rx: Receiver<u8>
                  holds back: receiver of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- room::fills#2 `back`
            ",
        },
        Shape {
            name: "a full channel whose receiver is outside of all tasks",
            spawn: |stage| {
                let ((tx, rx), back) = full(1);
                stage.keep((rx, back.1));
                stage.spawn(fills(tx, back.0));
            },
            tasks: "
                room::fills#3
                  room::fills @fills  back: Sender<u16>, tx: Sender<u8>
                  holds back: sender of mpsc, tx: sender of mpsc
                  waits for capacity of mpsc <- nobody found
            ",
        },
        Shape {
            name: "a full channel whose receiver is shared",
            spawn: |stage| {
                let ((tx, rx), back) = full(1);
                let rx = Arc::new(Mutex::new(rx));
                stage.keep(Arc::clone(&rx));
                stage.spawn(fills(tx, back.0));
                stage.spawn(shares(rx, back.1));
            },
            tasks: "
                room::fills#4
                  room::fills @fills  back: Sender<u16>, tx: Sender<u8>
                  holds back: sender of mpsc, tx: sender of mpsc
                  waits for capacity of mpsc <- room::shares `rx`
                room::shares
                  room::shares @shares  back: Receiver<u16>, rx: Arc<Mutex<Receiver<u8>>>
                  holds back: receiver of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- room::fills#4 `back`
            ",
        },
        Shape {
            name: "a full channel whose receiver anybody may refer to",
            spawn: |stage| {
                let ((tx, rx), back) = full(1);
                let shelf = Shelf { name: String::from("top"), rx: Box::leak(Box::new(Mutex::new(rx))) };
                stage.spawn(fills(tx, back.0));
                stage.spawn(refers(shelf, back.1));
            },
            tasks: "
                room::fills#5
                  room::fills @fills  back: Sender<u16>, tx: Sender<u8>
                  holds back: sender of mpsc, tx: sender of mpsc
                  waits for capacity of mpsc <- room::refers `shelf.rx`
                room::refers
                  room::refers @refers  back: Receiver<u16>, shelf: Shelf
                  holds back: receiver of mpsc, shelf.rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- room::fills#5 `back`
            ",
        },
        Shape {
            name: "send_timeout, which gives up",
            spawn: |stage| {
                let ((tx, rx), back) = full(1);
                stage.spawn(tries(tx, back.0));
                stage.spawn(leaves(rx, back.1));
            },
            tasks: "
                room::tries
                  room::tries @tries  back: Sender<u16>, tx: Sender<u8>
                  holds back: sender of mpsc, tx: sender of mpsc
                  waits for capacity of mpsc <- room::leaves#3 `rx`
                  waits for timer in 1 h
                room::leaves#3
                  room::leaves @leaves  back: Receiver<u16>, rx: Receiver<u8>
                  holds back: receiver of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- room::tries `back`
            ",
        },
        Shape {
            name: "the end of a receiver that the waiter has itself",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.spawn(sees_own_end(tx, rx));
                let (tx, rx) = oneshot::channel();
                stage.spawn(sees_own_answer(tx, rx));
            },
            tasks: "
                room::sees_own_end [stuck]
                  room::sees_own_end @sees_own_end  rx: Receiver<u8>, tx: Sender<u8>
                  holds rx: receiver of mpsc, tx: sender of mpsc
                  waits for close of mpsc <- room::sees_own_end `rx`
                room::sees_own_answer [stuck]
                  room::sees_own_answer @sees_own_answer  rx: Receiver<u8>, tx: Sender<u8>
                  holds rx: receiver of oneshot, tx: sender of oneshot
                  waits for close of oneshot <- room::sees_own_answer `rx`
            ",
        },
        Shape {
            name: "a second read behind a writer that waits for the first",
            spawn: |stage| {
                let (first, lock) = behind_a_writer(stage);
                stage.later(|stage| stage.spawn(reads_again(first, lock)));
            },
            tasks: "
                room::writes#0 [stuck]
                  room::writes @writes  lock: Arc<RwLock<u8>>
                  holds lock: rwlock
                  waits for permit of rwlock <- room::reads_again `first`
                room::reads_again [stuck]
                  room::reads_again @reads_again  first: OwnedRwLockReadGuard<u8, u8>, lock: Arc<RwLock<u8>>
                  holds first: guard of rwlock, lock: rwlock
                  waits for permit of rwlock <- room::reads_again `first`
            ",
        },
        Shape {
            name: "the same, while a task that sleeps has the first",
            spawn: |stage| {
                let (first, lock) = behind_a_writer(stage);
                stage.spawn(sleeps_with(first));
                stage.later(|stage| stage.spawn(reads(lock)));
            },
            tasks: "
                room::writes#1
                  room::writes @writes  lock: Arc<RwLock<u8>>
                  holds lock: rwlock
                  waits for permit of rwlock <- room::sleeps_with `first`
                room::sleeps_with
                  room::sleeps_with @sleeps_with  first: OwnedRwLockReadGuard<u8, u8>
                  holds first: guard of rwlock
                  waits for timer in 1 h
                room::reads#1
                  room::reads @reads_lock  lock: Arc<RwLock<u8>>
                  holds lock: rwlock
                  waits for permit of rwlock <- room::sleeps_with `first`
            ",
        },
        Shape {
            name: "one that stands before a writer that is stuck, and one behind it",
            spawn: |stage| {
                let lock = Arc::new(RwLock::with_max_readers(0, 2));
                let guard = || Arc::clone(&lock).try_read_owned().expect("two may read");
                let first = guard();
                stage.keep(guard());
                stage.spawn(reads(Arc::clone(&lock)));
                stage.later(|stage| {
                    stage.spawn(becomes_writer(first, Arc::clone(&lock)));
                    stage.later(|stage| stage.spawn(writes(lock)));
                });
            },
            tasks: "
                room::reads#0
                  room::reads @reads_lock  lock: Arc<RwLock<u8>>
                  holds lock: rwlock
                  waits for permit of rwlock <- room::becomes_writer `first`
                room::becomes_writer [stuck]
                  room::becomes_writer @becomes_writer  first: OwnedRwLockReadGuard<u8, u8>, lock: Arc<RwLock<u8>>
                  holds first: guard of rwlock, lock: rwlock
                  waits for permit of rwlock <- room::becomes_writer `first`
                room::writes#2 [stuck]
                  room::writes @writes  lock: Arc<RwLock<u8>>
                  holds lock: rwlock
                  waits for permit of rwlock <- room::becomes_writer `first`
            ",
        },
    ],
};
