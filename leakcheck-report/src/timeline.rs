//! The time line of a test.

use crate::{
    place::Frame,
    record::{record, words},
};

record! {
    /// What a test made, and when each thing began and ended. Times are in microseconds from the beginning of the check.
    Timeline {
        /// The beginning, in microseconds from that of 1970.
        always began_unix_us: u64,
        /// The number of the process.
        always process: u32,
        /// When the time line was drawn, after the check had waited.
        always lasted_us: u64,
        /// When the body began.
        if_any(default) body_began_us: Option<u64>,
        /// When it ended; left out where it did not.
        if_any(default) body_ended_us: Option<u64>,
        /// Whether tokio told of each task: otherwise it was looked now and then which had ended, and their ends are `by_then`.
        if_any(default) has_task_hooks: bool,
        /// Whether no lines were looked up, because nothing was left behind.
        if_any(default) without_lines: bool,
        /// How many more things there were: only the first few hundred are noted.
        if_any(default) left_out: usize,
        /// How many others may have been tasks, and were gone before anybody looked at them.
        if_any(default) unseen: usize,
        /// What there was, in the order in which it began.
        always(default) spans: Vec<Span>,
        /// The lines that made it.
        if_any(default) sites: Vec<Frame>,
    }
}

record! {
    /// From the beginning of one thing to its end.
    Span {
        /// What it is, as the kind of a finding.
        always kind: String,
        /// The number of the task, where it is known.
        if_any(default) task: Option<u64>,
        /// Its name, where it has one that is known.
        if_any(default) name: Option<String>,
        /// When it began.
        always begun_us: u64,
        /// When it ended; left out where it did not, or where that is not known, as `end` tells.
        if_any(default) ended_us: Option<u64>,
        /// What is known of its end, left out where it is exact.
        if_any(default) end: SpanEnd,
        /// What made it, by its place in `spans`; left out for the body and for what is not in here.
        if_any(default) parent: Option<usize>,
        /// The number of the task that made it, where no more is known of that.
        if_any(default) parent_task: Option<u64>,
        /// The line that made it, by its place in `sites`.
        if_any(default) site: Option<usize>,
        /// Its finding, by its place in `leaks`.
        if_any(default) leak: Option<usize>,
    }
}

words! {
    /// What is known of an end.
    SpanEnd {
        /// It was noted when it came, or, of what ends past the C library, when that was next looked at.
        #[default]
        Exact = "exact",
        /// It had come when that was looked at: no earlier look has shown it.
        ByThen = "by_then",
        /// It had not come when the check was over.
        Alive = "alive",
        /// Nothing. A reader takes so what it does not know.
        #[cfg_attr(feature = "serde", serde(other))]
        Unknown = "unknown",
    }
}

impl Span {
    /// When it ended, or when its time line was drawn where it had not ended by then.
    ///
    /// ```
    /// use leakcheck_report::{Span, SpanEnd, Timeline};
    ///
    /// let timeline = Timeline { lasted_us: 900, ..Timeline::default() };
    /// let left = Span { begun_us: 100, end: SpanEnd::Alive, ..Span::default() };
    /// assert_eq!(left.until_us(&timeline), Some(900));
    /// let unknown = Span { end: SpanEnd::Unknown, ..left };
    /// assert_eq!(unknown.until_us(&timeline), None);
    /// ```
    pub fn until_us(&self, timeline: &Timeline) -> Option<u64> {
        match self.end {
            SpanEnd::Alive => Some(timeline.lasted_us.max(self.begun_us)),
            SpanEnd::Unknown => None,
            SpanEnd::Exact | SpanEnd::ByThen => self.ended_us.map(|end| end.max(self.begun_us)),
        }
    }
}
