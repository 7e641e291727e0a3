//! Budgets that a test went over.

use crate::{leak::Level, place::Frame, record::record};

record! {
    /// A kind of which the test had more alive at one time than its budget allows.
    Breach {
        /// The kind's name: `task`, `thread`, `fd` or `process`.
        always kind: String,
        /// Whether it fails the test.
        if_any(default) level: Level,
        /// How many may be alive at one time.
        always limit: usize,
        /// How many were, at the highest.
        always peak: usize,
        /// Whether there may have been more, because they are counted now and then.
        if_any(default) at_least: bool,
        /// When that was, in milliseconds from the beginning of the body.
        always(default) after_ms: u64,
        /// How many were alive when their sites were noted: `peak`, or a little less.
        if_any(default) noted: usize,
        /// Where most of those were made, most first.
        if_any(default) sites: Vec<BreachSite>,
    }
}

record! {
    /// A line that made some of what was alive.
    BreachSite {
        /// How many of those it had made.
        always count: usize,
        /// The line.
        always at: Frame,
    }
}
