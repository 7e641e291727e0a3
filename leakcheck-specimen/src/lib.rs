//! Two tasks of which every detail is known: `leakcheck-introspect` reads them before it believes anything else that it reads.
//!
//! They are a crate of their own so that the crates that read debug info need none of their own.

use std::{
    future::{Future, pending},
    pin::pin,
    task::{Context, Waker},
};

use tokio::task::{JoinHandle, LocalSet};

/// Line of this crate's file on which [`waiter`](spawn) awaits the other task.
pub const LINE: u32 = line!() + 5;

async fn waiter(other: JoinHandle<()>, number: u64) -> u64 {
    let doubled = number * 2;
    let sum = [number, doubled];
    let _ = other.await;
    sum.iter().sum()
}

async fn sleeper() {
    pending::<()>().await;
}

/// The two tasks, polled once: `sleeper`, which waits for ever, and `waiter`, which holds a variable `sum` and waits for the end
/// of `sleeper`.
///
/// They live in a `LocalSet` of their own, which is polled by hand: no runtime, no thread, nobody's waker.
///
/// ```
/// let set = leakcheck_specimen::spawn();
/// drop(set);
/// ```
#[must_use]
pub fn spawn() -> LocalSet {
    let set = LocalSet::new();
    let other = set.spawn_local(sleeper());
    set.spawn_local(waiter(other, 21));
    let _ = pin!(async { set.run_until(pending::<()>()).await })
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    set
}
