//! What a reader of a finding, or of a whole report, should know besides.

use std::time::Duration;

use super::{Kind, Limited};

/// What a reader of a finding should know besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// A thread of the test's own runtime is left: a blocking task runs on it.
    RuntimeThread,
    /// The same while a body hangs: nobody has told it to end.
    RunningPoolThread,
    /// What tokio may print when the runtime ends on which it waits.
    RuntimeShutdownPanic,
    /// Timers that no task has, and whether more could be known of where they were made.
    OrphanTimers { site: TimerSite },
    /// Nobody can tell whose a descriptor or timer is, for this reason.
    OwnerUnread(Unreadable),
    /// A descriptor that was opened on a thread of a pool.
    OpenedOnPool,
    /// Who panicked has lost its `JoinHandle`.
    HandleDropped,
    /// How much more of it each round of a repeated test left.
    Growth {
        steps: Vec<usize>,
        /// Whether findings of the same line grew with it.
        is_shared: bool,
    },
}

/// What is known of the line that made a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimerSite {
    /// All that can be known in this build.
    Told,
    /// Another build would know more.
    Untold,
}

/// Why names do not tell whose a thing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    NoStack,
    NoNames,
    /// Debug info could not be read.
    Because(String),
}

/// What a reader of a report should know besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remark {
    /// So many rounds of a repeated test were measured, after so many to warm up.
    Rounds { warm_up: u32, measured: u32 },
    /// What began in the measured rounds may be more in proportion than the rate of its kind allows, and their bodies took no
    /// longer than this.
    RateUnproven(Limited, Duration),
    /// What of a kind that has a rate began could not be counted, for this reason.
    RateUncounted(Limited, Uncounted),
    /// Things that an accepted task or thread may hold were left out.
    HeldByAccepted(Kind),
    /// Where tasks wait could not be read, for this reason.
    WaitsUnread(String),
    /// Rules on where something waits were not applied to some threads, for this reason.
    RulesNotApplied(StacksUnread),
    /// A rule accepts at most so many, and there were more.
    OverLimit { rule: String, limit: usize },
    /// A rule would have accepted some of this, and has expired on this day.
    Expired { rule: String, day: String },
    /// A rule accepts none of this, and would with this pattern.
    NearMiss { rule: String, meant: String },
    /// The baseline lists fewer of this fingerprint than there were.
    BeyondBaseline {
        file: String,
        listed: usize,
        fingerprint: String,
        found: usize,
    },
    /// Settings of the project's file that the verdict may be due to.
    Settings { file: String, settings: Vec<String> },
    /// Processes with these numbers were ended, as was asked for; others could not be.
    Ended { ended: Vec<u32>, left: Vec<u32> },
    /// What could not be looked at, as its gap says.
    Gap(String),
}

/// Why it is not known how many tasks began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uncounted {
    /// No paths are taken, by which tasks are told from other memory.
    NoPaths,
    /// Functions on some paths have no names, or there are too many paths.
    NoNames,
    /// Where tasks are made is not seen.
    Unseen(&'static str),
}

/// Why there are no stacks of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StacksUnread {
    SwitchedOff,
    Unavailable(&'static str),
    NotTaken,
}
