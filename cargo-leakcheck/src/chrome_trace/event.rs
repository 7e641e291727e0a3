//! An event of a Chrome trace. The names are those of the format.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct Event {
    pub(super) name: String,
    /// Readers ask each event for it.
    pub(super) cat: &'static str,
    pub(super) ph: Phase,
    /// In microseconds, as is `dur`.
    pub(super) ts: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dur: Option<u64>,
    pub(super) pid: u64,
    pub(super) tid: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<u64>,
    /// To what an arrow leads: `e` for the slice around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bp: Option<&'static str>,
    /// A colour by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cname: Option<&'static str>,
    #[serde(skip_serializing_if = "Arguments::is_empty")]
    pub(super) args: Arguments,
}

/// What an event is.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) enum Phase {
    #[serde(rename = "M")]
    Metadata,
    #[serde(rename = "X")]
    Complete,
    #[serde(rename = "b")]
    Begin,
    #[serde(rename = "e")]
    End,
    #[serde(rename = "s")]
    FlowBegin,
    #[serde(rename = "f")]
    FlowEnd,
}

/// What else is told of it.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Arguments {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) process: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) made_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<String>,
}

impl Arguments {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
