//! Combinators of the futures crate: what they poll is found inside them.

use std::future::pending;

use futures::{
    FutureExt,
    future::{Either, abortable, join_all, select, select_all},
};

use crate::shape::{Area, Shape};

async fn leaf(number: u8) -> u8 {
    pending::<()>().await; // @leaf
    number
}

async fn joins_all() {
    let numbers = join_all((0..2).map(leaf)).await; // @joins_all
    drop(numbers);
}

async fn selects_all() {
    let _ = select_all((0..2).map(|number| Box::pin(leaf(number)))).await; // @selects_all
}

async fn selects() {
    let _ = select(Box::pin(leaf(1)), Box::pin(leaf(2))).await; // @selects
}

async fn either(is_left: bool) {
    let future = if is_left {
        Either::Left(leaf(1))
    } else {
        Either::Right(std::future::ready(1))
    };
    future.await; // @either
}

async fn chained() {
    leaf(1).map(|number| number + 1).then(leaf).await; // @chained
}

async fn chained_on() {
    async { 1 }.then(leaf).await; // @chained_on
}

async fn may_be_aborted() {
    let (future, handle) = abortable(leaf(1));
    let _ = future.await; // @may_be_aborted
    handle.abort();
}

async fn shared() {
    let first = leaf(1).boxed().shared();
    let second = first.clone();
    first.await; // @shared
    second.await;
}

pub(crate) const AREA: Area = Area {
    file: "combinators.rs",
    source: include_str!("combinators.rs"),
    shapes: &[
        Shape {
            name: "join_all",
            spawn: |stage| stage.spawn(joins_all()),
            tasks: "
                combinators::joins_all [stuck]
                  combinators::joins_all @joins_all
                    futures_util::future::join_all::JoinAll
                      combinators::leaf @leaf  number: u8
                      combinators::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "select_all",
            spawn: |stage| stage.spawn(selects_all()),
            tasks: "
                combinators::selects_all [stuck]
                  combinators::selects_all @selects_all
                    futures_util::future::select_all::SelectAll
                      combinators::leaf @leaf  number: u8
                      combinators::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "select of two",
            spawn: |stage| stage.spawn(selects()),
            tasks: "
                combinators::selects [stuck]
                  combinators::selects @selects
                    futures_util::future::select::Select
                      combinators::leaf @leaf  number: u8
                      combinators::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "one of two types",
            spawn: |stage| stage.spawn(either(true)),
            tasks: "
                combinators::either [stuck]
                  combinators::either @either
                    futures_util::future::either::Either
                      combinators::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "the beginning of a chain",
            spawn: |stage| stage.spawn(chained()),
            tasks: "
                combinators::chained [stuck]
                  combinators::chained @chained
                    futures_util::future::future::Then
                      combinators::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "the end of a chain",
            spawn: |stage| stage.spawn(chained_on()),
            tasks: "
                combinators::chained_on [stuck]
                  combinators::chained_on @chained_on
                    futures_util::future::future::Then
                      combinators::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a future that may be aborted, by ways that are not followed",
            spawn: |stage| stage.spawn(may_be_aborted()),
            tasks: "
                combinators::may_be_aborted [open]
                  combinators::may_be_aborted @may_be_aborted  handle: AbortHandle
                    futures_util::abortable::Abortable
                      combinators::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a shared future",
            spawn: |stage| stage.spawn(shared()),
            tasks: "
                combinators::shared [stuck]
                  combinators::shared @shared  second: Shared<Pin<Box<(dyn Future<Output=u8> + Send)>>>
                    futures_util::future::future::shared::Shared
                      combinators::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
    ],
};
