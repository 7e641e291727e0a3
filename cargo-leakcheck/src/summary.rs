//! What all rounds of a run found, put together: each leak of each test once, known or new.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use leakcheck_report::{Breach, CancelFailure};

use crate::{
    baseline::{Baseline, Key, Known},
    finding::{Finding, Status, Test, total},
    report::{Level, Location, Report, Verdict, Why},
    rounds::findings,
};

/// One checked test over all rounds.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) test: Test,
    pub(crate) at: Location,
    /// It hung, and this is how long.
    pub(crate) hung: Option<Duration>,
    /// The mistake of its body, where that is known.
    pub(crate) why: Option<Why>,
    /// The budgets that it went over, each at its worst.
    pub(crate) breaches: Vec<Breach>,
    /// How the last run of its body failed otherwise that was cancelled.
    pub(crate) cancelled: Option<CancelFailure>,
    /// Its own body failed.
    pub(crate) failed: bool,
    pub(crate) inconclusive: bool,
    /// Whether what it does not show was not there.
    pub(crate) is_whole: bool,
    pub(crate) spent: Duration,
}

impl Checked {
    /// Whether it went over a budget, and fails for that.
    pub(crate) fn is_over_budget(&self) -> bool {
        let mut breaches = self.breaches.iter();
        breaches.any(|breach| breach.level == Level::Deny)
    }

    /// Adds those of another report: of each kind the worst stays.
    fn add_breaches(&mut self, breaches: &[Breach]) {
        for breach in breaches {
            let mut known = self.breaches.iter_mut();
            let of = |breach: &Breach| (breach.kind.clone(), breach.rate.is_some());
            match known.find(|other| of(other) == of(breach)) {
                Some(other) if other.peak >= breach.peak => {}
                Some(other) => *other = breach.clone(),
                None => self.breaches.push(breach.clone()),
            }
        }
    }
}

/// What a run found.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) rounds: usize,
    /// Whether a baseline says what is known.
    pub(crate) has_baseline: bool,
    /// Whether tests that left nothing are missing.
    pub(crate) is_of_dirty_only: bool,
    pub(crate) checked: Vec<Checked>,
    /// By test, then by place.
    pub(crate) findings: Vec<Finding>,
    /// Known leaks that their tests did not show any more, and how many fewer there were.
    pub(crate) gone: Vec<(Key, Known)>,
    /// Known leaks whose tests were not run, or not to their end.
    pub(crate) absent: Vec<(Key, Known)>,
    /// How many things the rules of the user accepted.
    pub(crate) accepted: usize,
    pub(crate) spent: Duration,
    pub(crate) waited: Duration,
}

impl Summary {
    /// Puts the reports of all rounds together.
    pub(crate) fn of(rounds: &[Vec<Report>], baseline: &Baseline) -> Self {
        let reports = || rounds.iter().flatten();
        let mut checked = checked(rounds);
        let mut findings = findings(rounds, baseline);
        let names = namesakes(&checked);
        let tests = checked.iter_mut().map(|checked| &mut checked.test);
        for test in tests.chain(findings.iter_mut().map(|finding| &mut finding.test)) {
            test.is_namesake = names.contains(&test.name);
        }
        let tests = |select: fn(&Report) -> bool| -> BTreeSet<Key> {
            let reports = reports().filter(|report| select(report));
            reports.map(|report| Test::of(report).key()).collect()
        };
        // A test that ended early may not have come to its leak.
        let (ran, cut_short) = (tests(|_| true), tests(|report| !report.is_whole()));
        let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
        for finding in &findings {
            let count = counts.entry(finding.key()).or_default();
            *count = count.saturating_add(finding.count);
        }
        let (mut gone, mut absent) = (Vec::new(), Vec::new());
        for (key, known) in baseline.entries() {
            let test = key.of_test();
            if !ran.contains(&test) || cut_short.contains(&test) {
                absent.push((key.clone(), known.clone()));
                continue;
            }
            let found = counts.get(key).copied().unwrap_or(0);
            let fewer = known.count.saturating_sub(found);
            if fewer > 0 {
                let site = known.site.clone();
                gone.push((key.clone(), Known { count: fewer, site }));
            }
        }
        Self {
            rounds: rounds.len(),
            has_baseline: !baseline.is_empty()
                || findings
                    .iter()
                    .any(|finding| finding.status == Status::Known),
            is_of_dirty_only: reports().any(Report::is_of_dirty_only),
            checked,
            findings,
            gone,
            absent,
            accepted: total(
                reports()
                    .flat_map(|report| &report.ignored)
                    .filter(|ignored| !ignored.built_in)
                    .map(|ignored| ignored.count),
            ),
            spent: together(reports().map(Report::spent)),
            waited: together(reports().map(Report::waited)),
        }
    }

    /// Whether something was found that fails the run.
    pub(crate) fn fails(&self) -> bool {
        self.has_new() || self.is_over_budget()
    }

    /// Whether something was left that fails the run.
    pub(crate) fn has_new(&self) -> bool {
        self.findings.iter().any(Finding::fails)
    }

    /// Whether a test went over a budget and fails for that.
    pub(crate) fn is_over_budget(&self) -> bool {
        self.checked.iter().any(Checked::is_over_budget)
    }

    /// The findings of one status.
    pub(crate) fn with(&self, status: Status) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.status == status)
    }

    /// Of how many tests it is certain what they left.
    pub(crate) fn sure(&self) -> usize {
        let is_sure = |checked: &&Checked| {
            !checked.inconclusive && checked.hung.is_none() && checked.cancelled.is_none()
        };
        self.checked.iter().filter(is_sure).count()
    }

    /// How many known leaks are gone.
    pub(crate) fn gone(&self) -> usize {
        total(self.gone.iter().map(|(_, known)| known.count))
    }

    /// How many known leaks are of tests that were not run to their end.
    pub(crate) fn absent(&self) -> usize {
        total(self.absent.iter().map(|(_, known)| known.count))
    }

    /// What a baseline of it all has. Known leaks of tests that were not run to their end are kept, and a panic is never
    /// one: nothing is left behind.
    pub(crate) fn baseline(&self) -> Baseline {
        let mut found: BTreeMap<Key, Known> = BTreeMap::new();
        for finding in self
            .findings
            .iter()
            .filter(|finding| finding.panic.is_none())
        {
            let known = finding.known();
            found
                .entry(finding.key())
                .and_modify(|before| before.count = before.count.saturating_add(known.count))
                .or_insert(known);
        }
        let mut baseline = Baseline::default();
        for (key, known) in found.into_iter().chain(self.absent.iter().cloned()) {
            baseline.add(key, known);
        }
        baseline
    }
}

fn together(times: impl Iterator<Item = Duration>) -> Duration {
    times.fold(Duration::ZERO, Duration::saturating_add)
}

/// Names that tests of several binaries have.
fn namesakes(checked: &[Checked]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut names = checked.iter().map(|checked| &checked.test.name);
    let again = names.by_ref().filter(|name| !seen.insert(*name));
    again.cloned().collect()
}

fn checked(rounds: &[Vec<Report>]) -> Vec<Checked> {
    let mut tests = BTreeMap::new();
    for report in rounds.iter().flatten() {
        let test = Test::of(report);
        let checked = tests.entry(test.clone()).or_insert_with(|| Checked {
            test,
            at: report.location.clone(),
            hung: None,
            why: None,
            breaches: Vec::new(),
            cancelled: None,
            failed: false,
            inconclusive: false,
            is_whole: true,
            spent: Duration::ZERO,
        });
        let hung = report.hang.as_ref();
        checked.hung = checked
            .hung
            .or(hung.map(|hang| Duration::from_millis(hang.after_ms)));
        checked.why = hung
            .and_then(|hang| hang.why.clone())
            .or(checked.why.take());
        checked.add_breaches(&report.breaches);
        let cancellations = report.cancellations.as_ref();
        checked.cancelled = checked
            .cancelled
            .take()
            .or_else(|| cancellations?.failed.clone());
        checked.failed |= report.body_fails();
        checked.inconclusive |= report.verdict == Verdict::Inconclusive;
        checked.is_whole &= report.is_whole();
        checked.spent = checked.spent.saturating_add(report.spent());
    }
    tests.into_values().collect()
}

#[cfg(test)]
pub(crate) mod tests;
