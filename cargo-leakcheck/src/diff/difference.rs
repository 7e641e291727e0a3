//! Two runs, and what became of each cause.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    change::{Change, Side},
    links::Links,
    run::Run,
};
use crate::{
    finding::{Finding, Test},
    grouping::Group,
    summary::{Checked, Summary},
};

/// Two runs, and the causes of both.
#[derive(Debug)]
pub(crate) struct Diff<'r> {
    pub(super) before: Run<'r>,
    pub(super) after: Run<'r>,
    /// Those first that are new.
    pub(super) changes: Vec<Change<'r>>,
    /// Of each finding of the later run, the change that it is part of.
    places: BTreeMap<*const Finding, usize>,
}

impl<'r> Diff<'r> {
    pub(crate) fn of(before: Run<'r>, after: Run<'r>) -> Self {
        let groups = [before, after].map(|run| Group::all(&run.summary.findings));
        let mut links = Links::default();
        for group in groups.iter().flatten() {
            links.tie(group.findings());
        }
        let mut causes: BTreeMap<usize, [Side<'r>; 2]> = BTreeMap::new();
        for (side, (groups, run)) in groups.into_iter().zip([before, after]).enumerate() {
            for group in groups {
                if let Some(cause) = links.cause(group.first()) {
                    causes.entry(cause).or_default()[side].groups.push(group);
                }
            }
            // Also where it only follows from something else.
            for finding in &run.summary.findings {
                if let Some(cause) = links.cause(finding) {
                    let cause = causes.entry(cause).or_default();
                    cause[side].findings.push(finding);
                }
            }
        }
        let ran = [before, after].map(|run| whole(run.summary));
        let rounds = [before, after].map(|run| run.summary.rounds);
        let mut changes: Vec<Change<'r>> = causes
            .into_values()
            .map(|sides| Change::of(sides, &ran, rounds))
            .collect();
        changes.sort_by_key(Change::rank);
        let mut places = BTreeMap::new();
        for (at, change) in changes.iter().enumerate() {
            let findings = change.after.findings.iter();
            places.extend(findings.map(|finding| (std::ptr::from_ref(*finding), at)));
        }
        Self {
            before,
            after,
            changes,
            places,
        }
    }

    /// Whether the later run has more of something that fails it.
    pub(crate) fn fails(&self) -> bool {
        self.changes.iter().any(Change::fails)
    }

    /// Whether there is something to compare.
    pub(crate) fn is_of_two(&self) -> bool {
        let runs = [self.before, self.after];
        runs.iter().all(|run| !run.summary.checked.is_empty())
    }

    /// What became of the cause that this finding of the later run belongs to.
    pub(super) fn change_of(&self, finding: &Finding) -> Option<&Change<'r>> {
        let at = self.places.get(&std::ptr::from_ref(finding))?;
        self.changes.get(*at)
    }

    /// Tests that hang now, and are not known to have hung before.
    pub(super) fn hangs(&self) -> impl Iterator<Item = &'r Checked> + use<'r> {
        let hung = |checked: &&Checked| checked.hung.is_some();
        let before = self.before.summary.checked.iter().filter(hung);
        let before: BTreeSet<Test> = before.map(|checked| checked.test.alone()).collect();
        let after = self.after.summary.checked.iter().filter(hung);
        after.filter(move |checked| !before.contains(&checked.test.alone()))
    }
}

/// The tests of which it is known what they left.
fn whole(summary: &Summary) -> BTreeSet<Test> {
    let whole = summary.checked.iter().filter(|checked| checked.is_whole);
    whole.map(|checked| checked.test.alone()).collect()
}
