//! Branches that are switched off are no waits: by a condition, by a pattern that did not fit, or because they are done.

use std::{
    future::pending,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use futures::FutureExt;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::sleep,
};

use crate::shape::{Area, HOUR, Shape};

async fn leaf(number: u8) -> u8 {
    pending::<()>().await; // @leaf
    number
}

async fn by_condition(sender: mpsc::Sender<u8>, mut jobs: mpsc::Receiver<u8>, is_late: bool) {
    // @by_condition
    tokio::select! {
        _ = jobs.recv() => {}
        () = sleep(HOUR), if is_late => {}
    }
    drop(sender);
}

async fn done_handle(mut handle: JoinHandle<()>, mut jobs: mpsc::Receiver<u8>) {
    let mut is_done = false;
    loop {
        // @done_handle
        tokio::select! {
            _ = &mut handle, if !is_done => is_done = true,
            _ = jobs.recv() => {}
        }
    }
}

async fn by_pattern(mut closed: mpsc::Receiver<u8>, mut jobs: mpsc::Receiver<u8>) {
    // @by_pattern
    tokio::select! {
        Some(_) = closed.recv() => {}
        Some(_) = jobs.recv() => {}
    }
}

/// More branches than one byte has bits.
async fn of_many(is_late: bool) {
    // @of_many
    tokio::select! {
        biased;
        () = sleep(HOUR), if is_late => {}
        () = sleep(HOUR), if is_late => {}
        () = sleep(HOUR), if is_late => {}
        () = sleep(HOUR), if is_late => {}
        () = sleep(HOUR), if is_late => {}
        () = sleep(HOUR), if is_late => {}
        () = sleep(HOUR), if is_late => {}
        () = sleep(HOUR), if is_late => {}
        () = sleep(HOUR), if is_late => {}
        _ = leaf(9), if !is_late => {}
    }
}

/// What a branch has that is switched off is there all the same.
async fn keeps_sender(sender: mpsc::Sender<u8>, mut jobs: mpsc::Receiver<u8>, is_late: bool) {
    // @keeps_sender
    tokio::select! {
        _ = jobs.recv() => {}
        () = sends(sender), if is_late => {}
    }
}

async fn sends(sender: mpsc::Sender<u8>) {
    let _ = sender.send(1).await;
}

async fn fused() {
    let mut one = pin!(async { 1 }.fuse());
    let mut two = pin!(leaf(2).fuse());
    loop {
        // @fused
        futures::select_biased! {
            _ = one => {}
            _ = two => break,
        }
    }
}

/// Polls two futures by hand until the second is done.
struct Both<A, B> {
    first: A,
    second: B,
}

impl<A: Future + Unpin, B: Future + Unpin> Future for Both<A, B> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // What it gives is of no use, so that it may be polled after its end.
        let _ = self.first.poll_unpin(context);
        self.second.poll_unpin(context).map(drop)
    }
}

/// A wait for a watched value, which stays there when it is over.
struct Changes(watch::Receiver<u8>);

impl Future for Changes {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let changed = pin!(self.get_mut().0.changed());
        changed.poll(context).map(drop)
    }
}

async fn done_by_hand(changes: watch::Receiver<u8>) {
    Both {
        first: Changes(changes),
        second: Box::pin(leaf(3)),
    }
    .await; // @done_by_hand
}

async fn done_handle_by_hand(handle: JoinHandle<()>) {
    Both {
        first: handle.fuse(),
        second: Box::pin(leaf(4)),
    }
    .await; // @done_handle_by_hand
}

/// Has both, and polls neither.
struct Silent {
    _handle: JoinHandle<()>,
    _number: oneshot::Receiver<u8>,
}

impl Future for Silent {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

async fn ready_by_hand(handle: JoinHandle<()>, number: oneshot::Receiver<u8>) {
    Silent {
        _handle: handle,
        _number: number,
    }
    .await; // @ready_by_hand
}

/// Its parameter was moved on, and the room of it stays.
async fn gives_away(sender: mpsc::Sender<u8>, to: std::sync::mpsc::Sender<mpsc::Sender<u8>>) {
    let _ = to.send(sender);
    pending::<()>().await;
}

async fn holds_one_that_gave_away(
    sender: mpsc::Sender<u8>,
    to: std::sync::mpsc::Sender<mpsc::Sender<u8>>,
    mut jobs: mpsc::Receiver<u8>,
) {
    let given = gives_away(sender, to);
    tokio::pin!(given);
    let _ = futures::poll!(&mut given);
    jobs.recv().await; // @holds_one_that_gave_away
    given.await;
}

pub(crate) const AREA: Area = Area {
    file: "switched.rs",
    source: include_str!("switched.rs"),
    shapes: &[
        Shape {
            name: "a branch that a condition switches off",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(1);
                stage.spawn(by_condition(sender, jobs, false));
            },
            tasks: "
                switched::by_condition#0 [stuck]
                  switched::by_condition @by_condition  jobs: Receiver<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- switched::by_condition#0 `sender`
            ",
        },
        Shape {
            name: "the same branch, switched on",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(1);
                stage.spawn(by_condition(sender, jobs, true));
            },
            tasks: "
                switched::by_condition#1
                  switched::by_condition @by_condition  jobs: Receiver<u8>, sender: Sender<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- switched::by_condition#1 `sender`
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a branch of a handle that is done",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(1);
                stage.keep(sender);
                stage.spawn(done_handle(tokio::spawn(async {}), jobs));
            },
            tasks: "
                switched::done_handle
                  switched::done_handle @done_handle  handle: JoinHandle<()>, is_done: bool, jobs: Receiver<u8>
                  holds handle: task, jobs: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "a branch whose pattern did not fit",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(1);
                stage.keep(sender);
                stage.spawn(by_pattern(mpsc::channel(1).1, jobs));
            },
            tasks: "
                switched::by_pattern
                  switched::by_pattern @by_pattern  closed: Receiver<u8>, jobs: Receiver<u8>
                  holds closed: receiver of mpsc, jobs: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "the last of ten branches",
            spawn: |stage| stage.spawn(of_many(false)),
            tasks: "
                switched::of_many [stuck]
                  switched::of_many @of_many
                    switched::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a branch that has a sender, switched off",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(1);
                stage.spawn(keeps_sender(sender, jobs, false));
            },
            tasks: "
                switched::keeps_sender [stuck]
                  switched::keeps_sender @keeps_sender  jobs: Receiver<u8>
                  holds jobs: receiver of mpsc, sender: sender of mpsc
                  waits for message of mpsc (1 sender) <- switched::keeps_sender `sender`
            ",
        },
        Shape {
            name: "a fused branch that is done",
            spawn: |stage| stage.spawn(fused()),
            tasks: "
                switched::fused [stuck]
                  switched::fused @fused  one: Pin<&mut Fuse<{async block}>>, two: Pin<&mut Fuse<leaf>>
                    switched::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a future that is over inside a hand-written one",
            spawn: |stage| stage.spawn(done_by_hand(watch::channel(1).1)),
            tasks: "
                switched::done_by_hand [open]
                  switched::done_by_hand @done_by_hand
                    switched::Both (hand-written)
                      switched::leaf @leaf  number: u8
                  holds first: receiver of watch
                  waits for nothing
            ",
        },
        Shape {
            name: "a handle that is over inside a hand-written one",
            spawn: |stage| stage.spawn(done_handle_by_hand(tokio::spawn(async {}))),
            tasks: "
                switched::done_handle_by_hand [open]
                  switched::done_handle_by_hand @done_handle_by_hand
                    switched::Both (hand-written)
                      switched::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "what has come inside a hand-written one",
            spawn: |stage| {
                let (sender, number) = oneshot::channel();
                sender.send(1).expect("its receiver is there");
                stage.spawn(ready_by_hand(tokio::spawn(async {}), number));
            },
            tasks: "
                switched::ready_by_hand [open]
                  switched::ready_by_hand @ready_by_hand
                    switched::Silent (hand-written)
                  holds _handle: task, _number: receiver of oneshot
            ",
        },
        Shape {
            name: "a variable that one that is polled elsewhere was moved out of",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(1);
                let (to, given) = std::sync::mpsc::channel();
                stage.keep(given);
                stage.spawn(holds_one_that_gave_away(sender, to, jobs));
            },
            tasks: "
                switched::holds_one_that_gave_away
                  switched::holds_one_that_gave_away @holds_one_that_gave_away  given: gives_away, jobs: Receiver<u8>
                  holds jobs: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
    ],
};
