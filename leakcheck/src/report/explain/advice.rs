//! What there is to do about a body that does not end, as a choice; `render` has the words.

/// What to do about a body that does not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HangAdvice {
    /// Move code that blocks out of a task.
    StopBlocking,
    /// What the end of the process waits for has to end before it.
    LetExit,
    /// It ended, too late.
    DoLess,
    /// End one of the waits that can never end.
    BreakDeadlock,
    /// The same of a body that ran into its limit.
    EndForeverWait,
    /// Make what it waits for happen.
    MakeItHappen,
    /// Bound the waits of synchronous code.
    BoundSynchronous,
}
