//! What the small executables in `sections` are made of: an async function, what it holds, enums, a vtable.

#![no_std]
#![crate_type = "lib"]

use core::{
    future::{Future, pending},
    pin::Pin,
    task::{Context, Poll},
};

pub enum Shape {
    Point,
    Line(u32),
    Names {
        first: &'static str,
        rest: [Option<&'static Shape>; 3],
    },
}

pub struct Twice<T> {
    one: T,
    other: T,
}

impl<T: Future + Unpin> Future for Twice<T> {
    type Output = T::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T::Output> {
        let this = self.get_mut();
        let _ = Pin::new(&mut this.one).poll(context);
        Pin::new(&mut this.other).poll(context)
    }
}

pub async fn inner(shape: Shape) -> Shape {
    pending::<()>().await;
    shape
}

pub async fn outer(shape: Shape, number: &mut u64) {
    let found = inner(shape).await;
    *number += 1;
    pending::<()>().await;
    drop(found);
}

type Polled<'a> = Pin<&'a mut dyn Future<Output = ()>>;

#[unsafe(no_mangle)]
pub fn start(number: &mut u64, context: &mut Context<'_>, poll: fn(Polled<'_>, &mut Context<'_>)) {
    let mut future = outer(Shape::Line(1), number);
    // SAFETY: the future is this function's own, and nothing moves it between here and its drop.
    poll(unsafe { Pin::new_unchecked(&mut future) }, context);
}

#[unsafe(no_mangle)]
pub fn both(context: &mut Context<'_>) -> bool {
    let mut both = Twice {
        one: pending::<u8>(),
        other: pending::<u8>(),
    };
    Pin::new(&mut both).poll(context).is_ready()
}
