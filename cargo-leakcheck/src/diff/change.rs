//! One cause in two runs, and what became of it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use leakcheck_report::diff::{Counts, Outcome};

use crate::{
    finding::{Finding, Test, total},
    grouping::Group,
};

/// What comes first.
pub(super) const ORDER: [Outcome; 6] = [
    Outcome::New,
    Outcome::More,
    Outcome::Fewer,
    Outcome::NotSeen,
    Outcome::Gone,
    Outcome::Same,
];

/// A cause as one of the runs has it; nothing where it does not.
#[derive(Debug, Default)]
pub(super) struct Side<'r> {
    /// Where it is told by itself.
    pub(super) groups: Vec<Group<'r>>,
    /// All of its findings, also those that follow from something else.
    pub(super) findings: Vec<&'r Finding>,
}

impl Side<'_> {
    fn count(&self) -> usize {
        total(self.findings.iter().map(|finding| finding.count))
    }

    /// With what follows from it.
    fn things(&self) -> usize {
        let things = total(self.groups.iter().map(Group::weight));
        things.max(self.count())
    }
}

/// A cause in both runs.
#[derive(Debug)]
pub(super) struct Change<'r> {
    pub(super) outcome: Outcome,
    pub(super) before: Side<'r>,
    pub(super) after: Side<'r>,
    /// Tests that had it and do not any more, as far as they were not run to their end.
    pub(super) not_run_after: Vec<&'r Test>,
    /// Tests that have it and did not before, as far as they were not run to their end then.
    pub(super) not_run_before: Vec<&'r Test>,
    /// Whether it was not in each round of the earlier run, and the later run has fewer of them.
    pub(super) is_rare: bool,
}

impl<'r> Change<'r> {
    /// What became of a cause. `ran` has the tests of each run of which it is known what they left, and `rounds` how often
    /// they were run.
    pub(super) fn of(
        [before, after]: [Side<'r>; 2],
        ran: &[BTreeSet<Test>; 2],
        rounds: [usize; 2],
    ) -> Self {
        let only = |one: &Side<'r>, other: &Side<'r>| missing(&one.findings, &other.findings);
        let not_run = |tests: Vec<&'r Test>, ran: &BTreeSet<Test>| {
            let mut tests = tests;
            tests.retain(|test| !ran.contains(&test.alone()));
            tests
        };
        let not_run_after = not_run(only(&before, &after), &ran[1]);
        let not_run_before = not_run(only(&after, &before), &ran[0]);
        let is_in_each = |finding: &&Finding| finding.rounds >= rounds[0];
        let is_rare = rounds[1] < rounds[0] && !before.findings.iter().any(is_in_each);
        let outcome = match (before.things(), after.things()) {
            (0, _) => Outcome::New,
            (_, 0) if not_run_after.is_empty() && !is_rare => Outcome::Gone,
            (_, 0) => Outcome::NotSeen,
            (was, is) if is > was => Outcome::More,
            (was, is) if is < was => Outcome::Fewer,
            _ => Outcome::Same,
        };
        Self {
            outcome,
            before,
            after,
            not_run_after,
            not_run_before,
            is_rare,
        }
    }

    /// The run that tells what it is: the later one, if it is there.
    pub(super) fn shown(&self) -> &Side<'r> {
        if self.after.findings.is_empty() {
            &self.before
        } else {
            &self.after
        }
    }

    /// The finding that tells what it is.
    pub(super) fn first(&self) -> &'r Finding {
        let side = self.shown();
        let of_group = side.groups.first().map(Group::first);
        of_group.unwrap_or_else(|| side.findings[0])
    }

    pub(super) fn count(&self) -> Counts {
        Counts {
            before: self.before.count(),
            after: self.after.count(),
        }
    }

    pub(super) fn things(&self) -> Counts {
        Counts {
            before: self.before.things(),
            after: self.after.things(),
        }
    }

    /// Whether there is more of it than before, and this fails the run.
    pub(super) fn fails(&self) -> bool {
        let is_more = matches!(self.outcome, Outcome::New | Outcome::More);
        is_more && self.after.findings.iter().any(|finding| finding.fails())
    }

    /// Tests that have it now and did not before.
    pub(super) fn came(&self) -> Vec<&'r Test> {
        missing(&self.after.findings, &self.before.findings)
    }

    /// Tests that had it before and do not any more.
    pub(super) fn went(&self) -> Vec<&'r Test> {
        missing(&self.before.findings, &self.after.findings)
    }

    /// How many each test has in each run.
    pub(super) fn tests(&self) -> BTreeMap<Test, Counts> {
        let mut all: BTreeMap<Test, Counts> = BTreeMap::new();
        let number = |count: &mut usize, more| *count = count.saturating_add(more);
        for finding in &self.before.findings {
            let counts = all.entry(finding.test.alone()).or_default();
            number(&mut counts.before, finding.count);
        }
        for finding in &self.after.findings {
            let counts = all.entry(finding.test.alone()).or_default();
            number(&mut counts.after, finding.count);
        }
        all
    }

    /// What comes first: what is new and fails, and each time that of which there is most.
    pub(super) fn rank(&self) -> (usize, bool, Reverse<usize>) {
        let things = self.things();
        let order = ORDER.iter().position(|known| *known == self.outcome);
        (
            order.unwrap_or_default(),
            !self.fails(),
            Reverse(things.before.max(things.after)),
        )
    }
}

/// Tests of the findings that have none of the others.
fn missing<'r>(findings: &[&'r Finding], others: &[&'r Finding]) -> Vec<&'r Test> {
    let others: BTreeSet<Test> = others.iter().map(|finding| finding.test.alone()).collect();
    let mut tests = tests_of(findings);
    tests.retain(|test| !others.contains(&test.alone()));
    tests
}

/// The tests of findings, each once and in order.
pub(super) fn tests_of<'r>(findings: &[&'r Finding]) -> Vec<&'r Test> {
    let tests: BTreeSet<&Test> = findings.iter().map(|finding| &finding.test).collect();
    tests.into_iter().collect()
}
