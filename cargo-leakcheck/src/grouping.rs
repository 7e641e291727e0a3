//! Findings by the place that made them, so that a place is told once for all its tests.

use std::collections::BTreeMap;

use leakcheck_report::{Kind, plural};

use crate::{
    finding::{Finding, Status, Test, total},
    report::{Frame, Level},
    summary::Summary,
};

/// Findings of one kind from one place.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// At least one.
    findings: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    /// Groups the findings, in the order of their first ones.
    pub(crate) fn all(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        let mut known: BTreeMap<Likeness<'_>, usize> = BTreeMap::new();
        for finding in findings {
            let at = *known.entry(likeness(finding)).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.findings.push(finding),
                None => groups.push(Self {
                    findings: vec![finding],
                }),
            }
        }
        groups
    }

    pub(crate) fn first(&self) -> &'a Finding {
        self.findings[0]
    }

    pub(crate) fn findings(&self) -> &[&'a Finding] {
        &self.findings
    }

    /// How many things there are.
    pub(crate) fn count(&self) -> usize {
        total(self.findings.iter().map(|finding| finding.count))
    }

    pub(crate) fn frame(&self) -> Option<&'a Frame> {
        self.first().site.as_ref()
    }

    /// `` `reconnects` left 2 tasks behind that were created here ``.
    pub(crate) fn sentence(&self) -> String {
        let tests: Vec<String> = self
            .findings
            .iter()
            .map(|finding| finding.test.quoted())
            .collect();
        let tests = plural::all_of(&tests);
        let count = plural::named(self.count(), &self.first().kind);
        if self.first().panic.is_some() {
            return format!("{count} of {tests} panicked unseen");
        }
        let created = match (self.frame(), self.count()) {
            (None, _) => "",
            (Some(_), 1) => " that was created here",
            (Some(_), _) => " that were created here",
        };
        format!("{tests} left {count} behind{created}")
    }
}

/// What findings of one place have in common.
type Likeness<'a> = (
    (&'a str, Status, bool, bool),
    Option<(Option<&'a str>, Option<u32>, &'a str)>,
    Option<(&'a Test, Option<&'a str>)>,
);

fn likeness(finding: &Finding) -> Likeness<'_> {
    let site = finding.site.as_ref();
    (
        (
            &finding.kind,
            finding.status,
            finding.level == Level::Warn,
            finding.panic.is_some(),
        ),
        site.map(|site| (site.file.as_deref(), site.line, site.function.as_str())),
        // What has no place is told by what it is called, at its own test.
        site.is_none()
            .then_some((&finding.test, finding.name.as_deref())),
    )
}

/// All tests that are known; where those that left nothing have no reports, that is not all that were checked.
fn checked(summary: &Summary) -> String {
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
    format!(
        "{} of {} {}",
        tests.len(),
        checked(summary),
        found.join(" or ")
    )
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
fn kinds(findings: &[&Finding]) -> String {
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
    use crate::{
        baseline::Baseline,
        report::tests::sample,
        summary::tests::{full, small},
    };

    #[test]
    fn tests_of_one_name_are_told_apart() {
        let in_binary = |binary: &str, leak: &str| {
            let mut report = sample("reconnects", &[leak]);
            report.binary = binary.to_owned();
            report
        };
        let leaks = ["f1 task 1 src/pool.rs:88", "f2 task 1 src/pool.rs:88"];
        let reports = vec![
            in_binary("pool", leaks[0]),
            in_binary("my_app", leaks[1]),
            sample("drains", &["f3 task 1 src/pool.rs:88"]),
        ];
        let summary = Summary::of(&[reports], &Baseline::default());
        assert_eq!(summary.checked.len(), 3);
        let groups = Group::all(&summary.findings);
        assert_eq!(
            groups[0].sentence(),
            "`reconnects` of `my_app`, `drains` and `reconnects` of `my_app::pool` left 3 tasks behind that were created here"
        );
        let one = vec![in_binary("pool", leaks[0]), in_binary("pool", leaks[1])];
        let summary = Summary::of(&[one], &Baseline::default());
        assert!(!summary.findings[0].test.is_namesake);
    }

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

    #[test]
    fn a_place_is_told_once() {
        let summary = full();
        let groups = Group::all(summary.with(Status::New));
        let sentences: Vec<String> = groups.iter().map(Group::sentence).collect();
        assert_eq!(
            sentences,
            [
                "`drains` and `reconnects` left 3 tasks behind that were created here",
                "1 task of `panics` panicked unseen",
                "`reconnects` left 1 thread behind",
                "`warns` left 2 file descriptors behind that were created here",
            ]
        );
        let summary = small();
        let groups = Group::all(&summary.findings);
        assert_eq!(
            groups[0].sentence(),
            "`reconnects` left 1 task behind that was created here"
        );
    }
}
