//! Closures that `spawn_blocking` has handed to a thread.

/// A closure of `spawn_blocking` that a thread runs. No list of a runtime has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockingTask {
    pub(crate) id: u64,
    pub(crate) is_closure: bool,
    pub(crate) is_worker: bool,
    pub(crate) has_join_handle: bool,
}

impl BlockingTask {
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

    /// Whether its `JoinHandle` exists, so that somebody could still await it.
    pub fn has_join_handle(&self) -> bool {
        self.has_join_handle
    }
}
