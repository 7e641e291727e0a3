//! A sender that somebody else may share proves nothing, wherever else it was found.

use std::sync::{Arc, LazyLock, Mutex, Weak};

use tokio::{
    sync::mpsc::{Receiver, Sender, WeakSender, channel},
    time::sleep,
};

use crate::shape::{Area, HOUR, Shape};

async fn in_arc(shared: Arc<Sender<u8>>, mut rx: Receiver<u8>) {
    rx.recv().await; // @in_arc
    drop(shared);
}

async fn in_same_arc(shared: Arc<Sender<u8>>) {
    sleep(HOUR).await; // @in_same_arc
    drop(shared);
}

async fn in_arc_outside(shared: Arc<Sender<u8>>, mut rx: Receiver<u8>) {
    rx.recv().await; // @in_arc_outside
    drop(shared);
}

async fn in_weak_arc(shared: Arc<Sender<u8>>, mut rx: Receiver<u8>) {
    rx.recv().await; // @in_weak_arc
    drop(shared);
}

async fn in_own_arc(shared: Arc<Sender<u8>>, mut rx: Receiver<u8>) {
    rx.recv().await; // @in_own_arc
    drop(shared);
}

async fn in_leaked(tx: &'static Sender<u8>, mut rx: Receiver<u8>) {
    rx.recv().await; // @in_leaked
    let _ = tx.try_send(1);
}

async fn weak(tx: WeakSender<u8>, mut rx: Receiver<u8>) {
    rx.recv().await; // @weak
    drop(tx.upgrade());
}

async fn through_weak(shared: Weak<Sender<u8>>, mut rx: Receiver<u8>) {
    rx.recv().await; // @through_weak
    drop(shared.upgrade());
}

async fn through_strong(shared: Arc<Sender<u8>>, weak: Weak<Sender<u8>>, mut rx: Receiver<u8>) {
    rx.recv().await; // @through_strong
    drop((shared, weak));
}

trait Hub: Send + Sync {}
impl Hub for Sender<u8> {}

async fn through_weak_object(hub: Weak<dyn Hub>, mut rx: Receiver<u8>) {
    rx.recv().await; // @through_weak_object
    drop(hub.upgrade());
}

static GLOBAL: LazyLock<Mutex<Vec<Sender<u8>>>> = LazyLock::new(Mutex::default);

async fn in_static(mut rx: Receiver<u8>) {
    rx.recv().await; // @in_static
}

pub(crate) const AREA: Area = Area {
    file: "shared.rs",
    source: include_str!("shared.rs"),
    shapes: &[
        Shape {
            name: "one that two tasks share",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                let shared = Arc::new(tx);
                stage.spawn(in_same_arc(Arc::clone(&shared)));
                stage.spawn(in_arc(shared, rx));
            },
            tasks: "
                shared::in_arc
                  shared::in_arc @in_arc  rx: Receiver<u8>, shared: Arc<Sender<u8>>
                  holds rx: receiver of mpsc, shared: sender of mpsc
                  waits for message of mpsc (1 sender) <- shared::in_arc `shared`, shared::in_same_arc `shared`
                shared::in_same_arc
                  shared::in_same_arc @in_same_arc  shared: Arc<Sender<u8>>
                  holds shared: sender of mpsc
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "one that is shared with somebody outside of all tasks",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                let shared = Arc::new(tx);
                stage.keep(Arc::clone(&shared));
                stage.spawn(in_arc_outside(shared, rx));
            },
            tasks: "
                shared::in_arc_outside
                  shared::in_arc_outside @in_arc_outside  rx: Receiver<u8>, shared: Arc<Sender<u8>>
                  holds rx: receiver of mpsc, shared: sender of mpsc
                  waits for message of mpsc (1 sender) <- shared::in_arc_outside `shared`
            ",
        },
        Shape {
            name: "one that somebody outside of all tasks may come by",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                let shared = Arc::new(tx);
                stage.keep(Arc::downgrade(&shared));
                stage.spawn(in_weak_arc(shared, rx));
            },
            tasks: "
                shared::in_weak_arc
                  shared::in_weak_arc @in_weak_arc  rx: Receiver<u8>, shared: Arc<Sender<u8>>
                  holds rx: receiver of mpsc, shared: sender of mpsc
                  waits for message of mpsc (1 sender) <- shared::in_weak_arc `shared`
            ",
        },
        Shape {
            name: "one that is not shared any more",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.spawn(in_own_arc(Arc::new(tx), rx));
            },
            tasks: "
                shared::in_own_arc [stuck]
                  shared::in_own_arc @in_own_arc  rx: Receiver<u8>, shared: Arc<Sender<u8>>
                  holds rx: receiver of mpsc, shared: sender of mpsc
                  waits for message of mpsc (1 sender) <- shared::in_own_arc `shared`
            ",
        },
        Shape {
            name: "one behind a reference that anybody may have",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.spawn(in_leaked(Box::leak(Box::new(tx)), rx));
            },
            tasks: "
                shared::in_leaked
                  shared::in_leaked @in_leaked  rx: Receiver<u8>, tx: &Sender<u8>
                  holds rx: receiver of mpsc, tx?: sender of mpsc
                  waits for message of mpsc (1 sender) <- shared::in_leaked `tx`?
            ",
        },
        Shape {
            name: "a weak sender beside one outside of all tasks",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.spawn(weak(tx.downgrade(), rx));
                stage.keep(tx);
            },
            tasks: "
                shared::weak
                  shared::weak @weak  rx: Receiver<u8>, tx: WeakSender<u8>
                  holds rx: receiver of mpsc
                  waits for message of mpsc <- nobody found
            ",
        },
        Shape {
            name: "one that a task could come by, and does not keep",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                let shared = Arc::new(tx);
                stage.spawn(through_weak(Arc::downgrade(&shared), rx));
                stage.keep(shared);
            },
            tasks: "
                shared::through_weak
                  shared::through_weak @through_weak  rx: Receiver<u8>, shared: Weak<Sender<u8>>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "one that it keeps as well",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                let shared = Arc::new(tx);
                let weak = Arc::downgrade(&shared);
                stage.spawn(through_strong(shared, weak, rx));
            },
            tasks: "
                shared::through_strong
                  shared::through_strong @through_strong  rx: Receiver<u8>, shared: Arc<Sender<u8>>, weak: Weak<Sender<u8>>
                  holds rx: receiver of mpsc, shared: sender of mpsc
                  waits for message of mpsc (1 sender) <- shared::through_strong `shared`
            ",
        },
        Shape {
            name: "the same of a trait object",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                let hub: Arc<dyn Hub> = Arc::new(tx);
                stage.spawn(through_weak_object(Arc::downgrade(&hub), rx));
                stage.keep(hub);
            },
            tasks: "
                shared::through_weak_object
                  shared::through_weak_object @through_weak_object  hub: Weak<dyn Hub>, rx: Receiver<u8>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "in a static, where no task has it",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                GLOBAL.lock().expect("nothing panics here").push(tx);
                stage.spawn(in_static(rx));
            },
            tasks: "
                shared::in_static
                  shared::in_static @in_static  rx: Receiver<u8>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
    ],
};
