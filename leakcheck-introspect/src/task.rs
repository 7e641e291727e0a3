//! What is known of one task.

use std::{sync::Arc, time::Instant};

use crate::{Attempt, Frame, FrameKind, Hold, Need, Wait};

/// A live task of a runtime or of a `LocalSet`.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact by itself")]
pub struct Task {
    pub(crate) id: u64,
    pub(crate) address: u64,
    pub(crate) state: State,
    pub(crate) has_join_handle: bool,
    pub(crate) is_aborted: bool,
    pub(crate) future: Arc<str>,
    pub(crate) root: Option<Arc<Frame>>,
    pub(crate) waits: Vec<Wait>,
    pub(crate) needs: Need,
    pub(crate) holds: Vec<Hold>,
    pub(crate) is_complete: bool,
    pub(crate) extent: Extent,
    pub(crate) attempt: Option<Attempt>,
    pub(crate) unread: Option<Arc<str>>,
    pub(crate) is_recognised: bool,
    pub(crate) read_at: Instant,
}

/// How much of what a task holds was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    All,
    Some,
}

impl Extent {
    pub(crate) const fn of(has_all: bool) -> Self {
        if has_all { Self::All } else { Self::Some }
    }
}

impl Task {
    /// What `tokio::task::Id` shows; 0 for a future that is no task.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Address of its cell: the identity by which join handles know it.
    pub fn address(&self) -> u64 {
        self.address
    }

    /// Whether it runs, is about to, or waits.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether its `JoinHandle` exists, so that somebody could still await it; true where that could not be read.
    pub fn has_join_handle(&self) -> bool {
        self.has_join_handle
    }

    /// Whether somebody has aborted it, which it has not come to yet.
    pub fn is_aborted(&self) -> bool {
        self.is_aborted
    }

    /// Its future: the path of the async function or block, else of the type.
    pub fn future(&self) -> &str {
        &self.future
    }

    /// The same, shared by all tasks of one future.
    pub fn shared_future(&self) -> Arc<str> {
        Arc::clone(&self.future)
    }

    /// The outermost frame, with those that it awaits inside; `None` where [`unread`](Self::unread) says why.
    pub fn root(&self) -> Option<&Frame> {
        self.root.as_deref()
    }

    /// Frames from the outermost to where it waits; of several branches the first that was polled and has not ended.
    pub fn chain(&self) -> Vec<&Frame> {
        let is_reached =
            |frame: &&Frame| !matches!(frame.kind, FrameKind::Unresumed | FrameKind::Finished);
        std::iter::successors(self.root(), |frame| frame.inner.iter().find(is_reached)).collect()
    }

    /// Whether it is known that its future was never polled: an async function or block was not, nor those inside a
    /// well-known combinator.
    pub fn is_new(&self) -> bool {
        fn was_not_polled(frame: &Frame) -> bool {
            let polls_all = frame.function.starts_with("futures_util::future::");
            frame.kind == FrameKind::Unresumed
                || polls_all && !frame.inner.is_empty() && frame.inner.iter().all(was_not_polled)
        }
        self.root().is_some_and(was_not_polled)
    }

    /// Whether its frames go deeper than they are followed.
    pub fn is_cut(&self) -> bool {
        let innermost = self.chain().last().map(|frame| frame.kind);
        innermost == Some(FrameKind::Unfollowed)
    }

    /// What the clock of its runtime said when the task was read: it may stand still or have been moved on, and deadlines are
    /// on it.
    pub fn read_at(&self) -> Instant {
        self.read_at
    }

    /// What it waits for; several where it selects or joins.
    pub fn waits(&self) -> &[Wait] {
        &self.waits
    }

    /// Which of its waits must end before it goes on from where it is: all that `join!` has, one of those of `select!`.
    pub fn needs(&self) -> &Need {
        &self.needs
    }

    /// Whether nothing but its waits can wake it, as far as its future shows; false where a part of it is hand-written
    /// or could not be followed.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// What it pauses after, where it waits for a timer and for nothing else, as far as its async functions show.
    pub fn attempt(&self) -> Option<Attempt> {
        self.attempt
    }

    /// What its frames hold of channels, locks, tasks and the like.
    pub fn holds(&self) -> &[Hold] {
        &self.holds
    }

    /// Whether it was recognised as one that is suspended where another is, which is all that was read: one of very many.
    pub fn is_recognised(&self) -> bool {
        self.is_recognised
    }

    /// Why its frames could not be read.
    pub fn unread(&self) -> Option<&str> {
        self.unread.as_deref()
    }
}

/// What the scheduler says of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits to be woken.
    Idle,
    /// Was woken, or never polled: stands in a run queue.
    Scheduled,
    /// A thread polls it right now.
    Running,
    /// Has ended, and somebody may still ask for the result.
    Complete,
}
