//! What a task pauses after.

/// What a task tries that sleeps, and waits for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Attempt {
    /// It connects at another await, or has the result of what has failed: it pauses between attempts if it does so more than
    /// once.
    Perhaps,
    /// It connects at another await, has the connection at a third one, and has none now.
    Connect,
    /// It sleeps where it has matched the result of something that it awaits elsewhere, and that has failed.
    Failed,
    /// Whatever it tries, it has a `Weak` of something that is gone: it may end where it looks for that.
    Gone,
}
