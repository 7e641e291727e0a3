//! Channels of `async-channel`: any end may close one, so all of them have to be stuck, weak ones included.

use async_channel::{Receiver, Sender, WeakReceiver, WeakSender, bounded, unbounded};
use futures::StreamExt;
use tokio::time::sleep;

use crate::shape::{Area, HOUR, Shape};

async fn receives(jobs: Receiver<u32>) {
    while jobs.recv().await.is_ok() {} // @receives
}

async fn sends(jobs: Sender<u32>) {
    sleep(HOUR).await; // @sends
    let _ = jobs.send(1).await;
}

async fn receives_from_itself(jobs: Receiver<u8>, back: Sender<u8>) {
    let _ = jobs.recv().await; // @receives_from_itself
    drop(back);
}

async fn receives_beside_another(jobs: Receiver<u8>, back: Sender<u8>) {
    let _ = jobs.recv().await; // @receives_beside_another
    drop(back);
}

async fn receives_with_weak(jobs: Receiver<u8>, back: Sender<u8>, weak: WeakSender<u8>) {
    let _ = jobs.recv().await; // @receives_with_weak
    drop((back, weak));
}

async fn receives_weak_outside(jobs: Receiver<u8>, back: Sender<u8>) {
    let _ = jobs.recv().await; // @receives_weak_outside
    drop(back);
}

async fn receives_weak_receiver_outside(jobs: Receiver<u8>, back: Sender<u8>) {
    let _ = jobs.recv().await; // @receives_weak_receiver_outside
    drop(back);
}

async fn receives_forgotten(jobs: Receiver<u8>) {
    let _ = jobs.recv().await; // @receives_forgotten
}

async fn next(jobs: Receiver<u16>) {
    let mut jobs = Box::pin(jobs);
    jobs.next().await; // @next
}

async fn mapped(jobs: Receiver<u16>, back: Sender<u16>) {
    let mut doubled = Box::pin(jobs.map(|job| job * 2));
    doubled.next().await; // @mapped
    drop(back);
}

async fn fills(jobs: Sender<u64>) {
    for job in 0.. {
        let _ = jobs.send(job).await; // @fills
    }
}

async fn reads_nothing(jobs: Receiver<u64>) {
    sleep(2 * HOUR).await; // @reads_nothing
    drop(jobs);
}

async fn fills_its_own(jobs: Sender<u64>, read: Receiver<u64>) {
    for job in 0.. {
        let _ = jobs.send(job).await; // @fills_its_own
    }
    drop(read);
}

async fn fills_of_two(jobs: Sender<u64>, read: Receiver<u64>) {
    for job in 0.. {
        let _ = jobs.send(job).await; // @fills_of_two
    }
    drop(read);
}

async fn closed(jobs: Sender<i8>) {
    jobs.closed().await; // @closed
}

async fn ping(question: Sender<()>, answer: Receiver<()>) {
    let _ = answer.recv().await; // @ping
    let _ = question.send(()).await;
}

async fn pong(question: Receiver<()>, answer: Sender<()>) {
    let _ = question.recv().await; // @pong
    let _ = answer.send(()).await;
}

async fn either(jobs: Receiver<i16>, more: Receiver<i32>) {
    // @either
    tokio::select! {
        _ = jobs.recv() => {}
        _ = more.recv() => {}
    }
}

async fn receives_of_another_release(
    jobs: async_channel_1::Receiver<u8>,
    back: async_channel_1::Sender<u8>,
) {
    let _ = jobs.recv().await; // @receives_of_another_release
    drop(back);
}

async fn beside_another_release(jobs: async_channel_1::Receiver<u8>) {
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<u8>(1);
    // @beside_another_release
    tokio::select! {
        _ = receiver.recv() => {}
        _ = jobs.recv() => {}
    }
    drop(sender);
}

pub(crate) const AREA: Area = Area {
    file: "async_channels.rs",
    source: include_str!("async_channels.rs"),
    shapes: &[
        Shape {
            name: "a message that another task may send",
            spawn: |stage| {
                let (sender, receiver) = bounded(1);
                stage.spawn(receives(receiver));
                stage.spawn(sends(sender));
            },
            tasks: "
                async_channels::receives
                  async_channels::receives @receives  jobs: Receiver<u32>
                  holds jobs: receiver of channel
                  waits for message of channel (1 sender) <- async_channels::sends `jobs`
                async_channels::sends
                  async_channels::sends @sends  jobs: Sender<u32>
                  holds jobs: sender of channel
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a sender of one's own",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                stage.spawn(receives_from_itself(receiver, sender));
            },
            tasks: "
                async_channels::receives_from_itself [stuck]
                  async_channels::receives_from_itself @receives_from_itself  back: Sender<u8>, jobs: Receiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- async_channels::receives_from_itself `back`
            ",
        },
        Shape {
            name: "the same with another receiver, which may close it",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                stage.keep(receiver.clone());
                stage.spawn(receives_beside_another(receiver, sender));
            },
            tasks: "
                async_channels::receives_beside_another
                  async_channels::receives_beside_another @receives_beside_another  back: Sender<u8>, jobs: Receiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- async_channels::receives_beside_another `back`
            ",
        },
        Shape {
            name: "the same with a weak sender of its own",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                let weak = sender.downgrade();
                stage.spawn(receives_with_weak(receiver, sender, weak));
            },
            tasks: "
                async_channels::receives_with_weak [stuck]
                  async_channels::receives_with_weak @receives_with_weak  back: Sender<u8>, jobs: Receiver<u8>, weak: WeakSender<u8>
                  holds back: sender of channel, jobs: receiver of channel, weak: channel
                  waits for message of channel (1 sender) <- async_channels::receives_with_weak `back`
            ",
        },
        Shape {
            name: "the same with a weak sender elsewhere",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                let weak: WeakSender<u8> = sender.downgrade();
                stage.keep(weak);
                stage.spawn(receives_weak_outside(receiver, sender));
            },
            tasks: "
                async_channels::receives_weak_outside
                  async_channels::receives_weak_outside @receives_weak_outside  back: Sender<u8>, jobs: Receiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- async_channels::receives_weak_outside `back`
            ",
        },
        Shape {
            name: "the same with a weak receiver elsewhere",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                let weak: WeakReceiver<u8> = receiver.downgrade();
                stage.keep(weak);
                stage.spawn(receives_weak_receiver_outside(receiver, sender));
            },
            tasks: "
                async_channels::receives_weak_receiver_outside
                  async_channels::receives_weak_receiver_outside @receives_weak_receiver_outside  back: Sender<u8>, jobs: Receiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- async_channels::receives_weak_receiver_outside `back`
            ",
        },
        Shape {
            name: "a sender that was forgotten",
            spawn: |stage| {
                let (sender, receiver) = unbounded();
                std::mem::forget(sender);
                stage.spawn(receives_forgotten(receiver));
            },
            tasks: "
                async_channels::receives_forgotten
                  async_channels::receives_forgotten @receives_forgotten  jobs: Receiver<u8>
                  holds jobs: receiver of channel
                  waits for message of channel (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "a receiver as a stream",
            spawn: |stage| {
                let (sender, receiver) = bounded(1);
                stage.keep((sender.clone(), sender));
                stage.spawn(next(receiver));
            },
            tasks: "
                async_channels::next
                  async_channels::next @next  jobs: Pin<Box<Receiver<u16>>>
                  holds jobs: receiver of channel
                  waits for message of channel (2 senders) <- nobody found
            ",
        },
        Shape {
            name: "a mapped stream",
            spawn: |stage| {
                let (sender, receiver) = bounded(1);
                stage.spawn(mapped(receiver, sender));
            },
            tasks: "
                async_channels::mapped [stuck]
                  async_channels::mapped @mapped  back: Sender<u16>, doubled: Pin<Box<Map<Receiver<u16>, {closure}>>>
                  holds back: sender of channel, doubled: receiver of channel
                  waits for message of channel (1 sender) <- async_channels::mapped `back`
            ",
        },
        Shape {
            name: "room in a channel that another task reads",
            spawn: |stage| {
                let (sender, receiver) = bounded(2);
                stage.spawn(fills(sender));
                stage.spawn(reads_nothing(receiver));
            },
            tasks: "
                async_channels::fills
                  async_channels::fills @fills  iter: RangeFrom<u64>, jobs: Sender<u64>
                  holds jobs: sender of channel
                  waits for capacity of channel <- async_channels::reads_nothing `jobs`
                async_channels::reads_nothing
                  async_channels::reads_nothing @reads_nothing  jobs: Receiver<u64>
                  holds jobs: receiver of channel
                  waits for timer in 2 h
            ",
        },
        Shape {
            name: "room in a channel of one's own",
            spawn: |stage| {
                let (sender, receiver) = bounded(2);
                stage.spawn(fills_its_own(sender, receiver));
            },
            tasks: "
                async_channels::fills_its_own [stuck]
                  async_channels::fills_its_own @fills_its_own  iter: RangeFrom<u64>, jobs: Sender<u64>, read: Receiver<u64>
                  holds jobs: sender of channel, read: receiver of channel
                  waits for capacity of channel <- async_channels::fills_its_own `read`
            ",
        },
        Shape {
            name: "the same with a second receiver outside",
            spawn: |stage| {
                let (sender, receiver) = bounded(2);
                stage.keep(receiver.clone());
                stage.spawn(fills_of_two(sender, receiver));
            },
            tasks: "
                async_channels::fills_of_two
                  async_channels::fills_of_two @fills_of_two  iter: RangeFrom<u64>, jobs: Sender<u64>, read: Receiver<u64>
                  holds jobs: sender of channel, read: receiver of channel
                  waits for capacity of channel <- async_channels::fills_of_two `read`
            ",
        },
        Shape {
            name: "the close of a channel",
            spawn: |stage| {
                let (sender, receiver) = bounded(2);
                stage.keep(receiver);
                stage.spawn(closed(sender));
            },
            tasks: "
                async_channels::closed
                  async_channels::closed @closed  jobs: Sender<i8>
                  holds jobs: sender of channel
                  waits for close of channel <- nobody found
            ",
        },
        Shape {
            name: "two tasks that wait for each other",
            spawn: |stage| {
                let (question, asked) = bounded(1);
                let (answer, answered) = bounded(1);
                stage.spawn(ping(question, answered));
                stage.spawn(pong(asked, answer));
            },
            tasks: "
                async_channels::ping [stuck]
                  async_channels::ping @ping  answer: Receiver<()>, question: Sender<()>
                  holds answer: receiver of channel, question: sender of channel
                  waits for message of channel (1 sender) <- async_channels::pong `answer`
                async_channels::pong [stuck]
                  async_channels::pong @pong  answer: Sender<()>, question: Receiver<()>
                  holds answer: sender of channel, question: receiver of channel
                  waits for message of channel (1 sender) <- async_channels::ping `question`
            ",
        },
        Shape {
            name: "either of two",
            spawn: |stage| {
                let (first, jobs) = bounded(1);
                let (second, more) = bounded(1);
                stage.keep((first, second));
                stage.spawn(either(jobs, more));
            },
            tasks: "
                async_channels::either
                  async_channels::either @either  jobs: Receiver<i16>, more: Receiver<i32>
                  holds jobs: receiver of channel, more: receiver of channel
                  waits for message of channel (1 sender) <- nobody found
                  waits for message of channel (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "a release whose futures are not as they are known",
            spawn: |stage| {
                let (sender, receiver) = async_channel_1::bounded(1);
                stage.spawn(receives_of_another_release(receiver, sender));
            },
            tasks: "
                async_channels::receives_of_another_release [open]
                  async_channels::receives_of_another_release @receives_of_another_release  back: Sender<u8>, jobs: Receiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  may wait for message of channel (1 sender) <- async_channels::receives_of_another_release `back`
            ",
        },
        Shape {
            name: "the same beside what is known to wait for ever",
            spawn: |stage| {
                let (sender, receiver) = async_channel_1::bounded(1);
                stage.keep(sender);
                stage.spawn(beside_another_release(receiver));
            },
            tasks: "
                async_channels::beside_another_release [open]
                  async_channels::beside_another_release @beside_another_release  jobs: Receiver<u8>, receiver: Receiver<u8>, sender: Sender<u8>
                  holds jobs: receiver of channel, receiver: receiver of mpsc, sender: sender of mpsc
                  may wait for message of channel (1 sender) <- nobody found
                  waits for message of mpsc (1 sender) <- async_channels::beside_another_release `sender`
            ",
        },
    ],
};
