//! What a test made, and when each thing began and ended.

use super::{Frame, Kind};

/// The time line of a test. Times are in microseconds from the beginning of its check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Timeline {
    /// The beginning, from that of 1970.
    pub(crate) began_unix_us: u64,
    /// The number of the process.
    pub(crate) process: u32,
    /// When this was drawn.
    pub(crate) lasted_us: u64,
    pub(crate) body_began_us: Option<u64>,
    pub(crate) body_ended_us: Option<u64>,
    /// Whether each task tells of its beginning and end.
    pub(crate) has_task_hooks: bool,
    /// Whether lines were looked up.
    pub(crate) has_lines: bool,
    /// In the order in which they began.
    pub(crate) spans: Vec<Span>,
    /// The lines that made them.
    pub(crate) sites: Vec<Frame>,
    /// How many more there were.
    pub(crate) left_out: usize,
    /// How many may have been tasks, and were gone before they were looked at.
    pub(crate) unseen: usize,
}

/// From the beginning of a thing to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) kind: Kind,
    /// The number of the task, where it is known.
    pub(crate) task: Option<u64>,
    pub(crate) name: Option<String>,
    pub(crate) begun_us: u64,
    pub(crate) ended_us: Option<u64>,
    pub(crate) end: SpanEnd,
    /// The place of what made it.
    pub(crate) parent: Option<usize>,
    /// The task that made it, where no more than its number is known.
    pub(crate) parent_task: Option<u64>,
    /// The place of the line that made it.
    pub(crate) site: Option<usize>,
    /// The place of its finding.
    pub(crate) leak: Option<usize>,
}

/// What is known of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanEnd {
    /// It was told when it came.
    Exact,
    /// It had come when that was looked at.
    ByThen,
    /// It did not come.
    Left,
    Unknown,
}
