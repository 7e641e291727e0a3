//! Streams of the futures crate: the wait is for what the next item is made of.

use std::{future::pending, pin::Pin};

use futures::{
    StreamExt,
    stream::{self, FuturesOrdered, FuturesUnordered},
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::shape::{Area, Shape};

async fn leaf(number: u8) -> u8 {
    pending::<()>().await; // @leaf
    number
}

async fn unordered() {
    let mut open: FuturesUnordered<_> = (0..2).map(leaf).collect();
    open.next().await; // @unordered
}

async fn ordered() {
    let mut open: FuturesOrdered<_> = (0..2).map(leaf).collect();
    open.next().await; // @ordered
}

async fn maps_stream(jobs: mpsc::Receiver<u32>) {
    let mut doubled = ReceiverStream::new(jobs).map(|job| job * 2);
    while doubled.next().await.is_some() {} // @maps_stream
}

async fn unfolds() {
    let numbers = stream::unfold(0_u8, |number| async move {
        let next = leaf(number).await; // @unfolds.inside
        Some((next, next))
    });
    let mut numbers = std::pin::pin!(numbers);
    numbers.next().await; // @unfolds
}

async fn buffers() {
    let mut results = stream::iter(0..3).map(leaf).buffer_unordered(2);
    results.next().await; // @buffers
}

async fn for_each() {
    stream::iter(0..3).for_each(consume).await; // @for_each
}

async fn consume(number: u8) {
    leaf(number).await; // @consume
}

async fn erased_stream() {
    let mut numbers: Pin<Box<dyn stream::Stream<Item = u8> + Send>> = stream::once(leaf(3)).boxed();
    numbers.next().await; // @erased_stream
}

pub(crate) const AREA: Area = Area {
    file: "streams.rs",
    source: include_str!("streams.rs"),
    shapes: &[
        Shape {
            name: "FuturesUnordered",
            spawn: |stage| stage.spawn(unordered()),
            tasks: "
                streams::unordered [stuck]
                  streams::unordered @unordered  open: FuturesUnordered<leaf>
                    futures_util::stream::stream::next::Next
                      streams::leaf @leaf  number: u8
                      streams::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "FuturesOrdered",
            spawn: |stage| stage.spawn(ordered()),
            tasks: "
                streams::ordered [stuck]
                  streams::ordered @ordered  open: FuturesOrdered<leaf>
                    futures_util::stream::stream::next::Next
                      streams::leaf @leaf  number: u8
                      streams::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a mapped stream of messages",
            spawn: |stage| {
                let (sender, jobs) = mpsc::channel(1);
                stage.keep(sender);
                stage.spawn(maps_stream(jobs));
            },
            tasks: "
                streams::maps_stream
                  streams::maps_stream @maps_stream  doubled: Map<ReceiverStream<u32>, {closure}>
                  holds doubled: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "a stream that is unfolded",
            spawn: |stage| stage.spawn(unfolds()),
            tasks: "
                streams::unfolds [stuck]
                  streams::unfolds @unfolds  numbers: Pin<&mut Unfold<u8, {closure}, {async block}>>
                    futures_util::stream::stream::next::Next
                      streams::unfolds::{closure}::{async block} @unfolds.inside  number: u8
                        streams::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a stream that is buffered",
            spawn: |stage| stage.spawn(buffers()),
            tasks: "
                streams::buffers [stuck]
                  streams::buffers @buffers  results: BufferUnordered<Map<Iter<Range<u8>>, fn(u8) -> leaf>>
                    futures_util::stream::stream::next::Next
                      streams::leaf @leaf  number: u8
                      streams::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a stream that is consumed",
            spawn: |stage| stage.spawn(for_each()),
            tasks: "
                streams::for_each [stuck]
                  streams::for_each @for_each
                    futures_util::stream::stream::for_each::ForEach
                      streams::consume @consume
                        streams::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "a stream behind a trait object",
            spawn: |stage| stage.spawn(erased_stream()),
            tasks: "
                streams::erased_stream [stuck]
                  streams::erased_stream @erased_stream  numbers: Pin<Box<(dyn Stream<Item=u8> + Send)>>
                    futures_util::stream::stream::next::Next
                      streams::leaf @leaf  number: u8
                  waits for nothing
            ",
        },
    ],
};
