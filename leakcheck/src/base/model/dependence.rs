//! On whom it depends that a task goes on.

use super::{Frame, ResourceId};

/// A task that does not go on before another one, or itself, does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependence {
    /// The task that waits.
    pub(crate) waiter: u64,
    /// Which of the things that it waits for.
    pub(crate) wait: usize,
    /// The task, blocking task or thread that it depends on; the test's body is the task 0.
    pub(crate) on: ResourceId,
    pub(crate) tie: Tie,
    /// The variable in which the other has what is waited for.
    pub(crate) local: Option<String>,
    /// Where the function waits that has this variable.
    pub(crate) at: Option<Frame>,
}

/// How a task is tied to one that it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Tie {
    /// It awaits the end of the other.
    End,
    /// It receives, and nobody but the tasks that it depends on can send.
    Sender,
    /// It reads from a pipe in memory, and nobody but the task that it depends on has the other end.
    Pipe,
    /// It receives, and the sender is in a message that only the other can receive.
    Queue,
    /// It waits for what the other, a thread, probably has: nobody else was found who could.
    Kept,
    /// It waits for a lock that the other has.
    Lock,
    /// It waits for a lock for which the other stands in line before it.
    Line,
    /// It waits for a lock that the other has, or for which it stands in line before it, in a future that nobody polls.
    Parked,
    /// It sends, and nobody but the other receives.
    Receiver,
    /// It waits for the end of the receiver that the other has.
    Closed,
    /// It waits for the cancellation of a token, and who could cancel it waits for ever.
    Token,
}

impl Dependence {
    /// Whether a task depends on itself.
    pub(crate) fn is_on_itself(&self) -> bool {
        self.on == ResourceId::Task(self.waiter)
    }

    /// Whether the task keeps itself from going on: whoever else has the same as well is of no matter.
    pub(crate) fn is_kept_by_itself(&self) -> bool {
        self.is_on_itself() && matches!(self.tie, Tie::Sender | Tie::Pipe | Tie::Lock | Tie::Parked)
    }

    /// Those of each thing that each task waits for.
    pub(crate) fn by_wait(all: &[Self]) -> impl Iterator<Item = &[Self]> {
        all.chunk_by(|one, next| (one.waiter, one.wait) == (next.waiter, next.wait))
    }
}
