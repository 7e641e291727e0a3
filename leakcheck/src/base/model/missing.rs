//! What was looked for in vain.

/// Ends of what a task waits for that are alive, as is counted, and that nothing which was searched leads to.
///
/// Searched are the variables of tasks and of the test's body, and statics. Never searched are the queues of channels, values
/// of a thread, and what only a plain pointer leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Missing {
    pub(crate) ends: u64,
    pub(crate) is_whole: bool,
    /// Whether threads of the test are alive: optimised code may have it in registers, or somewhere else than on the stack.
    pub(crate) has_threads: bool,
    pub(crate) threads: usize,
}

impl Missing {
    /// How many of the ends.
    pub fn ends(&self) -> u64 {
        self.ends
    }

    /// Whether all tasks and statics were read to their end.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// How many threads of the test are alive, whose stacks were not searched.
    pub fn threads(&self) -> usize {
        self.threads
    }
}
