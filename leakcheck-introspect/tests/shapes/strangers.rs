//! Futures of which nothing is known, beside one that is known to wait for ever: anybody may wake the former.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use futures::{
    FutureExt, SinkExt, StreamExt,
    future::{Either, join_all, select},
    stream,
};
use tokio::{
    io::{AsyncReadExt, ReadHalf, SimplexStream, simplex},
    sync::mpsc,
};

use crate::shape::{Area, Shape};

type Source = futures::channel::mpsc::UnboundedReceiver<u8>;
type Slot = Arc<Mutex<Option<Waker>>>;

/// Leaves its waker where somebody else may find it.
struct Leaf {
    slot: Slot,
}

impl Future for Leaf {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        *self.slot.lock().expect("nobody panicked") = Some(context.waker().clone());
        Poll::Pending
    }
}

/// The same, and it holds what is known.
struct Keeper {
    slot: Slot,
    queue: mpsc::Sender<u8>,
}

impl Future for Keeper {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        *self.slot.lock().expect("nobody panicked") = Some(context.waker().clone());
        if self.queue.is_closed() {
            Poll::Ready(true)
        } else {
            Poll::Pending
        }
    }
}

async fn in_select(slot: Slot) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    // @in_select
    tokio::select! {
        _ = jobs.recv() => {}
        () = (Leaf { slot }) => {}
    }
    drop(sender);
}

async fn in_join(slot: Slot) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    // @in_join
    tokio::join!(jobs.recv(), Leaf { slot });
    drop(sender);
}

async fn in_combinator(slot: Slot) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let job = Box::pin(jobs.recv());
    drop(select(job, Leaf { slot }).await); // @in_combinator
    drop(sender);
}

async fn in_box(slot: Slot) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let leaf: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(Leaf { slot });
    let job = Box::pin(jobs.recv());
    drop(select(job, leaf).await); // @in_box
    drop(sender);
}

async fn in_several(slot: Slot) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let job = Box::pin(jobs.recv());
    let leaves = join_all([Leaf { slot }]);
    let _: Either<_, _> = select(job, leaves).await; // @in_several
    drop(sender);
}

async fn in_closure(slot: Slot) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let job = Box::pin(jobs.recv());
    let mut leaf = Leaf { slot };
    let leaf = poll_fn(move |context| Pin::new(&mut leaf).poll(context));
    drop(select(job, leaf).await); // @in_closure
    drop(sender);
}

async fn with_sender(slot: Slot) {
    let (queue, mut jobs) = mpsc::channel::<u8>(1);
    // @with_sender
    tokio::select! {
        _ = jobs.recv() => {}
        _ = (Keeper { slot, queue }) => {}
    }
}

async fn in_dependency(mut pipe: ReadHalf<SimplexStream>) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let mut buffer = [0; 8];
    // @in_dependency
    tokio::select! {
        _ = jobs.recv() => {}
        _ = pipe.read(&mut buffer) => {}
    }
    drop(sender);
}

async fn beside_sink(mut queue: futures::channel::mpsc::Sender<u8>) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    // @beside_sink
    tokio::select! {
        _ = jobs.recv() => {}
        _ = queue.send(1) => {}
    }
    drop(sender);
}

async fn beside_forwarding(mut queue: futures::channel::mpsc::Sender<u8>, source: Source) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let mut source = source.map(Ok);
    // @beside_forwarding
    tokio::select! {
        _ = jobs.recv() => {}
        _ = queue.send_all(&mut source) => {}
    }
    drop(sender);
}

async fn beside_polled_stream(slot: Slot) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let mut leaf = Leaf { slot };
    let mut stream = stream::poll_fn(move |context| Pin::new(&mut leaf).poll(context).map(Some));
    // @beside_polled_stream
    tokio::select! {
        _ = jobs.recv() => {}
        _ = stream.next() => {}
    }
    drop(sender);
}

type Polled = Box<dyn FnMut(&mut Context<'_>) -> Poll<()> + Send>;

async fn beside_boxed_closure(slot: Slot) {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let mut leaf = Leaf { slot };
    let polled: Polled = Box::new(move |context| Pin::new(&mut leaf).poll(context));
    // @beside_boxed_closure
    tokio::select! {
        _ = jobs.recv() => {}
        () = poll_fn(polled) => {}
    }
    drop(sender);
}

async fn called_with_result() {
    let (sender, mut jobs) = mpsc::channel::<u8>(1);
    let (other, rest) = mpsc::channel::<u8>(1);
    let kept = rest;
    let job = Box::pin(jobs.recv());
    job.map(move |_| drop(kept)).await; // @called_with_result
    drop((sender, other));
}

pub(crate) const AREA: Area = Area {
    file: "strangers.rs",
    source: include_str!("strangers.rs"),
    shapes: &[
        Shape {
            name: "one that knows nobody, in select!",
            spawn: |stage| stage.spawn(in_select(Slot::default())),
            tasks: "
                strangers::in_select [open]
                  strangers::in_select @in_select  jobs: Receiver<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- strangers::in_select `sender`
            ",
        },
        Shape {
            name: "in join!",
            spawn: |stage| stage.spawn(in_join(Slot::default())),
            tasks: "
                strangers::in_join [open]
                  strangers::in_join @in_join  jobs: Receiver<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- strangers::in_join `sender`
            ",
        },
        Shape {
            name: "in a combinator",
            spawn: |stage| stage.spawn(in_combinator(Slot::default())),
            tasks: "
                strangers::in_combinator [open]
                  strangers::in_combinator @in_combinator  jobs: Receiver<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- strangers::in_combinator `sender`
            ",
        },
        Shape {
            name: "in a box",
            spawn: |stage| stage.spawn(in_box(Slot::default())),
            tasks: "
                strangers::in_box [open]
                  strangers::in_box @in_box  jobs: Receiver<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- strangers::in_box `sender`
            ",
        },
        Shape {
            name: "in a collection",
            spawn: |stage| stage.spawn(in_several(Slot::default())),
            tasks: "
                strangers::in_several [open]
                  strangers::in_several @in_several  jobs: Receiver<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- strangers::in_several `sender`
            ",
        },
        Shape {
            name: "in a closure that is polled",
            spawn: |stage| stage.spawn(in_closure(Slot::default())),
            tasks: "
                strangers::in_closure [open]
                  strangers::in_closure @in_closure  jobs: Receiver<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- strangers::in_closure `sender`
            ",
        },
        Shape {
            name: "one that holds the sender",
            spawn: |stage| stage.spawn(with_sender(Slot::default())),
            tasks: "
                strangers::with_sender [open]
                  strangers::with_sender @with_sender  jobs: Receiver<u8>
                  holds jobs: receiver of mpsc
                  waits for message of mpsc (1 sender) <- strangers::with_sender inside a dependency
            ",
        },
        Shape {
            name: "one of a well-known library",
            spawn: |stage| {
                let (near, far) = simplex(8);
                stage.keep(far);
                stage.spawn(in_dependency(near));
            },
            tasks: "
                strangers::in_dependency [open]
                  strangers::in_dependency @in_dependency  buffer: [u8; 8], jobs: Receiver<u8>, pipe: ReadHalf<SimplexStream>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- strangers::in_dependency `sender`
            ",
        },
        Shape {
            name: "a sink of a channel that somebody else reads",
            spawn: |stage| {
                let (mut queue, read) = futures::channel::mpsc::channel(0);
                let _ = queue.try_send(0);
                stage.keep(read);
                stage.spawn(beside_sink(queue));
            },
            tasks: "
                strangers::beside_sink
                  strangers::beside_sink @beside_sink  jobs: Receiver<u8>, queue: Sender<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, queue: sender of channel, sender: sender of mpsc
                  waits for capacity of channel <- nobody found
                  waits for message of mpsc (1 sender) <- strangers::beside_sink `sender`
            ",
        },
        Shape {
            name: "a sink that may be polled for room",
            spawn: |stage| {
                let (queue, read) = futures::channel::mpsc::channel(0);
                let (back, source) = futures::channel::mpsc::unbounded();
                stage.keep((back, read));
                stage.spawn(beside_forwarding(queue, source));
            },
            tasks: "
                strangers::beside_forwarding [open]
                  strangers::beside_forwarding @beside_forwarding  jobs: Receiver<u8>, queue: Sender<u8>, sender: Sender<u8>, source: Map<UnboundedReceiver<u8>, fn(u8) -> Result<u8, SendError>>
                  holds jobs: receiver of mpsc, queue: sender of channel, sender: sender of mpsc, source: receiver of channel
                  waits for message of channel (1 sender) <- nobody found
                  waits for message of mpsc (1 sender) <- strangers::beside_forwarding `sender`
            ",
        },
        Shape {
            name: "a stream that is a closure",
            spawn: |stage| stage.spawn(beside_polled_stream(Slot::default())),
            tasks: "
                strangers::beside_polled_stream [open]
                  strangers::beside_polled_stream @beside_polled_stream  jobs: Receiver<u8>, sender: Sender<u8>, stream: PollFn<{closure}>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- strangers::beside_polled_stream `sender`
            ",
        },
        Shape {
            name: "a closure in a box that is polled",
            spawn: |stage| stage.spawn(beside_boxed_closure(Slot::default())),
            tasks: "
                strangers::beside_boxed_closure [open]
                  strangers::beside_boxed_closure @beside_boxed_closure  jobs: Receiver<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- strangers::beside_boxed_closure `sender`
            ",
        },
        Shape {
            name: "a closure that is only called with the result",
            spawn: |stage| stage.spawn(called_with_result()),
            tasks: "
                strangers::called_with_result [stuck]
                  strangers::called_with_result @called_with_result  jobs: Receiver<u8>, other: Sender<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, other: sender of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- strangers::called_with_result `sender`
            ",
        },
    ],
};
