//! A sender counts where it is now: not where it was moved from or dropped, and once however often it is reached.

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::shape::{Area, Shape};

async fn in_future(mut rx: Receiver<u8>, tx: Sender<u8>) {
    let later = passes_on(tx);
    rx.recv().await; // @in_future
    later.await;
}

async fn passes_on(tx: Sender<u8>) {
    let _ = tx.send(1).await;
}

async fn shadowed(tx: Sender<u8>, mut rx: Receiver<u8>) {
    let tx = (1_u8, tx.clone());
    rx.recv().await; // @shadowed
    drop(tx);
}

async fn dropped(tx: Sender<u8>, mut rx: Receiver<u8>) {
    drop(tx);
    rx.recv().await; // @dropped
}

async fn used_and_dropped(tx: Sender<u8>, mut rx: Receiver<u8>) {
    let _ = tx.try_send(1);
    drop(tx);
    rx.recv().await;
    rx.recv().await; // @used_and_dropped
}

async fn dropped_if(is_dropped: bool, tx: Sender<u8>, mut rx: Receiver<u8>) {
    if is_dropped {
        drop(tx);
    }
    rx.recv().await; // @dropped_if
}

struct Pair {
    one: Sender<u8>,
    other: Sender<u8>,
}

async fn half_dropped(pair: Pair, mut rx: Receiver<u8>) {
    drop(pair.one);
    rx.recv().await; // @half_dropped
    drop(pair.other);
}

async fn taken(mut slot: Option<Sender<u8>>, mut rx: Receiver<u8>) {
    drop(slot.take());
    rx.recv().await; // @taken
    drop(slot);
}

async fn moved(tx: Sender<u8>, rx: Receiver<u8>) {
    owns(tx, rx).await; // @moved
}

async fn owns(tx: Sender<u8>, mut rx: Receiver<u8>) {
    rx.recv().await; // @owns
    drop(tx);
}

async fn lends(tx: Sender<u8>, mut rx: Receiver<u8>) {
    borrows(&tx, &mut rx).await; // @lends
}

async fn borrows(tx: &Sender<u8>, rx: &mut Receiver<u8>) {
    rx.recv().await; // @borrows
    let _ = tx.try_send(1);
}

pub(crate) const AREA: Area = Area {
    file: "owners.rs",
    source: include_str!("owners.rs"),
    shapes: &[
        Shape {
            name: "in a future that is not awaited yet",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.spawn(in_future(rx, tx));
            },
            tasks: "
                owners::in_future [stuck]
                  owners::in_future @in_future  later: passes_on, rx: Receiver<u8>
                  holds later.tx: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- owners::in_future `later.tx`
            ",
        },
        Shape {
            name: "two variables of one name",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.spawn(shadowed(tx, rx));
            },
            // Debug info gives all variables of one name the place of one of them, so that one of the two is not found.
            tasks: "
                owners::shadowed
                  owners::shadowed @shadowed  rx: Receiver<u8>, tx: Sender<u8>
                  holds rx: receiver of mpsc, tx: sender of mpsc
                  waits for message of mpsc (2 senders) <- owners::shadowed `tx`
            ",
        },
        Shape {
            name: "dropped before the await, and kept outside of all tasks",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.keep(tx.clone());
                stage.spawn(dropped(tx, rx));
            },
            tasks: "
                owners::dropped
                  owners::dropped @dropped  rx: Receiver<u8>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "lent and then dropped before the await",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.keep(tx.clone());
                stage.spawn(used_and_dropped(tx, rx));
            },
            tasks: "
                owners::used_and_dropped
                  owners::used_and_dropped @used_and_dropped  rx: Receiver<u8>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "dropped or not, as it happens",
            spawn: |stage| {
                for is_dropped in [true, false] {
                    let (tx, rx) = channel(1);
                    stage.keep(tx.clone());
                    stage.spawn(dropped_if(is_dropped, tx, rx));
                }
            },
            tasks: "
                owners::dropped_if#0
                  owners::dropped_if @dropped_if  rx: Receiver<u8>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
                owners::dropped_if#1
                  owners::dropped_if @dropped_if  rx: Receiver<u8>, tx: Sender<u8>
                  holds rx: receiver of mpsc, tx: sender of mpsc
                  waits for message of mpsc (2 senders) <- owners::dropped_if#1 `tx`
            ",
        },
        Shape {
            name: "one half of a struct dropped",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                let pair = Pair {
                    one: tx.clone(),
                    other: tx,
                };
                stage.spawn(half_dropped(pair, rx));
            },
            tasks: "
                owners::half_dropped [stuck]
                  owners::half_dropped @half_dropped  pair: Pair, rx: Receiver<u8>
                  holds pair.other: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- owners::half_dropped `pair.other`
            ",
        },
        Shape {
            name: "taken out of an option",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.keep(tx.clone());
                stage.spawn(taken(Some(tx), rx));
            },
            tasks: "
                owners::taken
                  owners::taken @taken  rx: Receiver<u8>, slot: Option<Sender<u8>>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "moved on, and kept outside of all tasks as well",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.keep(tx.clone());
                stage.spawn(moved(tx, rx));
            },
            tasks: "
                owners::moved
                  owners::moved @moved
                    owners::owns @owns  rx: Receiver<u8>, tx: Sender<u8>
                  holds rx: receiver of mpsc, tx: sender of mpsc
                  waits for message of mpsc (2 senders) <- owners::moved `tx`
            ",
        },
        Shape {
            name: "lent to what is awaited, which counts once",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.keep(tx.clone());
                stage.spawn(lends(tx, rx));
            },
            tasks: "
                owners::lends
                  owners::lends @lends  rx: Receiver<u8>, tx: Sender<u8>
                    owners::borrows @borrows  tx: &Sender<u8>
                  holds rx: receiver of mpsc, tx: sender of mpsc
                  waits for message of mpsc (2 senders) <- owners::lends `tx`
            ",
        },
    ],
};
