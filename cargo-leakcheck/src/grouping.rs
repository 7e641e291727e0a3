//! Findings by their cause, so that what many tests share is told once, with all that follows from it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use leakcheck_report::plural;

use crate::{
    finding::{Finding, FirstSeen, Identity, Status, Test, total},
    report::{Frame, Level},
};

/// Tests that are named.
const NAMED: usize = 3;

/// Causes of one kind from one place that are one mistake, and what follows from them.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// At least one.
    findings: Vec<&'a Finding>,
    followers: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    /// Groups the findings: those that fail first, and each time what has left most. One whose cause is not among them is a
    /// cause here.
    pub(crate) fn all(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Self> {
        let mut groups = Self::by(findings, likeness);
        groups.sort_by_key(|group| {
            let first = group.first();
            (
                first.status,
                first.level == Level::Warn,
                Reverse(group.weight()),
            )
        });
        groups
    }

    /// The same without any that are alike, and in their order.
    pub(crate) fn each(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Self> {
        Self::by(findings, |finding| member(finding, finding.identity()))
    }

    fn by<L: Ord>(
        findings: impl IntoIterator<Item = &'a Finding>,
        likeness: fn(&'a Finding) -> L,
    ) -> Vec<Self> {
        let findings: Vec<&Finding> = findings.into_iter().collect();
        let causes = findings.iter().filter(|finding| finding.follows.is_none());
        let causes = causes.map(|finding| (member(finding, finding.identity()), *finding));
        let mut sorted = Sorted::new(likeness);
        for (member, cause) in causes {
            let group = sorted.group(cause);
            sorted.members.insert(member, group);
        }
        let followers = findings.iter().filter_map(|finding| {
            let follows = finding.follows.as_ref()?;
            Some((member(finding, follows.cause.clone()), *finding))
        });
        for (cause, follower) in followers {
            match sorted.members.get(&cause) {
                Some(group) => sorted.groups[*group].followers.push(follower),
                None => {
                    sorted.group(follower);
                }
            }
        }
        let mut groups = sorted.groups;
        for group in &mut groups {
            group.findings.sort_by_key(|finding| &finding.test);
        }
        groups
    }

    pub(crate) fn first(&self) -> &'a Finding {
        self.findings[0]
    }

    pub(crate) fn findings(&self) -> &[&'a Finding] {
        &self.findings
    }

    /// The first run of the history that has it.
    pub(crate) fn first_seen(&self) -> Option<&'a FirstSeen> {
        let all = self.findings.iter();
        all.filter_map(|finding| finding.first_seen.as_ref()).min()
    }

    /// What follows from its findings, in their order.
    pub(crate) fn followers(&self) -> &[&'a Finding] {
        &self.followers
    }

    /// How many causes there are.
    pub(crate) fn count(&self) -> usize {
        total(self.findings.iter().map(|finding| finding.count))
    }

    /// How many things there are in all.
    pub(crate) fn weight(&self) -> usize {
        let all = self.findings.iter().chain(&self.followers);
        total(all.map(|finding| finding.count))
    }

    pub(crate) fn frame(&self) -> Option<&'a Frame> {
        self.first().site.as_ref()
    }

    /// The tests that have it, each once.
    pub(crate) fn tests(&self) -> Vec<&'a Test> {
        let mut tests: Vec<&Test> = self.findings.iter().map(|finding| &finding.test).collect();
        tests.dedup(); // They are in order.
        tests
    }

    /// The first tests by their names, and how many more there are.
    pub(crate) fn named_tests(&self) -> String {
        named(&self.tests())
    }

    /// `` `reconnects` left 2 tasks behind that were created here ``.
    pub(crate) fn sentence(&self) -> String {
        let tests = self.named_tests();
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

/// The first tests by their names, and how many more there are.
pub(crate) fn named(tests: &[&Test]) -> String {
    let mut names: Vec<String> = tests.iter().map(|test| test.quoted()).collect();
    if names.len() > NAMED + 1 {
        names.truncate(NAMED);
        names.push(format!("{} more tests", tests.len() - NAMED));
    }
    plural::all_of(&names)
}

/// Groups under way.
struct Sorted<'a, L> {
    groups: Vec<Group<'a>>,
    /// What findings of one group have in common.
    likeness: fn(&'a Finding) -> L,
    /// The group of each likeness.
    known: BTreeMap<L, usize>,
    /// The group of each cause.
    members: BTreeMap<Member<'a>, usize>,
}

impl<'a, L: Ord> Sorted<'a, L> {
    fn new(likeness: fn(&'a Finding) -> L) -> Self {
        Self {
            groups: Vec::new(),
            likeness,
            known: BTreeMap::new(),
            members: BTreeMap::new(),
        }
    }

    /// The group of a finding, to which it is added.
    fn group(&mut self, finding: &'a Finding) -> usize {
        let next = self.groups.len();
        let at = *self.known.entry((self.likeness)(finding)).or_insert(next);
        match self.groups.get_mut(at) {
            Some(group) => group.findings.push(finding),
            None => self.groups.push(Group {
                findings: vec![finding],
                followers: Vec::new(),
            }),
        }
        at
    }
}

/// What tells a cause from others: a new one is not the cause of what is known, nor one that fails of a warning.
type Member<'a> = (&'a Test, Identity, Status, bool);

/// The cause that a finding has or is.
fn member(finding: &Finding, cause: Identity) -> Member<'_> {
    let is_warning = finding.level == Level::Warn;
    (&finding.test, cause, finding.status, is_warning)
}

/// What causes of one group have in common.
type Likeness<'a> = (
    (&'a str, Status, bool, bool, bool),
    BTreeSet<&'a str>,
    Option<(Option<&'a str>, Option<u32>, &'a str)>,
    Option<Nowhere<'a>>,
);

/// How something is told that has no place.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Nowhere<'a> {
    /// By what stays the same from test to test, where it is known what it is.
    Fingerprint(&'a str),
    /// By what it is called, at its own test.
    Name(&'a Test, Option<&'a str>),
}

fn likeness(finding: &Finding) -> Likeness<'_> {
    let site = finding.site.as_ref();
    let nowhere = if finding.whys.is_empty() {
        Nowhere::Name(&finding.test, finding.name.as_deref())
    } else {
        Nowhere::Fingerprint(&finding.fingerprint)
    };
    (
        (
            &finding.kind,
            finding.status,
            finding.level == Level::Warn,
            finding.panic.is_some(),
            finding.cancelled.is_some(),
        ),
        finding.whys.iter().map(|why| &*why.pattern).collect(),
        site.map(|site| (site.file.as_deref(), site.line, site.function.as_str())),
        site.is_none().then_some(nowhere),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        baseline::Baseline,
        report::tests::sample,
        summary::{
            Summary,
            tests::{full, small},
        },
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
