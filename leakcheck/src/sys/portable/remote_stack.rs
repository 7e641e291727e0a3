//! Stacks of other threads, which nobody can take: the truthful twin for platforms without signals of one's own.

use std::time::Duration;

use crate::base::model::ThreadActivity;

/// Tells the number of the task that the calling thread polls, or 0.
pub(crate) type CurrentTask = fn() -> u64;

/// Asks threads what they are doing; here none answers.
#[derive(Debug)]
pub(crate) struct Asker;

impl Asker {
    pub(crate) fn new() -> Self {
        Self
    }

    /// Nothing is learned of the thread.
    pub(crate) fn ask(
        &self,
        _tid: i32,
        _limit: Duration,
        _current_task: Option<CurrentTask>,
    ) -> Option<ThreadActivity> {
        None
    }
}

/// Why threads cannot be asked at all on this platform.
pub(crate) const fn unavailable() -> Option<&'static str> {
    Some("where threads are blocked can be seen on Linux (x86_64, aarch64) only")
}
