//! Budgets that a test went over.

use crate::{leak::Level, place::Frame, record::record};

record! {
    /// A kind of which the test had more alive at one time than its budget allows, or began more in a second.
    Breach {
        /// The kind's name: `task`, `thread`, `fd` or `process`.
        always kind: String,
        /// Whether it fails the test.
        if_any(default) level: Level,
        /// How many may be alive at one time; with `rate`, how many may begin in a second.
        always limit: usize,
        /// How many were, at the highest; with `rate`, how many began in a second, on average and rounded up.
        always peak: usize,
        /// Whether there may have been more, because not each is seen.
        if_any(default) at_least: bool,
        /// When that was, in milliseconds from the beginning of the body; with `rate`, 0.
        always(default) after_ms: u64,
        /// What was measured, where the budget is about a second and not about one time.
        if_any(default) rate: Option<BreachRate>,
        /// How many were alive when their sites were noted: `peak`, or a little less; with `rate`, all that began.
        if_any(default) noted: usize,
        /// Where most of those were made, most first.
        if_any(default) sites: Vec<BreachSite>,
    }
}

record! {
    /// How many began within how long.
    BreachRate {
        /// How many began while the bodies of the measured rounds ran.
        always begun: usize,
        /// How long these took, in microseconds. Less than a second counts as one.
        always within_us: u64,
    }
}

record! {
    /// A line that made some of what was too much.
    BreachSite {
        /// How many of those it had made.
        always count: usize,
        /// The line.
        always at: Frame,
    }
}
