//! Ends of tokio's channels in the wrappers of `tokio-util` and `tokio-stream`, and cells that are set once.

use std::sync::Arc;

use futures::{SinkExt, StreamExt};
use tokio::{
    sync::{Semaphore, SetOnce, broadcast, mpsc, watch},
    time::sleep,
};
use tokio_stream::wrappers::{
    BroadcastStream, ReceiverStream, UnboundedReceiverStream, WatchStream,
};
use tokio_util::sync::{PollSemaphore, PollSender};

use crate::shape::{Area, HOUR, Shape};

async fn fills(mut jobs: PollSender<u64>) {
    for job in 0.. {
        let _ = jobs.send(job).await; // @fills
    }
}

async fn reads_nothing(jobs: mpsc::Receiver<u64>) {
    sleep(HOUR).await; // @reads_nothing
    drop(jobs);
}

async fn fills_its_own(mut jobs: PollSender<u64>, read: mpsc::Receiver<u64>) {
    for job in 0.. {
        let _ = jobs.send(job).await; // @fills_its_own
    }
    drop(read);
}

async fn acquires(mut permits: PollSemaphore) {
    permits.next().await; // @acquires
}

async fn streams(mut jobs: ReceiverStream<u8>, back: mpsc::Sender<u8>) {
    jobs.next().await; // @streams
    drop(back);
}

async fn streams_unbounded(mut jobs: UnboundedReceiverStream<u8>) {
    jobs.next().await; // @streams_unbounded
}

async fn streams_news(mut news: BroadcastStream<u8>) {
    news.next().await; // @streams_news
}

async fn streams_changes(mut level: WatchStream<u8>) {
    level.next().await;
    level.next().await; // @streams_changes
}

async fn needs(cell: Arc<SetOnce<u8>>) -> u8 {
    *cell.wait().await // @needs
}

async fn may_set(cell: Arc<SetOnce<u8>>) {
    sleep(HOUR).await; // @may_set
    let _ = cell.set(1);
}

pub(crate) const AREA: Area = Area {
    file: "ends.rs",
    source: include_str!("ends.rs"),
    shapes: &[
        Shape {
            name: "a sender that is a sink",
            spawn: |stage| {
                let (sender, receiver) = mpsc::channel(1);
                stage.spawn(fills(PollSender::new(sender)));
                stage.spawn(reads_nothing(receiver));
            },
            tasks: "
                ends::fills
                  ends::fills @fills  iter: RangeFrom<u64>, jobs: PollSender<u64>
                  holds jobs: sender of mpsc
                  waits for capacity of mpsc <- ends::reads_nothing `jobs`
                ends::reads_nothing
                  ends::reads_nothing @reads_nothing  jobs: Receiver<u64>
                  holds jobs: receiver of mpsc
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a sender that is a sink, of a channel that nobody else reads",
            spawn: |stage| {
                let (sender, receiver) = mpsc::channel(1);
                stage.spawn(fills_its_own(PollSender::new(sender), receiver));
            },
            tasks: "
                ends::fills_its_own [stuck]
                  ends::fills_its_own @fills_its_own  iter: RangeFrom<u64>, jobs: PollSender<u64>, read: Receiver<u64>
                  holds jobs: sender of mpsc, read: receiver of mpsc
                  waits for capacity of mpsc <- ends::fills_its_own `read`
            ",
        },
        Shape {
            name: "a semaphore that is a stream",
            spawn: |stage| {
                let limit = Arc::new(Semaphore::new(0));
                stage.keep(Arc::clone(&limit));
                stage.spawn(acquires(PollSemaphore::new(limit)));
            },
            tasks: "
                ends::acquires
                  ends::acquires @acquires  permits: PollSemaphore
                  holds permits: semaphore
                  waits for permit of semaphore <- nobody found
            ",
        },
        Shape {
            name: "a receiver that is a stream",
            spawn: |stage| {
                let (sender, receiver) = mpsc::channel(1);
                stage.spawn(streams(ReceiverStream::new(receiver), sender));
            },
            tasks: "
                ends::streams [stuck]
                  ends::streams @streams  back: Sender<u8>, jobs: ReceiverStream<u8>
                  holds back: sender of mpsc, jobs: receiver of mpsc
                  waits for message of mpsc (1 sender) <- ends::streams `back`
            ",
        },
        Shape {
            name: "an unbounded receiver that is a stream",
            spawn: |stage| {
                let (sender, receiver) = mpsc::unbounded_channel();
                stage.keep((sender.clone(), sender));
                stage.spawn(streams_unbounded(UnboundedReceiverStream::new(receiver)));
            },
            tasks: "
                ends::streams_unbounded
                  ends::streams_unbounded @streams_unbounded  jobs: UnboundedReceiverStream<u8>
                  holds jobs: receiver of mpsc
                  waits for message of mpsc (2 senders) <- nobody found
            ",
        },
        Shape {
            name: "a receiver of news that is a stream",
            spawn: |stage| {
                let (sender, receiver) = broadcast::channel(1);
                stage.keep(sender);
                stage.spawn(streams_news(BroadcastStream::new(receiver)));
            },
            tasks: "
                ends::streams_news
                  ends::streams_news @streams_news  news: BroadcastStream<u8>
                  holds news: receiver of broadcast
                  waits for message of broadcast (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "a watched value that is a stream",
            spawn: |stage| {
                let (sender, receiver) = watch::channel(1);
                stage.keep(sender);
                stage.spawn(streams_changes(WatchStream::new(receiver)));
            },
            tasks: "
                ends::streams_changes
                  ends::streams_changes @streams_changes  level: WatchStream<u8>
                  holds level: receiver of watch
                  waits for change of watch (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "a cell that is set once",
            spawn: |stage| {
                let cell = Arc::new(SetOnce::new());
                stage.spawn(needs(Arc::clone(&cell)));
                stage.spawn(may_set(cell));
            },
            tasks: "
                ends::needs
                  ends::needs @needs  cell: Arc<SetOnce<u8>>
                  holds cell: notify
                  waits for notification of notify <- ends::may_set `cell`
                ends::may_set
                  ends::may_set @may_set  cell: Arc<SetOnce<u8>>
                  holds cell: notify
                  waits for timer in 1 h
            ",
        },
    ],
};
