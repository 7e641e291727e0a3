//! Futures around futures: those that are well known are looked through, and hand-written ones may do as they like.

use std::{
    future::{pending, poll_fn},
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll},
};

use futures::FutureExt;
use tokio::{
    sync::mpsc::{Receiver, channel},
    task::coop::unconstrained,
    time::{Sleep, sleep},
};
use tracing::Instrument;

use crate::shape::{Area, HOUR, Shape};

async fn leaf(number: u8) -> u8 {
    pending::<()>().await; // @leaf
    number
}

async fn instrumented() {
    leaf(1).instrument(tracing::info_span!("span")).await; // @instrumented
}

async fn instrumented_task() {
    leaf(2).await; // @instrumented_task
}

/// Polls what it contains, and counts.
struct Counted<F> {
    polls: u32,
    future: F,
}

impl<F: Future + Unpin> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.polls += 1;
        self.future.poll_unpin(context)
    }
}

async fn counted() {
    Counted {
        polls: 0,
        future: Box::pin(leaf(3)),
    }
    .await; // @counted
}

pin_project_lite::pin_project! {
    /// Sleeps once the future is done.
    struct Delayed<F> {
        #[pin]
        future: F,
        #[pin]
        delay: Sleep,
        is_done: bool,
    }
}

impl<F: Future<Output = u8>> Future for Delayed<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if !*this.is_done {
            *this.is_done = this.future.poll(context).is_ready();
        }
        if *this.is_done {
            this.delay.poll(context)
        } else {
            Poll::Pending
        }
    }
}

async fn delayed() {
    Delayed {
        future: leaf(4),
        delay: sleep(HOUR),
        is_done: false,
    }
    .await; // @delayed
}

/// Never ready, by code of its own.
struct Silent {
    polls: u64,
}

impl Future for Silent {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        self.polls += 1;
        Poll::Pending
    }
}

async fn silent() {
    Silent { polls: 0 }.await; // @silent
}

async fn polls(mut rx: Receiver<u8>) -> Option<u8> {
    poll_fn(|context| rx.poll_recv(context)).await // @polls
}

tokio::task_local! {
    static DEPTH: u8;
}

async fn scoped() {
    DEPTH.scope(1, leaf(5)).await; // @scoped
}

async fn not_constrained() {
    unconstrained(leaf(6)).await; // @not_constrained
}

async fn guarded() {
    let _ = AssertUnwindSafe(leaf(7)).catch_unwind().await; // @guarded
}

pub(crate) const AREA: Area = Area {
    file: "wrappers.rs",
    source: include_str!("wrappers.rs"),
    shapes: &[
        Shape {
            name: "a future in a span",
            spawn: |stage| stage.spawn(instrumented()),
            tasks: "
                wrappers::instrumented [stuck]
                  wrappers::instrumented @instrumented
                    wrappers::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a task in a span",
            spawn: |stage| {
                stage.spawn(instrumented_task().instrument(tracing::info_span!("span")));
            },
            tasks: "
                wrappers::instrumented_task [stuck]
                  wrappers::instrumented_task @instrumented_task
                    wrappers::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a hand-written wrapper",
            spawn: |stage| stage.spawn(counted()),
            tasks: "
                wrappers::counted [open]
                  wrappers::counted @counted
                    wrappers::Counted (hand-written)
                      wrappers::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a hand-written wrapper of two, that polls only one of them",
            spawn: |stage| stage.spawn(delayed()),
            tasks: "
                wrappers::delayed [open]
                  wrappers::delayed @delayed
                    wrappers::Delayed (hand-written)
                      wrappers::leaf @leaf  number: u8
                  holds delay: timer
                  may wait for timer in 1 h
                  waits for nothing
            ",
        },
        Shape {
            name: "a hand-written future of which nothing is known",
            spawn: |stage| stage.spawn(silent()),
            tasks: "
                wrappers::silent [open]
                  wrappers::silent @silent
                    wrappers::Silent (hand-written)
            ",
        },
        Shape {
            name: "a closure that polls",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.keep(tx);
                stage.spawn(polls(rx));
            },
            tasks: "
                wrappers::polls [open]
                  wrappers::polls @polls  rx: Receiver<u8>
                  holds rx: receiver of mpsc
                  may wait for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "a scope of a task-local",
            spawn: |stage| stage.spawn(scoped()),
            tasks: "
                wrappers::scoped [stuck]
                  wrappers::scoped @scoped
                    tokio::task::task_local::TaskLocalFuture
                      wrappers::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a future without a budget",
            spawn: |stage| stage.spawn(not_constrained()),
            tasks: "
                wrappers::not_constrained [stuck]
                  wrappers::not_constrained @not_constrained
                    tokio::task::coop::unconstrained::Unconstrained
                      wrappers::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a future that may panic",
            spawn: |stage| stage.spawn(guarded()),
            tasks: "
                wrappers::guarded [stuck]
                  wrappers::guarded @guarded
                    futures_util::future::future::catch_unwind::CatchUnwind
                      wrappers::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
    ],
};
