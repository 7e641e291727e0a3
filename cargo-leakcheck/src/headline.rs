//! The first sentence of a summary: how many tests left what behind, and how much of it is new.

use std::collections::BTreeMap;

use leakcheck_report::{Kind, plural};

use crate::{
    finding::{Finding, Status, total},
    grouping::Group,
    report::Level,
    summary::Summary,
};

/// All tests that are known; where those that left nothing have no reports, that is not all that were checked.
pub(crate) fn checked(summary: &Summary) -> String {
    let number = summary.checked.len();
    if summary.is_of_dirty_only {
        plural::of(number, "test with a report", "tests with a report")
    } else {
        plural::of(number, "checked test", "checked tests")
    }
}

/// `2 of 3 checked tests left 2 tasks and 1 thread behind`.
pub(crate) fn headline(summary: &Summary) -> String {
    let mut tests: Vec<_> = summary
        .findings
        .iter()
        .map(|finding| &finding.test)
        .collect();
    tests.dedup(); // They are in order.
    let (panicked, left): (Vec<&Finding>, Vec<&Finding>) = summary
        .findings
        .iter()
        .partition(|finding| finding.panic.is_some());
    let mut found = Vec::new();
    if !left.is_empty() {
        found.push(format!("left {} behind", kinds(&left)));
    }
    if !panicked.is_empty() {
        found.push(format!("had {} panic unseen", kinds(&panicked)));
    }
    let causes = match causes(summary) {
        Some(causes) => format!(", of {}", plural::of(causes, "cause", "causes")),
        None => String::new(),
    };
    format!(
        "{} of {} {}{causes}",
        tests.len(),
        checked(summary),
        found.join(" or ")
    )
}

/// How many causes there are; nothing where that goes without saying, or where reports do not tell causes.
fn causes(summary: &Summary) -> Option<usize> {
    let mut findings = summary.findings.iter();
    let are_told = findings.any(|finding| finding.follows.is_some() || !finding.whys.is_empty());
    let groups = Group::all(&summary.findings);
    let is_cause = |group: &&Group<'_>| group.first().follows.is_none();
    let causes = groups.iter().filter(is_cause).count();
    (are_told && causes < summary.findings.len()).then_some(causes)
}

/// `3 checked tests left nothing behind`, of those for which that is certain.
pub(crate) fn nothing(summary: &Summary) -> String {
    let checked = checked(summary);
    match summary.sure() {
        sure if sure == summary.checked.len() => format!("{checked} left nothing behind"),
        sure => format!("{sure} of {checked} left nothing behind"),
    }
}

/// `2 tasks and 1 thread` for all of the findings.
pub(crate) fn kinds(findings: &[&Finding]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        let count = counts.entry(&finding.kind).or_default();
        *count = count.saturating_add(finding.count);
    }
    let mut kinds: Vec<(&str, usize)> = counts.into_iter().collect();
    kinds.sort_by_key(|(kind, _)| Kind::named(kind).map_or(Kind::ALL.len(), |kind| kind as usize));
    let kinds: Vec<String> = kinds
        .into_iter()
        .map(|(kind, count)| plural::named(count, kind))
        .collect();
    plural::all_of(&kinds)
}

/// How many findings are new, known, or warnings: `1 new, 2 known`.
pub(crate) fn statuses(findings: &[Finding]) -> String {
    let count = |select: &dyn Fn(&Finding) -> bool| -> usize {
        let selected = findings.iter().filter(|finding| select(finding));
        total(selected.map(|finding| finding.count))
    };
    let parts = [
        (count(&|finding| finding.fails()), "new"),
        (count(&|finding| finding.status == Status::Known), "known"),
        (
            count(&|finding| finding.status == Status::New && finding.level == Level::Warn),
            "only warned of",
        ),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use leakcheck_report::Written;

    use super::*;
    use crate::{baseline::Baseline, report::tests::sample};

    #[test]
    fn where_clean_tests_have_no_report_not_all_are_counted() {
        let dirty = |test: &str, leaks: &[&str]| {
            let mut report = sample(test, leaks);
            report.written = Some(Written::Dirty);
            report
        };
        let reports = vec![dirty("a", &["f1 task 1 src/a.rs:1"]), dirty("b", &[])];
        let summary = Summary::of(&[reports], &Baseline::default());
        assert_eq!(
            headline(&summary),
            "1 of 2 tests with a report left 1 task behind"
        );
        let summary = Summary::of(&[vec![dirty("b", &[])]], &Baseline::default());
        assert_eq!(
            nothing(&summary),
            "1 test with a report left nothing behind"
        );
    }
}
