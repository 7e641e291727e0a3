//! From the findings of a summary back to all that a report has on them.

use std::collections::BTreeMap;

use crate::{
    finding::{Finding, Identity, Test},
    long_form::{List, Stored},
    report::{Report, Verdict},
};

/// Where each finding stands in the reports, at first.
#[derive(Debug)]
pub(crate) struct StoredFindings<'r>(BTreeMap<(Test, Identity), Stored<'r>>);

impl<'r> StoredFindings<'r> {
    pub(crate) fn of(rounds: &'r [Vec<Report>]) -> Self {
        let mut all = BTreeMap::new();
        for report in rounds.iter().flatten() {
            let left = (report.verdict == Verdict::Leaked).then_some(List::Left);
            for list in left.into_iter().chain([List::Known]) {
                let mut stored = Stored {
                    report,
                    list,
                    at: 0,
                };
                for (at, leak) in stored.leaks().iter().enumerate() {
                    stored.at = at;
                    let identity = (
                        leak.kind.clone(),
                        leak.fingerprint.clone(),
                        leak.panic.is_some(),
                    );
                    all.entry((Test::of(report), identity)).or_insert(stored);
                }
            }
        }
        Self(all)
    }

    /// Where a finding stands; none of one that is made up.
    pub(crate) fn of_finding(&self, finding: &Finding) -> Option<Stored<'r>> {
        let test = finding.test.alone();
        self.0.get(&(test, finding.identity())).copied()
    }
}
