//! A sender is found wherever it is kept: a task that waits for nobody but itself is proven to wait for ever.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use tokio::sync::mpsc::{
    Receiver, Sender, UnboundedReceiver, UnboundedSender, channel, unbounded_channel,
};

use crate::shape::{Area, Shape};

struct Hub {
    senders: Vec<Sender<u8>>,
    extra: Option<Arc<Mutex<Extra>>>,
}

struct Extra {
    tx: UnboundedSender<u8>,
}

async fn in_vec(hub: Hub, mut rx: Receiver<u8>) {
    rx.recv().await; // @in_vec
    drop(hub.senders);
}

async fn in_mutex(hub: Hub, mut rx: UnboundedReceiver<u8>) {
    rx.recv().await; // @in_mutex
    drop(
        hub.extra
            .map(|extra| extra.lock().map(|extra| extra.tx.clone()).ok()),
    );
}

async fn in_map(by_name: HashMap<String, Sender<u8>>, mut rx: Receiver<u8>) {
    rx.recv().await; // @in_map
    drop(by_name);
}

async fn in_tree(by_number: BTreeMap<u32, Sender<u8>>, mut rx: Receiver<u8>) {
    rx.recv().await; // @in_tree
    drop(by_number);
}

async fn in_deque(queue: VecDeque<Sender<u8>>, mut rx: Receiver<u8>) {
    rx.recv().await; // @in_deque
    drop(queue);
}

async fn in_array(both: [Sender<u8>; 2], mut rx: Receiver<u8>) {
    rx.recv().await; // @in_array
    drop(both);
}

async fn in_tuple(pair: (u64, Option<Sender<u8>>), mut rx: Receiver<u8>) {
    rx.recv().await; // @in_tuple
    drop(pair);
}

trait Plugin: Send {
    fn send(&self, number: u8);
}

struct Sending {
    tx: Sender<u8>,
}

impl Plugin for Sending {
    fn send(&self, number: u8) {
        let _ = self.tx.try_send(number);
    }
}

async fn in_object(plugin: Box<dyn Plugin>, mut rx: Receiver<u8>) {
    rx.recv().await; // @in_object
    plugin.send(1);
}

async fn in_closure(mut rx: Receiver<u8>, tx: Sender<u8>) {
    let callback = move || tx.try_send(1);
    rx.recv().await; // @in_closure
    let _ = callback();
}

fn alone<T>(
    of: (Sender<u8>, Receiver<u8>),
    build: impl FnOnce(Sender<u8>) -> T,
) -> (T, Receiver<u8>) {
    (build(of.0), of.1)
}

pub(crate) const AREA: Area = Area {
    file: "senders.rs",
    source: include_str!("senders.rs"),
    shapes: &[
        Shape {
            name: "two in a vector of a struct",
            spawn: |stage| {
                let (senders, rx) = alone(channel(1), |tx| vec![tx.clone(), tx]);
                stage.spawn(in_vec(Hub { senders, extra: None }, rx));
            },
            tasks: "
                senders::in_vec [stuck]
                  senders::in_vec @in_vec  hub: Hub, rx: Receiver<u8>
                  holds hub.senders[0]: sender of mpsc, hub.senders[1]: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (2 senders) <- senders::in_vec `hub.senders[0]`, senders::in_vec `hub.senders[1]`
            ",
        },
        Shape {
            name: "in a shared mutex of the standard library, if there is any",
            spawn: |stage| {
                let (tx, rx) = unbounded_channel();
                let extra = Some(Arc::new(Mutex::new(Extra { tx })));
                stage.spawn(in_mutex(Hub { senders: Vec::new(), extra }, rx));
            },
            tasks: "
                senders::in_mutex [stuck]
                  senders::in_mutex @in_mutex  hub: Hub, rx: UnboundedReceiver<u8>
                  holds hub.extra.tx: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- senders::in_mutex `hub.extra.tx`
            ",
        },
        Shape {
            name: "in a hash map",
            spawn: |stage| {
                let (map, rx) = alone(channel(1), |tx| HashMap::from([("a".to_owned(), tx)]));
                stage.spawn(in_map(map, rx));
            },
            tasks: "
                senders::in_map [stuck]
                  senders::in_map @in_map  by_name: HashMap<String, Sender<u8>>, rx: Receiver<u8>
                  holds by_name[..]: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- senders::in_map `by_name[..]`
            ",
        },
        Shape {
            name: "in a tree map",
            spawn: |stage| {
                let (map, rx) = alone(channel(1), |tx| BTreeMap::from([(1, tx.clone()), (2, tx)]));
                stage.spawn(in_tree(map, rx));
            },
            tasks: "
                senders::in_tree [stuck]
                  senders::in_tree @in_tree  by_number: BTreeMap<u32, Sender<u8>>, rx: Receiver<u8>
                  holds by_number[0]: sender of mpsc, by_number[1]: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (2 senders) <- senders::in_tree `by_number[0]`, senders::in_tree `by_number[1]`
            ",
        },
        Shape {
            name: "in a deque that has wrapped around",
            spawn: |stage| {
                let (it, rx) = alone(channel(1), |tx| {
                    let mut queue = VecDeque::with_capacity(2);
                    queue.push_back(tx.clone());
                    queue.push_front(tx);
                    queue
                });
                stage.spawn(in_deque(it, rx));
            },
            tasks: "
                senders::in_deque [stuck]
                  senders::in_deque @in_deque  queue: VecDeque<Sender<u8>>, rx: Receiver<u8>
                  holds queue[0]: sender of mpsc, queue[1]: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (2 senders) <- senders::in_deque `queue[0]`, senders::in_deque `queue[1]`
            ",
        },
        Shape {
            name: "in an array",
            spawn: |stage| {
                let (it, rx) = alone(channel(1), |tx| [tx.clone(), tx]);
                stage.spawn(in_array(it, rx));
            },
            tasks: "
                senders::in_array [stuck]
                  senders::in_array @in_array  both: [Sender<u8>; 2], rx: Receiver<u8>
                  holds both[0]: sender of mpsc, both[1]: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (2 senders) <- senders::in_array `both[0]`, senders::in_array `both[1]`
            ",
        },
        Shape {
            name: "in an option of a tuple",
            spawn: |stage| {
                let (it, rx) = alone(channel(1), |tx| (1, Some(tx)));
                stage.spawn(in_tuple(it, rx));
            },
            tasks: "
                senders::in_tuple [stuck]
                  senders::in_tuple @in_tuple  pair: (u64, Option<Sender<u8>>), rx: Receiver<u8>
                  holds pair.1: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- senders::in_tuple `pair.1`
            ",
        },
        Shape {
            name: "behind a trait object",
            spawn: |stage| {
                let (it, rx) = alone(channel(1), |tx| Box::new(Sending { tx }) as Box<dyn Plugin>);
                stage.spawn(in_object(it, rx));
            },
            tasks: "
                senders::in_object [stuck]
                  senders::in_object @in_object  plugin: Box<dyn Plugin>, rx: Receiver<u8>
                  holds plugin.tx: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- senders::in_object `plugin.tx`
            ",
        },
        Shape {
            name: "captured by a closure",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.spawn(in_closure(rx, tx));
            },
            tasks: "
                senders::in_closure [stuck]
                  senders::in_closure @in_closure  callback: {closure}, rx: Receiver<u8>
                  holds callback.tx: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- senders::in_closure `callback.tx`
            ",
        },
    ],
};
