//! The graph around each finding, of which those of one report are parts of one whole.

use std::collections::BTreeMap;

use crate::{
    finding::Finding,
    long_form::List,
    report::Report,
    stored_findings::StoredFindings,
    wait_graph::{Neighbours, WaitGraph},
};

/// Graphs of reports, each made when one of its findings is asked for.
#[derive(Debug)]
pub(crate) struct Graphs<'r> {
    stored: &'r StoredFindings<'r>,
    of_reports: BTreeMap<(*const Report, List), Neighbours>,
}

impl<'r> Graphs<'r> {
    pub(crate) fn new(stored: &'r StoredFindings<'r>) -> Self {
        Self {
            stored,
            of_reports: BTreeMap::new(),
        }
    }

    /// What a finding is tied to; nothing where it is alone.
    pub(crate) fn of_finding(&mut self, finding: &Finding) -> WaitGraph {
        let Some(stored) = self.stored.of_finding(finding) else {
            return WaitGraph::default();
        };
        let key = (std::ptr::from_ref(stored.report), stored.list);
        let whole = self
            .of_reports
            .entry(key)
            .or_insert_with(|| Neighbours::of(WaitGraph::of(stored.leaks())));
        whole.around(stored.at)
    }
}
