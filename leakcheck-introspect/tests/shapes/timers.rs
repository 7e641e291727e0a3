//! Timers: the deadline is that of the source, and a timeout waits for both.

use std::pin::pin;

use tokio::{
    sync::mpsc::{Receiver, channel},
    time::{Instant, Sleep, interval, interval_at, sleep, sleep_until, timeout, timeout_at},
};

use crate::shape::{Area, HOUR, Shape};

async fn sleeps() {
    sleep(3 * HOUR).await; // @sleeps
}

async fn sleeps_until(moment: Instant) {
    sleep_until(moment).await; // @sleeps_until
}

async fn ticks() {
    let mut every = interval(5 * HOUR);
    loop {
        every.tick().await; // @ticks
    }
}

async fn ticks_late() {
    let mut every = interval_at(Instant::now() + 6 * HOUR, HOUR);
    every.tick().await; // @ticks_late
}

async fn receives_in_time(mut rx: Receiver<u8>) {
    let _ = timeout(7 * HOUR, rx.recv()).await; // @receives_in_time
}

async fn inner() -> u8 {
    sleep(10 * HOUR).await; // @inner
    1
}

async fn finishes_in_time() {
    let at = Instant::now() + 8 * HOUR;
    let _ = timeout_at(at, inner()).await; // @finishes_in_time
}

async fn sleeps_pinned() {
    let mut nap = pin!(sleep(9 * HOUR));
    nap.as_mut().await; // @sleeps_pinned
    nap.reset(Instant::now());
}

async fn sleeps_boxed(nap: std::pin::Pin<Box<Sleep>>) {
    nap.await; // @sleeps_boxed
}

pub(crate) const AREA: Area = Area {
    file: "timers.rs",
    source: include_str!("timers.rs"),
    shapes: &[
        Shape {
            name: "sleep",
            spawn: |stage| stage.spawn(sleeps()),
            tasks: "
                timers::sleeps
                  timers::sleeps @sleeps
                  waits for timer in 3 h
            ",
        },
        Shape {
            name: "sleep until a moment",
            spawn: |stage| stage.spawn(sleeps_until(Instant::now() + 4 * HOUR)),
            tasks: "
                timers::sleeps_until
                  timers::sleeps_until @sleeps_until
                  waits for timer in 4 h
            ",
        },
        Shape {
            name: "the second tick of an interval",
            spawn: |stage| stage.spawn(ticks()),
            tasks: "
                timers::ticks
                  timers::ticks @ticks  every: Interval
                  holds every: timer
                  waits for timer in 5 h
            ",
        },
        Shape {
            name: "the first tick of an interval that begins late",
            spawn: |stage| stage.spawn(ticks_late()),
            tasks: "
                timers::ticks_late
                  timers::ticks_late @ticks_late  every: Interval
                  holds every: timer
                  waits for timer in 6 h
            ",
        },
        Shape {
            name: "a timeout around a receiver",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.keep(tx);
                stage.spawn(receives_in_time(rx));
            },
            tasks: "
                timers::receives_in_time
                  timers::receives_in_time @receives_in_time  rx: Receiver<u8>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
                  waits for timer in 7 h
            ",
        },
        Shape {
            name: "a timeout at a moment around a function",
            spawn: |stage| stage.spawn(finishes_in_time()),
            tasks: "
                timers::finishes_in_time
                  timers::finishes_in_time @finishes_in_time
                    tokio::time::timeout::Timeout
                      timers::inner @inner
                  waits for timer in 10 h
                  waits for timer in 8 h
            ",
        },
        Shape {
            name: "a timer on the stack of the function",
            spawn: |stage| stage.spawn(sleeps_pinned()),
            tasks: "
                timers::sleeps_pinned
                  timers::sleeps_pinned @sleeps_pinned  nap: Pin<&mut Sleep>
                  holds nap: timer
                  waits for timer in 9 h
            ",
        },
        Shape {
            name: "a timer on the heap",
            spawn: |stage| stage.spawn(sleeps_boxed(Box::pin(sleep(11 * HOUR)))),
            tasks: "
                timers::sleeps_boxed
                  timers::sleeps_boxed @sleeps_boxed
                  waits for timer in 11 h
            ",
        },
    ],
};
