//! The kinds of things that a test can leave behind.

use std::fmt::{Display, Formatter, Result};

/// What was left behind.
///
/// ```
/// # use leakcheck_report as leakcheck;
/// use leakcheck::Kind;
///
/// assert_eq!(Kind::Task.to_string(), "task");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A future given to `tokio::spawn`.
    Task,
    /// A closure given to `tokio::task::spawn_blocking` that a thread runs. It is looked for with the threads: where nothing
    /// is known of closures, the thread is reported that one keeps from ending.
    BlockingTask,
    /// An operating system thread.
    Thread,
    /// A timer that is still armed.
    Timer,
    /// An open file descriptor.
    Fd,
    /// A child process, running or not yet waited for.
    Process,
    /// A file or folder in a temporary folder.
    TempFile,
    /// Memory that was allocated and that nothing leads to any more. It is looked for where `leakcheck::Heap` is the program's
    /// allocator.
    Heap,
    /// A whole tokio runtime.
    Runtime,
    /// Something that the test's own code registered.
    Custom,
}

impl Kind {
    /// Every kind, in the order in which reports list them.
    pub const ALL: &'static [Self] = &[
        Self::Task,
        Self::BlockingTask,
        Self::Thread,
        Self::Timer,
        Self::Fd,
        Self::Process,
        Self::TempFile,
        Self::Heap,
        Self::Runtime,
        Self::Custom,
    ];

    /// The kinds that a user can choose, with the words that settings have for them.
    #[doc(hidden)]
    pub const CHOICES: [(Self, &'static str); 8] = [
        (Self::Task, "tasks"),
        (Self::Thread, "threads"),
        (Self::Timer, "timers"),
        (Self::Fd, "fds"),
        (Self::Process, "processes"),
        (Self::TempFile, "temp_files"),
        (Self::Heap, "heap"),
        (Self::Custom, "custom"),
    ];

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|kind| kind.name() == name)
    }

    /// The kind that a setting names: one of something, or several.
    #[doc(hidden)]
    pub fn chosen(word: &str) -> Option<Self> {
        let mut choices = Self::CHOICES.iter();
        let choice = choices.find(|(_, several)| *several == word);
        choice.map(|(kind, _)| *kind).or_else(|| Self::named(word))
    }

    /// The same of those that have a level of their own.
    #[doc(hidden)]
    pub fn with_level(word: &str) -> Option<Self> {
        let choices = Self::CHOICES.map(|(kind, _)| kind);
        Self::chosen(word).filter(|kind| choices.contains(kind))
    }

    /// The word that reports and their JSON form use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::BlockingTask => "blocking_task",
            Self::Thread => "thread",
            Self::Timer => "timer",
            Self::Fd => "fd",
            Self::Process => "process",
            Self::TempFile => "temp_file",
            Self::Heap => "heap",
            Self::Runtime => "runtime",
            Self::Custom => "custom",
        }
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.name())
    }
}
