//! What follows from a cause, of all its tests, folded by kind and place.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    finding::{Finding, total},
    grouping::Group,
    report::Frame,
};

/// Findings of one kind from one place that follow from one cause.
#[derive(Debug)]
pub(crate) struct Consequence<'a> {
    /// At least one.
    findings: Vec<&'a Finding>,
}

impl<'a> Consequence<'a> {
    /// All that follows from a cause; what there is most of comes first.
    pub(crate) fn all(group: &Group<'a>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut known = BTreeMap::new();
        for finding in group.followers() {
            let site = finding.site.as_ref();
            let site = site.map(|site| (site.file.as_deref(), site.line, &site.function));
            let at = *known.entry((&finding.kind, site)).or_insert(all.len());
            match all.get_mut(at) {
                Some(consequence) => consequence.findings.push(finding),
                None => all.push(Self {
                    findings: vec![finding],
                }),
            }
        }
        all.sort_by_key(|consequence| Reverse(consequence.count()));
        all
    }

    pub(crate) fn findings(&self) -> &[&'a Finding] {
        &self.findings
    }

    pub(crate) fn kind(&self) -> &'a str {
        &self.findings[0].kind
    }

    /// How many things there are.
    pub(crate) fn count(&self) -> usize {
        total(self.findings.iter().map(|finding| finding.count))
    }

    pub(crate) fn frame(&self) -> Option<&'a Frame> {
        self.findings[0].site.as_ref()
    }

    /// Why it follows, where that is the same for all.
    pub(crate) fn because(&self) -> Option<&'a str> {
        let mut reasons = self
            .findings
            .iter()
            .map(|finding| finding.follows.as_ref()?.because.as_deref());
        let first = reasons.next()??;
        reasons
            .all(|reason| reason == Some(first))
            .then_some(first)
            .filter(|reason| !reason.is_empty())
    }
}
