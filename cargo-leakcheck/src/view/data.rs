//! The facts of the page, as its script reads them. What is said often stands once, in a table, and is named by its place there.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::pasted_rule::PastedRule;

#[derive(Debug, Serialize)]
pub(super) struct Data {
    pub(super) headline: String,
    pub(super) totals: Totals,
    pub(super) patterns: BTreeMap<String, PatternData>,
    pub(super) causes: Vec<CauseData>,
    pub(super) findings: Vec<FindingData>,
    /// Of tests that left something.
    pub(super) timelines: Vec<TimelineData>,
    pub(super) notes: Vec<String>,
    /// Earlier runs, oldest first.
    pub(super) trend: Vec<RunData>,
    pub(super) errors: Vec<String>,
    #[serde(flatten)]
    pub(super) tables: TableData,
}

/// Numbers of the whole run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Totals {
    pub(super) runs: usize,
    pub(super) tests: usize,
    pub(super) new: usize,
    pub(super) known: usize,
    pub(super) fails: bool,
    pub(super) has_baseline: bool,
}

/// What an earlier run has left.
#[derive(Debug, Serialize)]
pub(super) struct RunData {
    pub(super) when: String,
    pub(super) commit: String,
    pub(super) branch: String,
    pub(super) new: u64,
    pub(super) known: u64,
}

/// What others name by its place.
#[derive(Debug, Default, Serialize)]
pub(super) struct TableData {
    pub(super) texts: Vec<String>,
    pub(super) frames: Vec<FrameData>,
    pub(super) stacks: Vec<Vec<usize>>,
    /// Lines of files by their numbers.
    pub(super) sources: Vec<BTreeMap<usize, String>>,
}

/// The texts of file and function, the line and column, and the source.
#[derive(Debug, Serialize)]
pub(super) struct FrameData(
    pub(super) Option<usize>,
    pub(super) Option<u32>,
    pub(super) Option<u32>,
    pub(super) usize,
    pub(super) Option<usize>,
);

/// A mistake, and its page.
#[derive(Debug, Default, Serialize)]
pub(super) struct PatternData {
    pub(super) about: String,
    pub(super) page: Vec<Block>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Block {
    Text(String),
    Code(String),
}

/// One mistake at one place.
#[derive(Debug, Serialize)]
pub(super) struct CauseData {
    pub(super) fingerprint: usize,
    pub(super) status: &'static str,
    pub(super) level: &'static str,
    pub(super) kind: String,
    /// `13 tasks`.
    pub(super) title: String,
    pub(super) count: usize,
    /// With what follows.
    pub(super) things: usize,
    pub(super) tests: usize,
    pub(super) packages: Vec<usize>,
    pub(super) made: Option<usize>,
    pub(super) look: Option<usize>,
    pub(super) whys: Vec<WhyData>,
    /// The first run that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<SinceData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) release: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) panic: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule: Option<PastedRule>,
    pub(super) findings: Vec<usize>,
    pub(super) follows: Vec<ConsequenceData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) graph: Option<GraphData>,
}

/// What became of a cause since an earlier run: in a word, and in a sentence.
#[derive(Debug, Serialize)]
pub(super) struct SinceData(pub(super) &'static str, pub(super) String);

#[derive(Debug, Serialize)]
pub(super) struct WhyData {
    pub(super) pattern: String,
    pub(super) certain: bool,
    pub(super) text: usize,
    pub(super) help: usize,
}

/// What follows from a cause, of one kind and place.
#[derive(Debug, Serialize)]
pub(super) struct ConsequenceData {
    pub(super) title: String,
    pub(super) made: Option<usize>,
    pub(super) because: Option<usize>,
    pub(super) findings: Vec<usize>,
}

/// What one test left. What would be empty is left out: there are many.
#[derive(Debug, Serialize)]
pub(super) struct FindingData {
    pub(super) test: usize,
    pub(super) suite: usize,
    /// Where the test stands.
    pub(super) at: usize,
    pub(super) fingerprint: usize,
    pub(super) title: usize,
    pub(super) runs: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) facts: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) made: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) through: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<usize>,
    /// The line at which a reader has to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waits: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chain: Option<usize>,
    /// What it waits for, and who has what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) said: Vec<SaidData>,
    /// When its test made what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timeline: Option<usize>,
}

/// When a test made what, in microseconds from the beginning of its check.
#[derive(Debug, Serialize)]
pub(super) struct TimelineData {
    pub(super) lasted: u64,
    pub(super) body: Option<(u64, u64)>,
    pub(super) spans: Vec<SpanData>,
    pub(super) notes: Vec<String>,
}

/// The text of what it is, when it began and until when it was, the text on its end, what made it, the frame that did, and the
/// fingerprint of what was left.
#[derive(Debug, Serialize)]
pub(super) struct SpanData(
    pub(super) usize,
    pub(super) u64,
    pub(super) Option<u64>,
    pub(super) Option<usize>,
    pub(super) Option<usize>,
    pub(super) Option<usize>,
    pub(super) Option<usize>,
);

/// Whether it says more of a line before it, the text, and the place at its end.
#[derive(Debug, Serialize)]
pub(super) struct SaidData(pub(super) bool, pub(super) usize, pub(super) Option<usize>);

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphData {
    pub(super) nodes: Vec<NodeData>,
    pub(super) edges: Vec<EdgeData>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) left_out: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct NodeData {
    pub(super) kind: &'static str,
    /// `task 12`, `3 threads`.
    pub(super) title: usize,
    pub(super) name: usize,
    pub(super) at: Option<usize>,
    /// Its fingerprint, where it is a finding.
    pub(super) fingerprint: Option<usize>,
    /// Whether it is the finding that the graph is of.
    pub(super) own: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct EdgeData {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: &'static str,
    pub(super) label: usize,
    pub(super) certain: bool,
    pub(super) cycle: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
