//! Channels of `futures::channel`.

use futures::{
    SinkExt, StreamExt,
    channel::{mpsc, oneshot},
};
use tokio::time::sleep;

use crate::shape::{Area, HOUR, Shape};

async fn receives(mut jobs: mpsc::Receiver<u32>) {
    while jobs.next().await.is_some() {} // @receives
}

async fn sends(mut jobs: mpsc::Sender<u32>) {
    sleep(HOUR).await; // @sends
    let _ = jobs.send(1).await;
}

async fn owes_itself(mut jobs: mpsc::Receiver<u8>, back: mpsc::Sender<u8>) {
    jobs.next().await; // @owes_itself
    drop(back);
}

async fn owes_itself_of_two(
    mut jobs: mpsc::UnboundedReceiver<u8>,
    back: mpsc::UnboundedSender<u8>,
) {
    jobs.next().await; // @owes_itself_of_two
    drop(back);
}

async fn owes_itself_unbounded(
    mut jobs: mpsc::UnboundedReceiver<u8>,
    back: mpsc::UnboundedSender<u8>,
) {
    jobs.next().await; // @owes_itself_unbounded
    drop(back);
}

async fn receives_forgotten(mut jobs: mpsc::UnboundedReceiver<i8>) {
    let _ = jobs.recv().await; // @receives_forgotten
}

async fn fills(mut jobs: mpsc::Sender<u64>) {
    for job in 0.. {
        let _ = jobs.send(job).await; // @fills
    }
}

async fn reads_nothing(jobs: mpsc::Receiver<u64>) {
    sleep(2 * HOUR).await; // @reads_nothing
    drop(jobs);
}

async fn fills_its_own(mut jobs: mpsc::Sender<u64>, read: mpsc::Receiver<u64>) {
    for job in 0.. {
        let _ = jobs.feed(job).await; // @fills_its_own
    }
    drop(read);
}

async fn sends_a_sender(
    mut jobs: mpsc::Sender<mpsc::Sender<u8>>,
    reply: mpsc::Sender<u8>,
    read: mpsc::Receiver<mpsc::Sender<u8>>,
) {
    for _ in 0..9 {
        let _ = jobs.feed(reply.clone()).await; // @sends_a_sender
    }
    drop(read);
}

async fn awaits(answer: oneshot::Receiver<u8>) {
    let _ = answer.await; // @awaits
}

async fn owes(question: oneshot::Sender<u8>) {
    sleep(HOUR).await; // @owes
    let _ = question.send(1);
}

async fn owes_answer_itself() {
    let (question, answer) = oneshot::channel::<()>();
    let _ = answer.await; // @owes_answer_itself
    drop(question);
}

async fn awaits_forgotten(answer: oneshot::Receiver<i32>) {
    let _ = answer.await; // @awaits_forgotten
}

async fn sees_hangup(mut question: oneshot::Sender<i8>) {
    question.cancellation().await; // @sees_hangup
}

async fn sees_own_hangup(mut question: oneshot::Sender<i8>, answer: oneshot::Receiver<i8>) {
    question.cancellation().await; // @sees_own_hangup
    drop(answer);
}

async fn selects(mut jobs: mpsc::Receiver<i16>, answer: oneshot::Receiver<i16>) {
    // @selects
    tokio::select! {
        _ = jobs.next() => {}
        _ = answer => {}
    }
}

pub(crate) const AREA: Area = Area {
    file: "future_channels.rs",
    source: include_str!("future_channels.rs"),
    shapes: &[
        Shape {
            name: "a message of futures that another task may send",
            spawn: |stage| {
                let (sender, receiver) = mpsc::channel(1);
                stage.spawn(receives(receiver));
                stage.spawn(sends(sender));
            },
            tasks: "
                future_channels::receives
                  future_channels::receives @receives  jobs: Receiver<u32>
                  holds jobs: receiver of channel
                  waits for message of channel (1 sender) <- future_channels::sends `jobs`
                future_channels::sends
                  future_channels::sends @sends  jobs: Sender<u32>
                  holds jobs: sender of channel
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "the only sender of futures is one's own",
            spawn: |stage| {
                let (sender, receiver) = mpsc::channel(1);
                stage.spawn(owes_itself(receiver, sender));
            },
            tasks: "
                future_channels::owes_itself [stuck]
                  future_channels::owes_itself @owes_itself  back: Sender<u8>, jobs: Receiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- future_channels::owes_itself `back`
            ",
        },
        Shape {
            name: "another sender of futures elsewhere",
            spawn: |stage| {
                let (sender, receiver) = mpsc::unbounded();
                stage.keep(sender.clone());
                stage.spawn(owes_itself_of_two(receiver, sender));
            },
            tasks: "
                future_channels::owes_itself_of_two
                  future_channels::owes_itself_of_two @owes_itself_of_two  back: UnboundedSender<u8>, jobs: UnboundedReceiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (2 senders) <- future_channels::owes_itself_of_two `back`
            ",
        },
        Shape {
            name: "the only unbounded sender of futures is one's own",
            spawn: |stage| {
                let (sender, receiver) = mpsc::unbounded();
                stage.spawn(owes_itself_unbounded(receiver, sender));
            },
            tasks: "
                future_channels::owes_itself_unbounded [stuck]
                  future_channels::owes_itself_unbounded @owes_itself_unbounded  back: UnboundedSender<u8>, jobs: UnboundedReceiver<u8>
                  holds back: sender of channel, jobs: receiver of channel
                  waits for message of channel (1 sender) <- future_channels::owes_itself_unbounded `back`
            ",
        },
        Shape {
            name: "a sender of futures that was forgotten",
            spawn: |stage| {
                let (sender, receiver) = mpsc::unbounded();
                std::mem::forget(sender);
                stage.spawn(receives_forgotten(receiver));
            },
            tasks: "
                future_channels::receives_forgotten
                  future_channels::receives_forgotten @receives_forgotten  jobs: UnboundedReceiver<i8>
                  holds jobs: receiver of channel
                  waits for message of channel (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "room in a channel of futures that another task reads",
            spawn: |stage| {
                let (sender, receiver) = mpsc::channel(2);
                stage.spawn(fills(sender));
                stage.spawn(reads_nothing(receiver));
            },
            tasks: "
                future_channels::fills
                  future_channels::fills @fills  iter: RangeFrom<u64>, jobs: Sender<u64>
                  holds jobs: sender of channel
                  waits for capacity of channel <- future_channels::reads_nothing `jobs`
                future_channels::reads_nothing
                  future_channels::reads_nothing @reads_nothing  jobs: Receiver<u64>
                  holds jobs: receiver of channel
                  waits for timer in 2 h
            ",
        },
        Shape {
            name: "room in a channel of futures that nobody else reads",
            spawn: |stage| {
                let (sender, receiver) = mpsc::channel(2);
                stage.spawn(fills_its_own(sender, receiver));
            },
            tasks: "
                future_channels::fills_its_own [stuck]
                  future_channels::fills_its_own @fills_its_own  iter: RangeFrom<u64>, jobs: Sender<u64>, read: Receiver<u64>
                  holds jobs: sender of channel, read: receiver of channel
                  waits for capacity of channel <- future_channels::fills_its_own `read`
            ",
        },
        Shape {
            name: "a message that is a sender itself is not waited for",
            spawn: |stage| {
                let (sender, receiver) = mpsc::channel(0);
                let (reply, replies) = mpsc::channel(1);
                stage.keep(replies);
                stage.spawn(sends_a_sender(sender, reply, receiver));
            },
            tasks: "
                future_channels::sends_a_sender [stuck]
                  future_channels::sends_a_sender @sends_a_sender  iter: Range<i32>, jobs: Sender<Sender<u8>>, read: Receiver<Sender<u8>>, reply: Sender<u8>
                  holds jobs: sender of channel, read: receiver of channel, reply: sender of channel
                  waits for capacity of channel <- future_channels::sends_a_sender `read`
            ",
        },
        Shape {
            name: "an answer of futures that another task owes",
            spawn: |stage| {
                let (question, answer) = oneshot::channel();
                stage.spawn(awaits(answer));
                stage.spawn(owes(question));
            },
            tasks: "
                future_channels::awaits
                  future_channels::awaits @awaits
                  waits for message of oneshot <- future_channels::owes `question`
                future_channels::owes
                  future_channels::owes @owes  question: Sender<u8>
                  holds question: sender of oneshot
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "an answer of futures that the task owes itself",
            spawn: |stage| stage.spawn(owes_answer_itself()),
            tasks: "
                future_channels::owes_answer_itself [stuck]
                  future_channels::owes_answer_itself @owes_answer_itself  question: Sender<()>
                  holds question: sender of oneshot
                  waits for message of oneshot <- future_channels::owes_answer_itself `question`
            ",
        },
        Shape {
            name: "an answer of futures that was forgotten",
            spawn: |stage| {
                let (question, answer) = oneshot::channel();
                std::mem::forget(question);
                stage.spawn(awaits_forgotten(answer));
            },
            tasks: "
                future_channels::awaits_forgotten
                  future_channels::awaits_forgotten @awaits_forgotten
                  waits for message of oneshot <- nobody found
            ",
        },
        Shape {
            name: "a question of futures whose asker has to go",
            spawn: |stage| {
                let (question, answer) = oneshot::channel();
                stage.keep(answer);
                stage.spawn(sees_hangup(question));
            },
            tasks: "
                future_channels::sees_hangup
                  future_channels::sees_hangup @sees_hangup  question: Sender<i8>
                  holds question: sender of oneshot
                  waits for close of oneshot <- nobody found
            ",
        },
        Shape {
            name: "a question of futures whose asker is the task itself",
            spawn: |stage| {
                let (question, answer) = oneshot::channel();
                stage.spawn(sees_own_hangup(question, answer));
            },
            tasks: "
                future_channels::sees_own_hangup [stuck]
                  future_channels::sees_own_hangup @sees_own_hangup  answer: Receiver<i8>, question: Sender<i8>
                  holds answer: receiver of oneshot, question: sender of oneshot
                  waits for close of oneshot <- future_channels::sees_own_hangup `answer`
            ",
        },
        Shape {
            name: "either a message or an answer of futures",
            spawn: |stage| {
                let (sender, receiver) = mpsc::channel(1);
                let (question, answer) = oneshot::channel();
                stage.keep((sender, question));
                stage.spawn(selects(receiver, answer));
            },
            tasks: "
                future_channels::selects
                  future_channels::selects @selects  jobs: Receiver<i16>
                  holds jobs: receiver of channel
                  waits for message of channel (1 sender) <- nobody found
                  waits for message of oneshot <- nobody found
            ",
        },
    ],
};
