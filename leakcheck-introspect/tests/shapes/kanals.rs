//! Channels of `kanal`: any end may close one.

use futures::StreamExt;
use kanal::{AsyncReceiver, AsyncSender, bounded_async, unbounded_async};
use tokio::time::sleep;

use crate::shape::{Area, HOUR, Shape};

async fn receives(jobs: AsyncReceiver<u32>) {
    while jobs.recv().await.is_ok() {} // @receives
}

async fn sends(jobs: AsyncSender<u32>) {
    sleep(HOUR).await; // @sends
    let _ = jobs.send(1).await;
}

async fn owes_itself(jobs: AsyncReceiver<u8>, back: AsyncSender<u8>) {
    let _ = jobs.recv().await; // @owes_itself
    drop(back);
}

async fn owes_itself_of_two(jobs: AsyncReceiver<u8>, back: AsyncSender<u8>) {
    let _ = jobs.recv().await; // @owes_itself_of_two
    drop(back);
}

async fn streams(jobs: AsyncReceiver<u16>) {
    jobs.stream().next().await; // @streams
}

async fn fills_its_own(jobs: AsyncSender<u64>, read: AsyncReceiver<u64>) {
    for job in 0.. {
        let _ = jobs.send(job).await; // @fills_its_own
    }
    drop(read);
}

pub(crate) const AREA: Area = Area {
    file: "kanals.rs",
    source: include_str!("kanals.rs"),
    shapes: &[
        Shape {
            name: "a message of kanal that another task may send",
            spawn: |stage| {
                let (sender, receiver) = bounded_async(1);
                stage.spawn(receives(receiver));
                stage.spawn(sends(sender));
            },
            tasks: "
                kanals::receives
                  kanals::receives @receives  jobs: AsyncReceiver<u32>
                  holds jobs: receiver of channel
                  waits for message of channel (1 sender) <- kanals::sends `jobs`
                kanals::sends
                  kanals::sends @sends  jobs: AsyncSender<u32>
                  holds jobs: sender of channel
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "all ends of kanal are one's own",
            spawn: |stage| {
                let (sender, receiver) = unbounded_async();
                stage.spawn(owes_itself(receiver, sender));
            },
            tasks: "
                kanals::owes_itself [stuck]
                  kanals::owes_itself @owes_itself  back: AsyncSender<u8>, jobs: AsyncReceiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- kanals::owes_itself `back`
            ",
        },
        Shape {
            name: "a synchronous sender of kanal elsewhere",
            spawn: |stage| {
                let (sender, receiver) = unbounded_async();
                stage.keep(sender.clone_sync());
                stage.spawn(owes_itself_of_two(receiver, sender));
            },
            tasks: "
                kanals::owes_itself_of_two
                  kanals::owes_itself_of_two @owes_itself_of_two  back: AsyncSender<u8>, jobs: AsyncReceiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (2 senders) <- kanals::owes_itself_of_two `back`
            ",
        },
        Shape {
            name: "a stream of kanal",
            spawn: |stage| {
                let (sender, receiver) = bounded_async(1);
                stage.keep((sender.clone(), sender));
                stage.spawn(streams(receiver));
            },
            tasks: "
                kanals::streams
                  kanals::streams @streams  jobs: AsyncReceiver<u16>
                  holds jobs: receiver of channel
                  waits for message of channel (2 senders) <- nobody found
            ",
        },
        Shape {
            name: "room in a channel of kanal of one's own",
            spawn: |stage| {
                let (sender, receiver) = bounded_async(2);
                stage.spawn(fills_its_own(sender, receiver));
            },
            tasks: "
                kanals::fills_its_own [stuck]
                  kanals::fills_its_own @fills_its_own  iter: RangeFrom<u64>, jobs: AsyncSender<u64>, read: AsyncReceiver<u64>
                  holds jobs: sender of channel, read: receiver of channel
                  waits for capacity of channel <- kanals::fills_its_own `read`
            ",
        },
    ],
};
