//! What is in the queue of a channel: somebody sent it, and nobody has received it.

use std::{
    future::pending,
    sync::{Arc, Mutex},
};

use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::sleep,
};

use crate::shape::{Area, HOUR, Shape};

struct Job {
    number: u32,
    reply: oneshot::Sender<u32>,
}

type Shared = Arc<Mutex<Option<oneshot::Sender<u32>>>>;

fn job(number: u32) -> (Job, oneshot::Receiver<u32>) {
    let (reply, receiver) = oneshot::channel();
    (Job { number, reply }, receiver)
}

async fn asks(reply: oneshot::Receiver<u32>) {
    let _ = reply.await; // @asks
}

async fn never_reads(jobs: mpsc::Receiver<Job>) {
    pending::<()>().await; // @never_reads
    drop(jobs);
}

async fn reads_later(jobs: mpsc::UnboundedReceiver<Option<Job>>) {
    sleep(HOUR).await; // @reads_later
    drop(jobs);
}

async fn reads_some(mut jobs: mpsc::UnboundedReceiver<Job>) {
    for _ in 0..40 {
        let _ = jobs.recv().await;
    }
    let job = jobs.recv().await;
    sleep(HOUR).await; // @reads_some
    if let Some(Job { number, reply }) = job {
        let _ = reply.send(number);
    }
}

async fn sends(jobs: mpsc::Sender<Job>) {
    sleep(HOUR).await; // @sends
    drop(jobs);
}

async fn does_not_take(first: oneshot::Receiver<Job>) {
    sleep(HOUR).await; // @does_not_take
    drop(first);
}

async fn watches(shared: watch::Receiver<Shared>) {
    sleep(HOUR).await; // @watches
    drop(shared);
}

async fn listens(shared: broadcast::Receiver<Shared>) {
    sleep(HOUR).await; // @listens
    drop(shared);
}

async fn reads_plain(jobs: std::sync::mpsc::Receiver<Job>) {
    sleep(HOUR).await; // @reads_plain
    drop(jobs);
}

pub(crate) const AREA: Area = Area {
    file: "queues.rs",
    source: include_str!("queues.rs"),
    shapes: &[
        Shape {
            name: "a reply whose sender nobody will ever receive",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(4);
                let (job, reply) = job(1);
                sender.try_send(job).ok();
                stage.keep(sender);
                stage.spawn(never_reads(jobs));
                stage.spawn(asks(reply));
            },
            tasks: "
                queues::never_reads [stuck]
                  queues::never_reads @never_reads  jobs: Receiver<Job>
                  holds jobs: receiver of mpsc, jobs[0].reply: sender of oneshot in a queue
                  waits for nothing
                queues::asks#0 [stuck]
                  queues::asks @asks
                  waits for message of oneshot <- queues::never_reads `jobs[0].reply`
            ",
        },
        Shape {
            name: "of many messages the last, and the receiver may come to it",
            spawn: |stage| {
                let (sender, jobs) = mpsc::unbounded_channel();
                for _ in 0..70 {
                    sender.send(None).ok();
                }
                let (job, reply) = job(70);
                sender.send(Some(job)).ok();
                stage.spawn(reads_later(jobs));
                stage.spawn(asks(reply));
            },
            tasks: "
                queues::reads_later
                  queues::reads_later @reads_later  jobs: UnboundedReceiver<Option<Job>>
                  holds jobs: receiver of mpsc, jobs[70].reply: sender of oneshot in a queue
                  waits for timer in 1 h
                queues::asks#1
                  queues::asks @asks
                  waits for message of oneshot <- queues::reads_later `jobs[70].reply`
            ",
        },
        Shape {
            name: "a message that was received, and one behind it",
            spawn: |stage| {
                let (sender, jobs) = mpsc::unbounded_channel();
                for number in 0..40 {
                    sender.send(job(number).0).ok();
                }
                let (received, reply) = job(40);
                let (left, later) = job(41);
                sender.send(received).ok();
                sender.send(left).ok();
                stage.spawn(reads_some(jobs));
                stage.spawn(asks(reply));
                stage.spawn(asks(later));
            },
            tasks: "
                queues::reads_some
                  queues::reads_some @reads_some  job: Option<Job>, jobs: UnboundedReceiver<Job>
                  holds job.reply: sender of oneshot, jobs: receiver of mpsc, jobs[0].reply: sender of oneshot in a queue
                  waits for timer in 1 h
                queues::asks#2
                  queues::asks @asks
                  waits for message of oneshot <- queues::reads_some `job.reply`
                queues::asks#3
                  queues::asks @asks
                  waits for message of oneshot <- queues::reads_some `jobs[0].reply`
            ",
        },
        Shape {
            name: "a queue that only a sender leads to",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(4);
                let (job, reply) = job(1);
                sender.try_send(job).ok();
                stage.keep(jobs);
                stage.spawn(sends(sender));
                stage.spawn(asks(reply));
            },
            tasks: "
                queues::sends
                  queues::sends @sends  jobs: Sender<Job>
                  holds jobs: sender of mpsc, jobs[0].reply: sender of oneshot in a queue of others
                  waits for timer in 1 h
                queues::asks#4
                  queues::asks @asks
                  waits for message of oneshot <- queues::sends `jobs[0].reply`
            ",
        },
        Shape {
            name: "a value that was sent and not taken",
            spawn: |stage| {
                let (sender, first) = oneshot::channel();
                let (job, reply) = job(1);
                sender.send(job).ok();
                stage.spawn(does_not_take(first));
                stage.spawn(asks(reply));
            },
            tasks: "
                queues::does_not_take
                  queues::does_not_take @does_not_take  first: Receiver<Job>
                  holds first.reply: sender of oneshot in a queue, first: receiver of oneshot
                  waits for timer in 1 h
                queues::asks#5
                  queues::asks @asks
                  waits for message of oneshot <- queues::does_not_take `first.reply`
            ",
        },
        Shape {
            name: "a value that is watched",
            spawn: |stage| {
                let (reply, receiver) = oneshot::channel();
                let shared = Shared::new(Mutex::new(Some(reply)));
                let (sender, watched) = watch::channel(shared);
                stage.keep(sender);
                stage.spawn(watches(watched));
                stage.spawn(asks(receiver));
            },
            tasks: "
                queues::watches
                  queues::watches @watches  shared: Receiver<Arc<Mutex<Option<Sender<u32>>>>>
                  holds shared: receiver of watch, shared: sender of oneshot
                  waits for timer in 1 h
                queues::asks#6
                  queues::asks @asks
                  waits for message of oneshot <- queues::watches `shared`
            ",
        },
        Shape {
            name: "a message to several",
            spawn: |stage| {
                let (reply, receiver) = oneshot::channel();
                let shared = Shared::new(Mutex::new(Some(reply)));
                let (sender, first) = broadcast::channel(4);
                sender.send(shared).ok();
                stage.keep(sender);
                stage.spawn(listens(first));
                stage.spawn(asks(receiver));
            },
            tasks: "
                queues::listens
                  queues::listens @listens  shared: Receiver<Arc<Mutex<Option<Sender<u32>>>>>
                  holds shared: receiver of broadcast, shared[0]: sender of oneshot in a queue
                  waits for timer in 1 h
                queues::asks#7
                  queues::asks @asks
                  waits for message of oneshot <- queues::listens `shared[0]`
            ",
        },
        Shape {
            name: "a queue that is not read",
            spawn: |stage| {
                let (sender, jobs) = std::sync::mpsc::channel();
                let (job, reply) = job(1);
                sender.send(job).ok();
                stage.spawn(reads_plain(jobs));
                stage.spawn(asks(reply));
            },
            tasks: "
                queues::reads_plain
                  queues::reads_plain @reads_plain  jobs: Receiver<Job>
                  waits for timer in 1 h
                queues::asks#8
                  queues::asks @asks
                  waits for message of oneshot <- nobody found
            ",
        },
    ],
};
