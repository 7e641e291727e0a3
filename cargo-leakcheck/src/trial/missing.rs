//! Tests that ran and were not checked, each with its reason.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use crate::{
    summary::Summary,
    trial::candidate::{Candidate, Left},
};

/// Why a test was not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Left(Left),
    /// No source file has it.
    Made,
    /// It has the attribute and left no report.
    NoReport,
}

/// A test that was not checked.
#[derive(Clone, Debug)]
pub(crate) struct Missing {
    pub(crate) name: String,
    pub(crate) at: Option<(PathBuf, usize)>,
    pub(crate) why: Why,
}

/// Those of the tests that ran, by their names, which have no report.
pub(crate) fn missing(ran: &[String], summary: &Summary, candidates: &[Candidate]) -> Vec<Missing> {
    let mut reports: BTreeMap<&str, usize> = BTreeMap::new();
    for checked in &summary.checked {
        *reports.entry(&checked.test.name).or_default() += 1;
    }
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for name in ran {
        match reports.get_mut(name.as_str()) {
            Some(number) if *number > 0 => *number -= 1,
            _ => found.push(reason(name, candidates, &mut told)),
        }
    }
    found
}

/// Tests of one name in several binaries have one reason each.
fn reason(name: &str, candidates: &[Candidate], told: &mut BTreeSet<usize>) -> Missing {
    let named = || {
        candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| candidate.is_named(name))
    };
    let fresh = named().filter(|(number, _)| !told.contains(number));
    let left = fresh.min_by_key(|(_, candidate)| candidate.left.is_none());
    let Some((number, candidate)) = left.or_else(|| named().next()) else {
        return Missing {
            name: name.to_owned(),
            at: None,
            why: Why::Made,
        };
    };
    if candidate.name == name {
        told.insert(number);
    }
    Missing {
        name: name.to_owned(),
        at: Some((candidate.file.clone(), *candidate.lines.start())),
        why: candidate.left.clone().map_or(Why::NoReport, Why::Left),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{baseline::Baseline, edit::Body, report::tests::sample, trial::candidate::Cancel};

    fn candidate(name: &str, left: Option<Left>) -> Candidate {
        Candidate {
            package: "my_app".to_owned(),
            file: "src/a.rs".into(),
            name: name.to_owned(),
            lines: 3..=4,
            executor: None,
            body: Body::Sync,
            left,
            cancel: Cancel::Never,
            at: 0,
            with_path: Vec::new(),
        }
    }

    #[test]
    fn each_has_its_reason() {
        let reports = vec![sample("a", &[]), sample("c::case_1", &[])];
        let summary = Summary::of(&[reports], &Baseline::default());
        let refused = Left::Refused("no".to_owned());
        let candidates = [
            candidate("a", None),
            candidate("a", Some(refused.clone())),
            candidate("b", None),
            candidate("c", None),
        ];
        let ran = ["a", "a", "b", "c::case_1", "d"].map(str::to_owned);
        let found: Vec<(String, Why)> = missing(&ran, &summary, &candidates)
            .into_iter()
            .map(|missing| (missing.name, missing.why))
            .collect();
        assert_eq!(
            found,
            [
                ("a".to_owned(), Why::Left(refused)),
                ("b".to_owned(), Why::NoReport),
                ("d".to_owned(), Why::Made),
            ]
        );
    }
}
