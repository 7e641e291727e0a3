//! Channels of `flume`: any end may do what wakes those who wait at it, and weak ones may become ends.

use flume::{Receiver, Sender, WeakSender, bounded, unbounded};
use futures::{SinkExt, StreamExt};
use tokio::time::sleep;

use crate::shape::{Area, HOUR, Shape};

async fn receives(jobs: Receiver<u32>) {
    while jobs.recv_async().await.is_ok() {} // @receives
}

async fn sends(jobs: Sender<u32>) {
    sleep(HOUR).await; // @sends
    let _ = jobs.send_async(1).await;
}

async fn owes_itself(jobs: Receiver<u8>, back: Sender<u8>) {
    let _ = jobs.recv_async().await; // @owes_itself
    drop(back);
}

async fn owes_itself_of_two(jobs: Receiver<u8>, back: Sender<u8>) {
    let _ = jobs.recv_async().await; // @owes_itself_of_two
    drop(back);
}

async fn owes_itself_beside(jobs: Receiver<u8>, back: Sender<u8>) {
    let _ = jobs.recv_async().await; // @owes_itself_beside
    drop(back);
}

async fn owes_itself_with_weak(jobs: Receiver<u8>, back: Sender<u8>) {
    let _ = jobs.recv_async().await; // @owes_itself_with_weak
    drop(back);
}

async fn receives_forgotten(jobs: Receiver<u8>) {
    let _ = jobs.recv_async().await; // @receives_forgotten
}

async fn receives_owned(jobs: Receiver<i8>) {
    let _ = jobs.into_recv_async().await; // @receives_owned
}

async fn streams(jobs: Receiver<u16>, back: Sender<u16>) {
    let mut jobs = jobs.into_stream();
    jobs.next().await; // @streams
    drop(back);
}

async fn streams_borrowed(jobs: Receiver<u16>) {
    jobs.stream().next().await; // @streams_borrowed
}

async fn fills(jobs: Sender<u64>) {
    for job in 0.. {
        let _ = jobs.send_async(job).await; // @fills
    }
}

async fn reads_nothing(jobs: Receiver<u64>) {
    sleep(2 * HOUR).await; // @reads_nothing
    drop(jobs);
}

async fn fills_its_own(jobs: Sender<u64>, read: Receiver<u64>) {
    for job in 0.. {
        let _ = jobs.send_async(job).await; // @fills_its_own
    }
    drop(read);
}

async fn fills_of_two(jobs: Sender<u64>, read: Receiver<u64>) {
    for job in 0.. {
        let _ = jobs.send_async(job).await; // @fills_of_two
    }
    drop(read);
}

async fn feeds(jobs: Sender<u64>, read: Receiver<u64>) {
    let mut sink = jobs.into_sink();
    for job in 0.. {
        let _ = sink.send(job).await; // @feeds
    }
    drop(read);
}

async fn either(jobs: Receiver<i16>, more: Receiver<i32>) {
    // @either
    tokio::select! {
        _ = jobs.recv_async() => {}
        _ = more.recv_async() => {}
    }
}

pub(crate) const AREA: Area = Area {
    file: "flumes.rs",
    source: include_str!("flumes.rs"),
    shapes: &[
        Shape {
            name: "a message of flume that another task may send",
            spawn: |stage| {
                let (sender, receiver) = bounded(1);
                stage.spawn(receives(receiver));
                stage.spawn(sends(sender));
            },
            tasks: "
                flumes::receives
                  flumes::receives @receives  jobs: Receiver<u32>
                  holds jobs: receiver of channel
                  waits for message of channel (1 sender) <- flumes::sends `jobs`
                flumes::sends
                  flumes::sends @sends  jobs: Sender<u32>
                  holds jobs: sender of channel
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "all ends of flume are one's own",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                stage.spawn(owes_itself(receiver, sender));
            },
            tasks: "
                flumes::owes_itself [stuck]
                  flumes::owes_itself @owes_itself  back: Sender<u8>, jobs: Receiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- flumes::owes_itself `back`
            ",
        },
        Shape {
            name: "another sender of flume elsewhere",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                stage.keep(sender.clone());
                stage.spawn(owes_itself_of_two(receiver, sender));
            },
            tasks: "
                flumes::owes_itself_of_two
                  flumes::owes_itself_of_two @owes_itself_of_two  back: Sender<u8>, jobs: Receiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (2 senders) <- flumes::owes_itself_of_two `back`
            ",
        },
        Shape {
            name: "another receiver of flume elsewhere",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                stage.keep(receiver.clone());
                stage.spawn(owes_itself_beside(receiver, sender));
            },
            tasks: "
                flumes::owes_itself_beside
                  flumes::owes_itself_beside @owes_itself_beside  back: Sender<u8>, jobs: Receiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- flumes::owes_itself_beside `back`
            ",
        },
        Shape {
            name: "a weak sender of flume elsewhere",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                let weak: WeakSender<u8> = sender.downgrade();
                stage.keep(weak);
                stage.spawn(owes_itself_with_weak(receiver, sender));
            },
            tasks: "
                flumes::owes_itself_with_weak
                  flumes::owes_itself_with_weak @owes_itself_with_weak  back: Sender<u8>, jobs: Receiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- flumes::owes_itself_with_weak `back`
            ",
        },
        Shape {
            name: "a sender of flume that was forgotten",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                std::mem::forget(sender);
                stage.spawn(receives_forgotten(receiver));
            },
            tasks: "
                flumes::receives_forgotten
                  flumes::receives_forgotten @receives_forgotten  jobs: Receiver<u8>
                  holds jobs: receiver of channel
                  waits for message of channel (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "a future that has the receiver of flume",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                stage.keep(sender);
                stage.spawn(receives_owned(receiver));
            },
            tasks: "
                flumes::receives_owned
                  flumes::receives_owned @receives_owned
                  waits for message of channel (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "a stream that has the receiver of flume",
            spawn: |stage| {
                let (sender, receiver) = bounded(1);
                stage.spawn(streams(receiver, sender));
            },
            tasks: "
                flumes::streams [stuck]
                  flumes::streams @streams  back: Sender<u16>, jobs: RecvStream<u16>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- flumes::streams `back`
            ",
        },
        Shape {
            name: "a stream that borrows the receiver of flume",
            spawn: |stage| {
                let (sender, receiver) = bounded(1);
                stage.keep((sender.clone(), sender));
                stage.spawn(streams_borrowed(receiver));
            },
            tasks: "
                flumes::streams_borrowed
                  flumes::streams_borrowed @streams_borrowed  jobs: Receiver<u16>
                  holds jobs: receiver of channel
                  waits for message of channel (2 senders) <- nobody found
            ",
        },
        Shape {
            name: "room in a channel of flume that another task reads",
            spawn: |stage| {
                let (sender, receiver) = bounded(2);
                stage.spawn(fills(sender));
                stage.spawn(reads_nothing(receiver));
            },
            tasks: "
                flumes::fills
                  flumes::fills @fills  iter: RangeFrom<u64>, jobs: Sender<u64>
                  holds jobs: sender of channel
                  waits for capacity of channel <- flumes::reads_nothing `jobs`
                flumes::reads_nothing
                  flumes::reads_nothing @reads_nothing  jobs: Receiver<u64>
                  holds jobs: receiver of channel
                  waits for timer in 2 h
            ",
        },
        Shape {
            name: "room in a channel of flume of one's own",
            spawn: |stage| {
                let (sender, receiver) = bounded(2);
                stage.spawn(fills_its_own(sender, receiver));
            },
            tasks: "
                flumes::fills_its_own [stuck]
                  flumes::fills_its_own @fills_its_own  iter: RangeFrom<u64>, jobs: Sender<u64>, read: Receiver<u64>
                  holds jobs: sender of channel, read: receiver of channel
                  waits for capacity of channel <- flumes::fills_its_own `read`
            ",
        },
        Shape {
            name: "a second receiver of flume outside",
            spawn: |stage| {
                let (sender, receiver) = bounded(2);
                stage.keep(receiver.clone());
                stage.spawn(fills_of_two(sender, receiver));
            },
            tasks: "
                flumes::fills_of_two
                  flumes::fills_of_two @fills_of_two  iter: RangeFrom<u64>, jobs: Sender<u64>, read: Receiver<u64>
                  holds jobs: sender of channel, read: receiver of channel
                  waits for capacity of channel <- flumes::fills_of_two `read`
            ",
        },
        Shape {
            name: "a sink of flume",
            spawn: |stage| {
                let (sender, receiver) = bounded(2);
                stage.spawn(feeds(sender, receiver));
            },
            tasks: "
                flumes::feeds [stuck]
                  flumes::feeds @feeds  iter: RangeFrom<u64>, read: Receiver<u64>, sink: SendSink<u64>
                  holds read: receiver of channel, sink: sender of channel
                  waits for capacity of channel <- flumes::feeds `read`
            ",
        },
        Shape {
            name: "either of two channels of flume",
            spawn: |stage| {
                let (first, jobs) = bounded(1);
                let (second, more) = bounded(1);
                stage.keep((first, second));
                stage.spawn(either(jobs, more));
            },
            tasks: "
                flumes::either
                  flumes::either @either  jobs: Receiver<i16>, more: Receiver<i32>
                  holds jobs: receiver of channel, more: receiver of channel
                  waits for message of channel (1 sender) <- nobody found
                  waits for message of channel (1 sender) <- nobody found
            ",
        },
    ],
};
