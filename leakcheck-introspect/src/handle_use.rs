//! What a function does with the handle of a task that it spawns.

/// Where the handle of a task goes that does not end the task when it is dropped there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HandleUse {
    /// Into a time limit.
    Timeout,
    /// Into a choice between several futures.
    Select,
}
