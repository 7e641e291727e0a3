//! One leak of each kind.

use std::{future::pending, mem, thread};

use leakcheck::Registration;

/// A leak, made on the current thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leak {
    Task,
    Tasks,
    Thread,
    Custom,
    ThreadOfTask,
}

impl Leak {
    pub(crate) const ALL: [Self; 5] = [
        Self::Task,
        Self::Tasks,
        Self::Thread,
        Self::Custom,
        Self::ThreadOfTask,
    ];

    /// Whether it takes a runtime.
    pub(crate) fn is_async(self) -> bool {
        matches!(self, Self::Task | Self::Tasks | Self::ThreadOfTask)
    }

    /// Kinds and counts that the report must have, and no others.
    pub(crate) fn found(self) -> &'static [(&'static str, usize)] {
        match self {
            Self::Task => &[("task", 1)],
            Self::Tasks => &[("task", 3)],
            Self::Thread | Self::ThreadOfTask => &[("thread", 1)],
            Self::Custom => &[("custom", 1)],
        }
    }

    /// Makes it in a runtime.
    pub(crate) async fn make_within(self) {
        if self == Self::ThreadOfTask {
            let task = tokio::spawn(async { drop(thread::spawn(thread::park)) });
            task.await.expect("it does not panic");
        } else {
            self.make();
        }
    }

    pub(crate) fn make(self) {
        match self {
            Self::Task => drop(tokio::spawn(pending::<()>())),
            Self::Tasks => {
                for _ in 0..3 {
                    tokio::spawn(pending::<()>());
                }
            }
            Self::Thread | Self::ThreadOfTask => drop(thread::spawn(thread::park)),
            Self::Custom => mem::forget(Registration::new("permit", "")),
        }
    }
}
