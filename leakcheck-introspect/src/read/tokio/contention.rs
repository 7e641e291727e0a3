//! Who stands in the way of a waiter inside tokio's channels and locks.

use super::layout;
use crate::read::{
    dwarf::{Shape, Type},
    value::{Reader, Value},
};

/// Waiters of one queue that are counted.
const MOST_WAITERS: u64 = 1_000;

/// Whether messages take all the room of a bounded channel, and it is open: no permit is left, and nobody has one to give
/// back.
pub(crate) fn is_full(reader: &Reader<'_>, channel: Value) -> Option<bool> {
    let number = |value: Value, name| reader.number(reader.field(value, name)?);
    let semaphore = reader.field(channel, "semaphore")?;
    let bound = number(semaphore, "bound")?;
    let permits = number(reader.field(semaphore, "semaphore")?, "permits")?;
    let end = |name, base| reader.find(reader.field(channel, name)?, base);
    let tail = number(end("tx", "tokio::sync::mpsc::list::Tx")?, "tail_position")?;
    let head = number(end("rx_fields", "tokio::sync::mpsc::list::Rx")?, "index")?;
    Some(permits == 0 && tail.wrapping_sub(head) == bound)
}

/// How far a future has come in the queue of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Where the future stands that asks.
    pub(crate) place: u64,
    /// How many stand before it; `None` where it has got what it asks for, and was not polled since.
    pub(crate) ahead: Option<u64>,
}

/// The turn of a future inside `future` at the lock at `lock`.
pub(crate) fn turn(reader: &Reader<'_>, future: Value, lock: u64) -> Option<Turn> {
    let is_acquire = |ty: &Type| ty.base == "tokio::sync::batch_semaphore::Acquire";
    let is_either = |ty: &Type| ty.is_coroutine() || is_acquire(ty);
    let mut future = reader.inside(future, &is_either)?;
    while !is_acquire(future.ty) {
        let awaited = reader.field(reader.variant(future)?.1, "__awaitee")?;
        future = reader.inside(awaited, &is_either)?;
    }
    let semaphore = reader.target(reader.field(future, "semaphore")?)?;
    (semaphore.address == lock).then_some(())?;
    let node = reader.field(future, "node")?;
    let ahead = ahead(reader, node.address, semaphore);
    (ahead.is_some() || is_served(reader, future, node) == Some(true)).then_some(Turn {
        place: future.address,
        ahead,
    })
}

/// Whether one that stood in the queue has all that it asks for.
fn is_served(reader: &Reader<'_>, future: Value, node: Value) -> Option<bool> {
    let number = |value: Value, name| {
        let number = |ty: &Type| matches!(ty.shape, Shape::Leaf);
        reader.number(reader.inside(reader.field(value, name)?, &number)?)
    };
    let (queued, left) = (number(future, "queued")?, number(node, "state")?);
    Some(queued == 1 && left == 0 && number(future, "num_permits")? > 0)
}

/// How many stand before the waiter at `node`.
fn ahead(reader: &Reader<'_>, node: u64, semaphore: Value) -> Option<u64> {
    let queue = reader.find(reader.field(semaphore, "waiters")?, layout::LINKED_LIST)?;
    // Whoever comes is put at the head, and served at the tail.
    let mut waiter = reader.target(reader.field(queue, "tail")?)?;
    for ahead in 0..MOST_WAITERS {
        if waiter.address == node {
            return Some(ahead);
        }
        let links = reader.find(reader.field(waiter, "pointers")?, layout::LINKS)?;
        waiter = reader.target(reader.field(links, "prev")?)?;
    }
    None
}
