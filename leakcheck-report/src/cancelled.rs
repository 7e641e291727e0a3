//! Bodies that were cancelled at their awaits.

use crate::{
    place::Frame,
    record::{record, words},
    waits::Awaited,
};

record! {
    /// Where a body was cancelled.
    CancelledAt {
        /// How many awaits it had come to, with this one.
        always number: u32,
        /// The line of that await, where it is known.
        if_any(default) at: Option<Frame>,
        /// The chain of awaits there, innermost first.
        if_any(default) waits_at: Vec<Frame>,
        /// What it waited for.
        if_any(default) waits_for: Option<Awaited>,
    }
}

record! {
    /// The runs of a body that were cancelled, each at another await.
    Cancellations {
        /// How many awaits the body has, as its first run came to them.
        always awaits: u32,
        /// At how many of them it was cancelled.
        always cancelled: u32,
        /// Whether only some of those that were asked for were tried, evenly spread, because they are too many.
        if_any(default) spread: bool,
        /// The time limit that ended it before all were tried, in milliseconds.
        if_any(default) out_of_time_ms: Option<u64>,
        /// How long all of it took, in milliseconds.
        always(default) took_ms: u64,
        /// The run that failed otherwise than by leaving something behind.
        if_any(default) failed: Option<CancelFailure>,
    }
}

record! {
    /// A run that failed otherwise than by leaving something behind.
    CancelFailure {
        /// How it failed.
        always how: CancelFault,
        /// Where it was cancelled, or was to be.
        always at: CancelledAt,
    }
}

words! {
    /// How such a run failed.
    CancelFault {
        /// Something that was dropped with the body panicked.
        #[default]
        DropPanicked = "drop_panicked",
        /// Something that was dropped with the body did not come back in time.
        DropHung = "drop_hung",
        /// The body itself failed before that: it cannot be run again. A reader takes so what it does not know.
        #[cfg_attr(feature = "serde", serde(other))]
        BodyFailed = "body_failed",
    }
}
