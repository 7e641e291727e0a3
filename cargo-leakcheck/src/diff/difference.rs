//! Two runs, and what became of each cause.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    change::{Change, Side},
    links::Links,
    run::Run,
};
use crate::{
    finding::Test,
    grouping::Group,
    summary::{Checked, Summary},
};

/// Two runs, and the causes of both.
#[derive(Debug)]
pub(crate) struct Diff<'r> {
    pub(super) before: &'r Run,
    pub(super) after: &'r Run,
    /// Those first that are new.
    pub(super) changes: Vec<Change<'r>>,
}

impl<'r> Diff<'r> {
    pub(crate) fn of(before: &'r Run, after: &'r Run) -> Self {
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
        let ran = [before, after].map(|run| whole(&run.summary));
        let rounds = [before, after].map(|run| run.summary.rounds);
        let mut changes: Vec<Change<'r>> = causes
            .into_values()
            .map(|sides| Change::of(sides, &ran, rounds))
            .collect();
        changes.sort_by_key(Change::rank);
        Self {
            before,
            after,
            changes,
        }
    }

    /// Whether the later run has more of something that fails it.
    pub(crate) fn fails(&self) -> bool {
        self.changes.iter().any(Change::fails)
    }

    /// Whether there is something to compare.
    pub(super) fn is_of_two(&self) -> bool {
        let runs = [self.before, self.after];
        runs.iter().all(|run| !run.summary.checked.is_empty())
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
