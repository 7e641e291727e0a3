//! The mistakes that leave things behind.

use std::fmt::{Display, Formatter, Result};

macro_rules! patterns {
    ($($(#[doc = $about:literal])+ $variant:ident = $name:literal,)+) => {
        /// The mistake that left something behind.
        ///
        /// ```
        /// # use leakcheck_report as leakcheck;
        /// use leakcheck::Pattern;
        ///
        /// assert_eq!(Pattern::OwnSender.to_string(), "own-sender");
        /// assert_eq!(Pattern::named("own-sender"), Some(Pattern::OwnSender));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Pattern {
            $($(#[doc = $about])+ $variant,)+
        }

        impl Pattern {
            /// Every pattern.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that reports and their JSON form use.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What it is, in a sentence.
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($about),+).trim_ascii_start(),)+
                }
            }
        }
    };
}

patterns! {
    /// A task receives from a channel whose senders it keeps itself.
    OwnSender = "own-sender",
    /// A task waits for a lock that it has itself.
    SelfDeadlock = "self-deadlock",
    /// A task waits for a lock that another future of the same task holds or is queued for, and nobody polls that future.
    Futurelock = "futurelock",
    /// Tasks wait for each other in a circle.
    Deadlock = "deadlock",
    /// A task keeps, through what it owns, its own handle.
    OwnerCycle = "owner-cycle",
    /// A static keeps the other end of what a task waits for.
    KeptByStatic = "kept-by-static",
    /// Nothing that lives leads to the other end of what a task waits for.
    Forgotten = "forgotten",
    /// A task has a lock that others wait for, and waits itself.
    LockAcrossAwait = "lock-across-await",
    /// A task sends into a channel that is full and whose receiver does not receive.
    FullQueue = "full-queue",
    /// A task awaits a reply whose sender is in a queue that nobody reads.
    ReplyLost = "reply-lost",
    /// A task waits for a notification that nobody can give any more.
    LostWakeup = "lost-wakeup",
    /// A task waits for the cancellation of a token that nobody can cancel any more.
    TokenOrphaned = "token-orphaned",
    /// A task awaits a future that is never ready.
    Never = "never",
    /// A task does something at intervals and has no way out.
    Periodic = "periodic",
    /// A task tries something again after a pause, and has no way out.
    RetryLoop = "retry-loop",
    /// A task accepts connections and has no way out.
    AcceptLoop = "accept-loop",
    /// A task waits for a descriptor to become ready, without a time limit.
    ReadLoop = "read-loop",
    /// A task is in code that blocks its thread.
    BlockingInAsync = "blocking-in-async",
    /// A task never comes to rest.
    Busy = "busy",
    /// A task was aborted and does not come to its next await.
    AbortIgnored = "abort-ignored",
    /// Nobody drives a task.
    NeverPolled = "never-polled",
    /// The body was cancelled at an await, and what it had started went on.
    NotCancelSafe = "not-cancel-safe",
    /// The `JoinHandle` of a task was dropped by a `timeout` or `select!` that waited for it no longer.
    HandleTimeout = "handle-timeout",
    /// The `JoinHandle` of a task was dropped, which does not end it.
    Detached = "detached",
    /// A task panicked, and nobody could see it.
    UnseenPanic = "unseen-panic",
    /// Nobody has stopped and joined a thread.
    UnjoinedThread = "unjoined-thread",
    /// Nobody has ended a closure of `spawn_blocking`, which cannot be cancelled.
    UnjoinedBlocking = "unjoined-blocking",
    /// Nobody has waited for a process that has exited.
    Zombie = "zombie",
    /// A process has outlived the child of the test that had started it, and keeps a pipe of the test open.
    OutlivedParent = "outlived-parent",
    /// Nobody has ended a process and waited for it.
    Unreaped = "unreaped",
    /// Nobody has dropped what owns a descriptor.
    OpenDescriptor = "open-descriptor",
    /// Nobody has removed a file or folder that was made in a temporary folder.
    TempLeft = "temp-left",
    /// Memory leads back to itself, and nothing else leads to it.
    MemoryCycle = "memory-cycle",
    /// Nothing leads to memory that was allocated and not given back.
    LostMemory = "lost-memory",
    /// Nobody has deleted a timer of `timer_create`.
    UndeletedTimer = "undeleted-timer",
    /// A timer of tokio is in something that outlives the test.
    KeptTimer = "kept-timer",
    /// Nobody has dropped a runtime.
    KeptRuntime = "kept-runtime",
    /// Nobody has dropped what a registration stands for.
    KeptRegistration = "kept-registration",
    /// A dependency made it.
    InDependency = "in-dependency",
}

impl Pattern {
    /// The pattern with this name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|pattern| pattern.name() == name)
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.name())
    }
}
