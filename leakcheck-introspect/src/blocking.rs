//! Closures that `spawn_blocking` has handed to a thread.

use crate::{Error, read};

/// A closure of `spawn_blocking` that a thread runs. No list of a runtime has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockingTask {
    pub(crate) address: u64,
    pub(crate) is_closure: bool,
}

impl BlockingTask {
    /// Looks for the one with this id among addresses that may be its cell's; what is there may be anything by now.
    ///
    /// It must be running, as it is while its thread is stuck in it: what is left of one that has ended may look alike.
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`](crate::TaskList::of_runtime).
    pub fn find(id: u64, cells: impl IntoIterator<Item = u64>) -> Result<Option<Self>, Error> {
        read::blocking_task(id, cells.into_iter())
    }

    /// Address of its cell.
    pub fn address(&self) -> u64 {
        self.address
    }

    /// Whether it is a closure; a function otherwise.
    pub fn is_closure(&self) -> bool {
        self.is_closure
    }
}
