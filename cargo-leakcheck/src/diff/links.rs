//! What makes findings of two runs one cause: lines move, and tests come and go.

use std::collections::BTreeMap;

use crate::finding::Finding;

/// What findings of one cause have in common, of which one is enough.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Link<'a> {
    /// It tells findings of one test from run to run.
    Fingerprint(&'a str, &'a str, bool),
    /// What makes the same in several tests.
    Maker(String),
}

/// Findings that were tied to each other, in both runs.
#[derive(Debug, Default)]
pub(super) struct Links<'a> {
    known: BTreeMap<Link<'a>, usize>,
    /// Of each link one that it is tied to; itself for the last one.
    ties: Vec<usize>,
}

impl<'a> Links<'a> {
    /// Makes findings one cause, with all that they were tied to before.
    pub(super) fn tie(&mut self, findings: &[&'a Finding]) {
        let links = findings.iter().flat_map(|finding| links(finding));
        let mut all: Vec<usize> = Vec::new();
        for link in links {
            let next = self.ties.len();
            let at = *self.known.entry(link).or_insert(next);
            if at == next {
                self.ties.push(at);
            }
            all.push(at);
        }
        for pair in all.windows(2) {
            let (one, other) = (self.last(pair[0]), self.last(pair[1]));
            self.ties[one] = other;
        }
    }

    /// The number of the cause that this is a finding of; none of what only follows from others.
    pub(super) fn cause(&mut self, finding: &'a Finding) -> Option<usize> {
        let at = links(finding).find_map(|link| self.known.get(&link).copied())?;
        Some(self.last(at))
    }

    /// The end of a chain of ties, which is made shorter.
    fn last(&mut self, mut at: usize) -> usize {
        while self.ties[at] != at {
            self.ties[at] = self.ties[self.ties[at]];
            at = self.ties[at];
        }
        at
    }
}

fn links(finding: &Finding) -> impl Iterator<Item = Link<'_>> {
    let panicked = finding.panic.is_some();
    let fingerprint = Link::Fingerprint(&finding.kind, &finding.fingerprint, panicked);
    let maker = finding.maker().map(Link::Maker);
    [Some(fingerprint), maker].into_iter().flatten()
}
