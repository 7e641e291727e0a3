//! A value without a size of its own may be the last field of a struct: the other fields are there as well, and it is where its
//! alignment puts it.

use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::shape::{Area, Shape};

trait Handler: Send {}

struct Forward {
    _number: u8,
    _out: Sender<u8>,
}

impl Handler for Forward {}

/// Aligned as nothing else around it.
#[repr(align(64))]
struct Apart {
    _out: Sender<u8>,
}

impl Handler for Apart {}

struct Connection<H: ?Sized> {
    inbox: Receiver<u8>,
    _flag: bool,
    _handler: H,
}

/// The handler has the end of another channel.
async fn serves(mut connection: Box<Connection<dyn Handler>>) {
    connection.inbox.recv().await; // @serves
}

async fn serves_apart(mut connection: Box<Connection<dyn Handler>>) {
    connection.inbox.recv().await; // @serves_apart
}

async fn behind_a_lock(shared: Arc<std::sync::Mutex<dyn Handler>>, mut inbox: Receiver<u8>) {
    inbox.recv().await; // @behind_a_lock
    drop(shared);
}

async fn in_a_slice(senders: Arc<[Sender<u8>]>, mut inbox: Receiver<u8>) {
    inbox.recv().await; // @in_a_slice
    drop(senders);
}

/// What looks like a pointer with a vtable, and is none.
struct Erased {
    data: Arc<Sender<u8>>,
    vtable: &'static [fn(&Forward); 4],
}

fn does_nothing(_: &Forward) {}

static TABLE: [fn(&Forward); 4] = [does_nothing; 4];

async fn erased(handle: Erased, mut inbox: Receiver<u8>) {
    inbox.recv().await; // @erased
    drop((handle.data, handle.vtable));
}

pub(crate) const AREA: Area = Area {
    file: "unsized_tails.rs",
    source: include_str!("unsized_tails.rs"),
    shapes: &[
        Shape {
            name: "a handler behind other fields",
            spawn: |stage| {
                let ((sender, inbox), (out, rest)) = (channel(1), channel(1));
                stage.keep((sender, rest));
                stage.spawn(serves(Box::new(Connection {
                    inbox,
                    _flag: true,
                    _handler: Forward {
                        _number: 1,
                        _out: out,
                    },
                })));
            },
            tasks: "
                unsized_tails::serves
                  unsized_tails::serves @serves  connection: Box<Connection<dyn Handler>>
                  holds connection._handler._out: sender of mpsc, connection.inbox: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "one whose alignment moves it",
            spawn: |stage| {
                let (out, inbox) = channel(1);
                stage.spawn(serves_apart(Box::new(Connection {
                    inbox,
                    _flag: true,
                    _handler: Apart { _out: out },
                })));
            },
            tasks: "
                unsized_tails::serves_apart [stuck]
                  unsized_tails::serves_apart @serves_apart  connection: Box<Connection<dyn Handler>>
                  holds connection._handler._out: sender of mpsc, connection.inbox: receiver of mpsc
                  waits for message of mpsc (1 sender) <- unsized_tails::serves_apart `connection._handler._out`
            ",
        },
        Shape {
            name: "one behind a lock that is shared",
            spawn: |stage| {
                let (out, inbox) = channel(1);
                stage.spawn(behind_a_lock(
                    Arc::new(std::sync::Mutex::new(Forward {
                        _number: 1,
                        _out: out,
                    })),
                    inbox,
                ));
            },
            tasks: "
                unsized_tails::behind_a_lock [stuck]
                  unsized_tails::behind_a_lock @behind_a_lock  inbox: Receiver<u8>, shared: Arc<Mutex<dyn Handler>>
                  holds inbox: receiver of mpsc, shared._out: sender of mpsc
                  waits for message of mpsc (1 sender) <- unsized_tails::behind_a_lock `shared._out`
            ",
        },
        Shape {
            name: "elements that are shared",
            spawn: |stage| {
                let (sender, inbox) = channel(1);
                let (other, rest) = channel(1);
                stage.keep(rest);
                stage.spawn(in_a_slice([other, sender.clone(), sender].into(), inbox));
            },
            tasks: "
                unsized_tails::in_a_slice [stuck]
                  unsized_tails::in_a_slice @in_a_slice  inbox: Receiver<u8>, senders: Arc<[Sender<u8>]>
                  holds inbox: receiver of mpsc, senders[0]: sender of mpsc, senders[1]: sender of mpsc, senders[2]: sender of mpsc
                  waits for message of mpsc (2 senders) <- unsized_tails::in_a_slice `senders[1]`, unsized_tails::in_a_slice `senders[2]`
            ",
        },
        Shape {
            name: "a pair of the same names as a pointer with a vtable",
            spawn: |stage| {
                let (sender, inbox) = channel(1);
                let data = Arc::new(sender);
                stage.keep(data.clone());
                stage.spawn(erased(
                    Erased {
                        data,
                        vtable: &TABLE,
                    },
                    inbox,
                ));
            },
            tasks: "
                unsized_tails::erased
                  unsized_tails::erased @erased  handle: Erased, inbox: Receiver<u8>
                  holds handle.data: sender of mpsc, inbox: receiver of mpsc
                  waits for message of mpsc (1 sender) <- unsized_tails::erased `handle.data`
            ",
        },
    ],
};
