//! What is meant by a name: findings of a fingerprint, or those of a test.

use std::collections::BTreeSet;

use crate::{
    causes::Causes,
    error::Error,
    finding::Test,
    long_form::{List, Stored},
    nearness::nearest,
    report::{Report, Verdict},
};

/// Digits of a fingerprint that are enough, if only one begins with them.
const ENOUGH: usize = 4;

/// What is told.
#[derive(Debug)]
pub(crate) struct Asked<'r> {
    /// The findings, all of one report or of one test.
    pub(crate) findings: Vec<Stored<'r>>,
    /// Reports of bodies that did not end.
    pub(crate) hung: Vec<&'r Report>,
    /// The first that went over a budget.
    pub(crate) over_budget: Vec<&'r Report>,
    /// Other tests that have the same finding.
    pub(crate) elsewhere: Vec<Test>,
}

impl<'r> Asked<'r> {
    /// What this name means in these reports.
    pub(crate) fn of(name: &str, reports: &'r [Report]) -> Result<Self, Error> {
        Self::by_fingerprint(name, reports)
            .or_else(|| Self::by_test(name, reports))
            .ok_or_else(|| unknown(name, reports))
    }

    fn by_fingerprint(name: &str, reports: &'r [Report]) -> Option<Self> {
        let all = || reports.iter().flat_map(stored);
        let is_exact = all().any(|stored| stored.leak().fingerprint == name);
        let matches = |stored: &Stored<'_>| {
            let fingerprint = &stored.leak().fingerprint;
            fingerprint == name || !is_exact && fingerprint.starts_with(name)
        };
        let found: Vec<Stored<'_>> = all().filter(matches).collect();
        let meant: BTreeSet<&str> = found
            .iter()
            .map(|found| &*found.leak().fingerprint)
            .collect();
        if meant.len() != 1 || !is_exact && name.len() < ENOUGH {
            return None;
        }
        let first = found[0].report;
        let own = Test::of(first);
        let elsewhere: BTreeSet<Test> = found.iter().map(|found| Test::of(found.report)).collect();
        Some(Self {
            findings: found
                .iter()
                .copied()
                .filter(|found| std::ptr::eq(found.report, first))
                .collect(),
            hung: Vec::new(),
            over_budget: Vec::new(),
            elsewhere: elsewhere.into_iter().filter(|test| *test != own).collect(),
        })
    }

    /// The causes of all tests with this name, each as the first round showed it.
    fn by_test(name: &str, reports: &'r [Report]) -> Option<Self> {
        let is_meant = |report: &&Report| {
            let test = Test::of(report);
            test.name == name || format!("{}::{}", test.suite(), test.name) == name
        };
        let meant: Vec<&Report> = reports.iter().filter(is_meant).collect();
        let mut seen = BTreeSet::new();
        let mut findings = Vec::new();
        for report in &meant {
            let new: Vec<Stored<'_>> = causes(report)
                .filter(|stored| !seen.contains(&identity(stored)))
                .collect();
            seen.extend(new.iter().map(identity));
            findings.extend(new);
        }
        let is_hung = |report: &&Report| report.hang.is_some() || report.body_waits.is_some();
        let hung: Vec<&Report> = meant.iter().copied().filter(is_hung).take(1).collect();
        let is_over = |report: &&Report| !report.breaches.is_empty();
        let over_budget = meant.iter().copied().filter(is_over).take(1).collect();
        (!meant.is_empty()).then_some(Self {
            findings,
            hung,
            over_budget,
            elsewhere: Vec::new(),
        })
    }
}

fn identity<'r>(stored: &Stored<'r>) -> (Test, &'r str) {
    (Test::of(stored.report), &stored.leak().fingerprint)
}

/// All findings of a report.
fn stored(report: &Report) -> impl Iterator<Item = Stored<'_>> {
    let left = match report.verdict {
        Verdict::Leaked => report.leaks.len(),
        _ => 0,
    };
    let lists = [(List::Left, left), (List::Known, report.known.len())];
    lists
        .into_iter()
        .flat_map(move |(list, length)| (0..length).map(move |at| Stored { report, list, at }))
}

/// Those that follow from no other.
fn causes(report: &Report) -> impl Iterator<Item = Stored<'_>> {
    let causes = Causes::of(&report.leaks);
    stored(report)
        .filter(move |stored| stored.list == List::Known || causes.above(stored.at).is_none())
}

/// The error that names what there is.
fn unknown(name: &str, reports: &[Report]) -> Error {
    let patterns = leakcheck_report::Pattern::ALL.iter();
    let mut names: BTreeSet<&str> = patterns.map(|pattern| pattern.name()).collect();
    for found in reports.iter().flat_map(stored) {
        names.insert(&found.report.test);
        names.insert(&found.leak().fingerprint);
    }
    let nearest = nearest(name, names);
    Error::Unknown {
        name: name.to_owned(),
        nearest: nearest.into_iter().map(ToOwned::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    fn reports() -> Vec<Report> {
        let mut pool = sample(
            "pool::drains",
            &["abcd0001 task 1 src/a.rs:1", "abcd0002 fd 1 src/a.rs:2"],
        );
        pool.leaks[1].follows = Some(leakcheck_report::Follows::default());
        let mut known = sample("known", &[]);
        known.known = sample("known", &["beef0001 task 1 src/a.rs:1"]).leaks;
        let again = pool.clone();
        let other = sample("log::rotates", &["abcd0001 task 1 src/a.rs:1"]);
        vec![pool, again, other, known, sample("is_clean", &[])]
    }

    fn asked(name: &str) -> Result<(Vec<String>, usize), String> {
        let reports = reports();
        let asked = Asked::of(name, &reports).map_err(|error| error.to_string())?;
        let told =
            |stored: &Stored<'_>| format!("{} {}", stored.report.test, stored.leak().fingerprint);
        Ok((
            asked.findings.iter().map(told).collect(),
            asked.elsewhere.len(),
        ))
    }

    #[test]
    fn a_fingerprint_is_one_finding() {
        let one = |told: &str, elsewhere| Ok((vec![told.to_owned()], elsewhere));
        assert_eq!(asked("abcd0001"), one("pool::drains abcd0001", 1));
        assert_eq!(asked("abcd0002"), one("pool::drains abcd0002", 0));
        assert_eq!(asked("beef"), one("known beef0001", 0));
        // Of which of two is not certain.
        assert!(asked("abcd").is_err() && asked("bee").is_err());
    }

    #[test]
    fn a_test_is_its_causes() {
        let causes = Ok((vec!["pool::drains abcd0001".to_owned()], 0));
        assert_eq!(asked("pool::drains"), causes);
        assert_eq!(asked("my_app::pool::pool::drains"), causes);
        assert_eq!(asked("is_clean"), Ok((Vec::new(), 0)));
    }

    #[test]
    fn what_is_near_is_named() {
        assert_eq!(
            asked("drain").expect_err("there is none"),
            "failed to find `drain`: it is no pattern, and no fingerprint or test of the stored run; there is `pool::drains`"
        );
    }
}
