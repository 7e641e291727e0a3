//! Closures that `spawn_blocking` has handed to a thread.

use crate::{Error, read};

/// A closure of `spawn_blocking` that a thread runs. No list of a runtime has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockingTask {
    pub(crate) id: u64,
    pub(crate) is_closure: bool,
    pub(crate) is_worker: bool,
}

impl BlockingTask {
    /// Those of the cells where one may be that has not ended, and whether it has begun. What is there may be anything by now;
    /// a few words of each tell, and what they say is no proof. No debug info is read.
    ///
    /// ```
    /// use leakcheck_introspect::BlockingTask;
    ///
    /// assert!(BlockingTask::alive_perhaps(&[]).is_empty());
    /// ```
    pub fn alive_perhaps(cells: &[u64]) -> Vec<(u64, bool)> {
        read::blocking::alive_perhaps(cells)
    }

    /// The one that runs in this cell; what is there may be anything by now.
    ///
    /// It must be running, as it is while its thread is stuck in it: what is left of one that has ended may look alike.
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`](crate::TaskList::of_runtime).
    pub fn at(cell: u64) -> Result<Option<Self>, Error> {
        read::blocking::at(cell)
    }

    /// Its id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Whether it is a closure; a function otherwise.
    pub fn is_closure(&self) -> bool {
        self.is_closure
    }

    /// Whether tokio itself has handed it over, to run the tasks of a runtime.
    pub fn is_worker(&self) -> bool {
        self.is_worker
    }
}
