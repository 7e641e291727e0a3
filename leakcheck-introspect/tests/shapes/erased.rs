//! Futures behind pointers and trait objects read like those that are not.

use std::{future::pending, pin::Pin, sync::Arc};

use futures::FutureExt;

use crate::shape::{Area, Shape};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

async fn leaf(number: u32) -> u32 {
    pending::<()>().await; // @leaf
    number
}

async fn awaits_object() {
    let future: Boxed<u32> = Box::pin(leaf(1));
    future.await; // @awaits_object
}

async fn recurses(depth: u32) {
    if depth == 0 {
        pending::<()>().await; // @recurses.deepest
    } else {
        Box::pin(recurses(depth - 1)).await; // @recurses
    }
}

fn recurses_as_object(depth: u32) -> Boxed<()> {
    Box::pin(async move {
        if depth > 0 {
            recurses_as_object(depth - 1).await; // @recurses_as_object
        } else {
            leaf(depth).await; // @recurses_as_object.deepest
        }
    })
}

#[async_trait::async_trait]
trait Service: Send + Sync {
    async fn call(&self, number: u32) -> u32;
}

struct Echo {
    offset: u32,
}

#[async_trait::async_trait]
impl Service for Echo {
    async fn call(&self, number: u32) -> u32 {
        leaf(number).await + self.offset // @echo.call
    }
}

struct Layer {
    inner: Arc<dyn Service>,
}

#[async_trait::async_trait]
impl Service for Layer {
    async fn call(&self, number: u32) -> u32 {
        self.inner.call(number).await // @layer.call
    }
}

async fn calls_service(service: Box<dyn Service>) {
    service.call(3).await; // @calls_service
}

trait Job {
    fn run(&mut self) -> impl Future<Output = ()> + Send;
}

struct Count(u8);

impl Job for Count {
    async fn run(&mut self) {
        pending::<()>().await; // @count.run
        self.0 += 1;
    }
}

async fn runs<J: Job>(mut job: J) {
    job.run().await; // @runs
}

async fn boxed_task(name: &'static str) -> usize {
    pending::<()>().await; // @boxed_task
    name.len()
}

async fn object_task(name: &'static str) -> usize {
    pending::<()>().await; // @object_task
    name.len()
}

pub(crate) const AREA: Area = Area {
    file: "erased.rs",
    source: include_str!("erased.rs"),
    shapes: &[
        Shape {
            name: "a future behind a trait object",
            spawn: |stage| stage.spawn(awaits_object()),
            tasks: "
                erased::awaits_object [stuck]
                  erased::awaits_object @awaits_object
                    erased::leaf @leaf  number: u32
                  waits for nothing
            ",
        },
        Shape {
            name: "a function that awaits itself",
            spawn: |stage| stage.spawn(recurses(2)),
            tasks: "
                erased::recurses [stuck]
                  erased::recurses @recurses
                    erased::recurses @recurses
                      erased::recurses @recurses.deepest
                  waits for nothing
            ",
        },
        Shape {
            name: "a function that awaits itself as an object",
            spawn: |stage| stage.spawn(async { recurses_as_object(1).await }), // @block
            tasks: "
                erased::AREA::{closure}::{async block} [stuck]
                  erased::AREA::{closure}::{async block} @block
                    erased::recurses_as_object::{async block} @recurses_as_object  depth: u32
                      erased::recurses_as_object::{async block} @recurses_as_object.deepest  depth: u32
                        erased::leaf @leaf  number: u32
                  waits for nothing
            ",
        },
        Shape {
            name: "an async trait, through two objects",
            spawn: |stage| {
                let inner = Arc::new(Echo { offset: 1 });
                stage.spawn(calls_service(Box::new(Layer { inner })));
            },
            tasks: "
                erased::calls_service [stuck]
                  erased::calls_service @calls_service  service: Box<dyn Service>
                    erased::Layer::call::{async block} @layer.call  number: u32, self: &Layer
                      erased::Echo::call::{async block} @echo.call  number: u32, self: &Echo
                        erased::leaf @leaf  number: u32
                  waits for nothing
            ",
        },
        Shape {
            name: "a trait whose method is async",
            spawn: |stage| stage.spawn(runs(Count(0))),
            tasks: "
                erased::runs [stuck]
                  erased::runs @runs  job: Count
                    erased::Count::run @count.run  self: &mut Count
                  waits for nothing
            ",
        },
        Shape {
            name: "a task whose future is boxed",
            spawn: |stage| stage.spawn(Box::pin(boxed_task("x"))),
            tasks: "
                erased::boxed_task [stuck]
                  erased::boxed_task @boxed_task  name: &str
                  waits for nothing
            ",
        },
        Shape {
            name: "a task whose future is an object",
            spawn: |stage| {
                let future: Boxed<usize> = Box::pin(object_task("x"));
                stage.spawn(future);
            },
            tasks: "
                erased::object_task [stuck]
                  erased::object_task @object_task  name: &str
                  waits for nothing
            ",
        },
        Shape {
            name: "a task whose future is a combinator in a box",
            spawn: |stage| {
                let future: Boxed<()> = Box::pin(leaf(4).map(drop));
                stage.spawn(future);
            },
            tasks: "
                Map<leaf, fn(u32)> [stuck]
                  futures_util::future::future::Map
                    erased::leaf @leaf  number: u32
                  waits for nothing
            ",
        },
        Shape {
            name: "a task whose future is a combinator in a box that is not pinned",
            spawn: |stage| {
                let inside = Box::pin(object_task("y")).map(drop);
                let future: Box<dyn Future<Output = ()> + Send + Unpin> = Box::new(inside);
                stage.spawn(future);
            },
            tasks: "
                Map<Pin<Box<object_task>>, fn(usize)> [stuck]
                  futures_util::future::future::Map
                    erased::object_task @object_task  name: &str
                  waits for nothing
            ",
        },
        Shape {
            name: "a combinator of boxes",
            spawn: |stage| stage.spawn(Box::pin(Box::pin(leaf(5)).then(leaf))),
            tasks: "
                Then<Pin<Box<leaf>>, leaf, fn(u32) -> leaf> [stuck]
                  futures_util::future::future::Then
                    erased::leaf @leaf  number: u32
                  waits for nothing
            ",
        },
    ],
};
