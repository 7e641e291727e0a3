//! `select!` and `join!` await several futures at once: each is a branch, and the line is that of the macro.

use std::future::pending;

use tokio::{
    sync::{broadcast, mpsc, oneshot},
    time::sleep,
};

use crate::shape::{Area, HOUR, Shape};

async fn leaf(number: u8) -> u8 {
    pending::<()>().await; // @leaf
    number
}

async fn other(text: &str) -> Result<usize, ()> {
    sleep(2 * HOUR).await; // @other
    Ok(text.len())
}

async fn selects(mut jobs: mpsc::Receiver<u8>, mut news: broadcast::Receiver<u8>) {
    // @selects
    tokio::select! {
        _ = jobs.recv() => {}
        _ = news.recv() => {}
        () = sleep(HOUR) => {}
    }
}

async fn selects_twice(mut jobs: mpsc::Receiver<u8>, mut stop: oneshot::Receiver<()>) {
    // @selects_twice.first
    tokio::select! {
        _ = jobs.recv() => {}
        _ = &mut stop => {}
    }
    // @selects_twice.second
    tokio::select! {
        _ = leaf(1) => {}
        _ = &mut stop => {}
    }
}

async fn selects_some(mut jobs: mpsc::Receiver<u8>, is_open: bool) {
    // @selects_some
    tokio::select! {
        biased;
        _ = leaf(1), if is_open => {}
        _ = jobs.recv(), if !is_open => {}
        () = sleep(HOUR) => {}
    }
}

async fn selects_in_loop(mut jobs: mpsc::Receiver<u8>) {
    let mut work = std::pin::pin!(other("loop"));
    loop {
        // @selects_in_loop
        tokio::select! {
            _ = jobs.recv() => {}
            _ = &mut work => break,
        }
    }
}

async fn joins() {
    // @joins
    let _ = tokio::join!(leaf(1), other("a"), async { 3 });
}

async fn tries() -> Result<(), ()> {
    // @tries
    tokio::try_join!(other("b"), async {
        leaf(2).await; // @tries.inside
        Ok(())
    })?;
    Ok(())
}

async fn joins_with_futures() {
    // @joins_with_futures
    futures::join!(leaf(1), leaf(2));
}

async fn selects_with_futures() {
    use futures::FutureExt;
    let (mut one, mut two) = (Box::pin(leaf(1).fuse()), Box::pin(leaf(2).fuse()));
    // @selects_with_futures
    futures::select_biased! {
        _ = one => {}
        _ = two => {}
    }
}

pub(crate) const AREA: Area = Area {
    file: "branches.rs",
    source: include_str!("branches.rs"),
    shapes: &[
        Shape {
            name: "select over three branches",
            spawn: |stage| {
                let (jobs, news) = (mpsc::channel(1), broadcast::channel(1));
                stage.keep((jobs.0, news.0));
                stage.spawn(selects(jobs.1, news.1));
            },
            tasks: "
                branches::selects
                  branches::selects @selects  jobs: Receiver<u8>, news: Receiver<u8>
                  holds jobs: receiver of mpsc, news: receiver of broadcast
                  waits for message of broadcast (1 sender) <- nobody found
                  waits for message of mpsc (1 sender) <- nobody found
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "the first select of two",
            spawn: |stage| {
                let (jobs, stop) = (mpsc::channel(1), oneshot::channel());
                stage.keep((jobs.0, stop.0));
                stage.spawn(selects_twice(jobs.1, stop.1));
            },
            tasks: "
                branches::selects_twice#0
                  branches::selects_twice @selects_twice.first  jobs: Receiver<u8>, stop: Receiver<()>
                  holds jobs: receiver of mpsc, stop: receiver of oneshot
                  waits for message of mpsc (1 sender) <- nobody found
                  waits for message of oneshot <- nobody found
            ",
        },
        Shape {
            name: "the second select of two",
            spawn: |stage| {
                let (jobs, stop) = (mpsc::channel(1), oneshot::channel());
                jobs.0.try_send(1).expect("there is room");
                stage.keep((jobs.0, stop.0));
                stage.spawn(selects_twice(jobs.1, stop.1));
            },
            tasks: "
                branches::selects_twice#1
                  branches::selects_twice @selects_twice.second  jobs: Receiver<u8>, stop: Receiver<()>
                    branches::leaf @leaf  number: u8
                  holds jobs: receiver of mpsc, stop: receiver of oneshot
                  waits for message of oneshot <- nobody found
                  waits for nothing
            ",
        },
        Shape {
            name: "select with an order and conditions",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(1);
                stage.keep(sender);
                stage.spawn(selects_some(jobs, true));
            },
            tasks: "
                branches::selects_some
                  branches::selects_some @selects_some  jobs: Receiver<u8>
                    branches::leaf @leaf  number: u8
                  holds jobs: receiver of mpsc
                  waits for nothing
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "select in a loop, by reference",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(1);
                stage.keep(sender);
                stage.spawn(selects_in_loop(jobs));
            },
            tasks: "
                branches::selects_in_loop
                  branches::selects_in_loop @selects_in_loop  jobs: Receiver<u8>, work: Pin<&mut other>
                    branches::other @other  text: &str
                  holds jobs: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
                  waits for timer in 2 h
            ",
        },
        Shape {
            name: "join of three, one of which is ready",
            spawn: |stage| stage.spawn(joins()),
            tasks: "
                branches::joins
                  branches::joins @joins
                    branches::leaf @leaf  number: u8
                    branches::other @other  text: &str
                  waits for nothing
                  waits for timer in 2 h
            ",
        },
        Shape {
            name: "join of two that may fail",
            spawn: |stage| stage.spawn(tries()),
            tasks: "
                branches::tries
                  branches::tries @tries
                    branches::other @other  text: &str
                    branches::tries::{async block} @tries.inside
                      branches::leaf @leaf  number: u8
                  waits for nothing
                  waits for timer in 2 h
            ",
        },
        Shape {
            name: "join of the futures crate",
            spawn: |stage| stage.spawn(joins_with_futures()),
            tasks: "
                branches::joins_with_futures [stuck]
                  branches::joins_with_futures @joins_with_futures
                    branches::leaf @leaf  number: u8
                    branches::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "select of the futures crate",
            spawn: |stage| stage.spawn(selects_with_futures()),
            tasks: "
                branches::selects_with_futures [stuck]
                  branches::selects_with_futures @selects_with_futures  one: Pin<Box<Fuse<leaf>>>, two: Pin<Box<Fuse<leaf>>>
                    branches::leaf @leaf  number: u8
                    branches::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
    ],
};
