//! The kinds of things that a test can leave behind.

/// What was left behind.
///
/// ```
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
    /// A whole tokio runtime.
    Runtime,
    /// Something that the test's own code registered.
    Custom,
}

impl Kind {
    /// The kinds that a user can choose, in the order in which reports list them.
    pub(crate) const CHOICES: [(Self, &'static str); 6] = [
        (Self::Task, "tasks"),
        (Self::Thread, "threads"),
        (Self::Timer, "timers"),
        (Self::Fd, "fds"),
        (Self::Process, "processes"),
        (Self::Custom, "custom"),
    ];

    /// Every kind.
    pub(crate) const ALL: [Self; 8] = [
        Self::Task,
        Self::BlockingTask,
        Self::Thread,
        Self::Timer,
        Self::Fd,
        Self::Process,
        Self::Runtime,
        Self::Custom,
    ];

    /// The kind with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
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
            Self::Runtime => "runtime",
            Self::Custom => "custom",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
