//! Async functions and blocks: their chains, lines and locals are those of the source.

use std::future::pending;

use crate::shape::{Area, Shape};

async fn outer(name: String) -> usize {
    let bytes = [1_u8; 16];
    let length = middle(&name, bytes.len()).await; // @outer
    length + usize::from(bytes[0])
}

async fn middle(name: &str, factor: usize) -> usize {
    let doubled = factor * 2;
    inner(7).await; // @middle
    name.len() * doubled
}

async fn inner(count: u32) -> u32 {
    pending::<()>().await; // @inner
    count
}

struct Counter {
    count: u64,
}

impl Counter {
    async fn raise(&mut self, by: u64) {
        pending::<()>().await; // @raise
        self.count += by;
    }

    async fn spend(self) -> u64 {
        pending::<()>().await; // @spend
        self.count
    }
}

async fn borrows() {
    let mut counter = Counter { count: 0 };
    counter.raise(3).await; // @borrows
}

async fn generic<T: Default + PartialEq>(value: T) -> bool {
    pending::<()>().await; // @generic
    value == T::default()
}

fn returned(size: usize) -> impl Future<Output = usize> {
    let doubled = size * 2;
    async move {
        pending::<()>().await; // @returned
        doubled
    }
}

async fn nests() {
    let base = 3_u16;
    let block = async {
        pending::<()>().await; // @nests.inside
        base + 1
    };
    let _ = block.await; // @nests
}

async fn calls_closure() {
    let offset = 5_i64;
    let shifted = async |by: i64| {
        pending::<()>().await; // @closure
        offset + by
    };
    let _ = shifted(2).await; // @calls_closure
}

async fn empty() {
    pending::<()>().await; // @empty
}

#[expect(
    clippy::large_stack_arrays,
    reason = "it is moved to the heap with its task"
)]
async fn big() -> u8 {
    let buffer = [7_u8; 40_000];
    inner(9).await; // @big
    buffer[0]
}

async fn twin(seed: u8) -> u8 {
    pending::<()>().await; // @twin
    seed
}

async fn second_await(flag: bool) -> u32 {
    let first = async { 1_u32 }.await;
    if flag {
        pending::<()>().await; // @second_await
    } else {
        inner(first).await;
    }
    first
}

async fn scopes() {
    {
        let gone = String::from("gone");
        drop(gone);
    }
    let kept = String::from("kept");
    for index in 0..3_u8 {
        if index == 1 {
            pending::<()>().await; // @scopes
        }
    }
    drop(kept);
}

async fn as_argument() -> u32 {
    u32::max(
        async { 1 }.await,
        inner(4).await, // @as_argument
    )
}

async fn pinned() {
    let mut future = std::pin::pin!(inner(4));
    future.as_mut().await; // @pinned
}

mod deep {
    pub(super) mod deeper {
        pub(in super::super) async fn down() {
            std::future::pending::<()>().await; // @down
        }
    }
}

pub(crate) const AREA: Area = Area {
    file: "plain.rs",
    source: include_str!("plain.rs"),
    shapes: &[
        Shape {
            name: "async functions that await each other",
            spawn: |stage| stage.spawn(outer("x".into())),
            tasks: "
                plain::outer [stuck]
                  plain::outer @outer  bytes: [u8; 16], name: String
                    plain::middle @middle  doubled: usize, name: &str
                      plain::inner @inner  count: u32
                  waits for nothing
            ",
        },
        Shape {
            name: "a method that borrows",
            spawn: |stage| stage.spawn(borrows()),
            tasks: "
                plain::borrows [stuck]
                  plain::borrows @borrows  counter: Counter
                    plain::Counter::raise @raise  by: u64, self: &mut Counter
                  waits for nothing
            ",
        },
        Shape {
            name: "a method that consumes",
            spawn: |stage| stage.spawn(Counter { count: 1 }.spend()),
            tasks: "
                plain::Counter::spend [stuck]
                  plain::Counter::spend @spend  self: Counter
                  waits for nothing
            ",
        },
        Shape {
            name: "a generic function",
            spawn: |stage| stage.spawn(generic(vec![Some(1_u8)])),
            tasks: "
                plain::generic [stuck]
                  plain::generic @generic  value: Vec<Option<u8>>
                  waits for nothing
            ",
        },
        Shape {
            name: "an async block that a function returns",
            spawn: |stage| stage.spawn(returned(1)),
            tasks: "
                plain::returned::{async block} [stuck]
                  plain::returned::{async block} @returned  doubled: usize
                  waits for nothing
            ",
        },
        Shape {
            name: "an async block inside a function",
            spawn: |stage| stage.spawn(nests()),
            tasks: "
                plain::nests [stuck]
                  plain::nests @nests  base: u16
                    plain::nests::{async block} @nests.inside  base: &u16
                  waits for nothing
            ",
        },
        Shape {
            name: "an async closure",
            spawn: |stage| stage.spawn(calls_closure()),
            tasks: "
                plain::calls_closure [stuck]
                  plain::calls_closure @calls_closure  offset: i64, shifted: {closure}
                    plain::calls_closure::{async closure} @closure  by: i64, offset: &i64
                  waits for nothing
            ",
        },
        Shape {
            name: "a function without any data",
            spawn: |stage| stage.spawn(empty()),
            tasks: "
                plain::empty [stuck]
                  plain::empty @empty
                  waits for nothing
            ",
        },
        Shape {
            name: "a future so big that tokio boxes it",
            spawn: |stage| stage.spawn(big()),
            tasks: "
                plain::big [stuck]
                  plain::big @big  buffer: [u8; 40000]
                    plain::inner @inner  count: u32
                  waits for nothing
            ",
        },
        Shape {
            name: "two tasks of one function",
            spawn: |stage| {
                stage.spawn(twin(1));
                stage.spawn(twin(2));
            },
            tasks: "
                plain::twin#0 [stuck]
                  plain::twin @twin  seed: u8
                  waits for nothing
                plain::twin#1 [stuck]
                  plain::twin @twin  seed: u8
                  waits for nothing
            ",
        },
        Shape {
            name: "the second of several awaits",
            spawn: |stage| stage.spawn(second_await(true)),
            tasks: "
                plain::second_await [stuck]
                  plain::second_await @second_await  first: u32
                  waits for nothing
            ",
        },
        Shape {
            name: "variables that are gone, and those of a loop",
            spawn: |stage| stage.spawn(scopes()),
            tasks: "
                plain::scopes [stuck]
                  plain::scopes @scopes  iter: Range<u8>, kept: String
                  waits for nothing
            ",
        },
        Shape {
            name: "an await as an argument",
            spawn: |stage| stage.spawn(as_argument()),
            tasks: "
                plain::as_argument [stuck]
                  plain::as_argument @as_argument
                    plain::inner @inner  count: u32
                  waits for nothing
            ",
        },
        Shape {
            name: "a pinned future",
            spawn: |stage| stage.spawn(pinned()),
            tasks: "
                plain::pinned [stuck]
                  plain::pinned @pinned  future: Pin<&mut inner>
                    plain::inner @inner  count: u32
                  waits for nothing
            ",
        },
        Shape {
            name: "a function in a module of a module",
            spawn: |stage| stage.spawn(deep::deeper::down()),
            tasks: "
                plain::deep::deeper::down [stuck]
                  plain::deep::deeper::down @down
                  waits for nothing
            ",
        },
    ],
};
