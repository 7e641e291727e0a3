//! One line of a history.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use leakcheck_report::fingerprint;

use crate::{
    error::Unread,
    escape,
    finding::{Finding, Status, total},
    revision::Revision,
    summary::Summary,
};

/// What one run has left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// When it began: `2026-11-30T12:00:00Z`.
    pub(crate) when: String,
    pub(crate) commit: String,
    pub(crate) branch: String,
    /// How many tests were checked.
    pub(crate) tests: u64,
    pub(crate) new: u64,
    pub(crate) known: u64,
    /// Known leaks that are gone.
    pub(crate) fixed: u64,
    /// Tests that did not end.
    pub(crate) hung: u64,
    /// How long checking took, in milliseconds.
    pub(crate) check_ms: u64,
    /// How long was waited for things to end.
    pub(crate) waited_ms: u64,
    /// How many things of each kind are left.
    pub(crate) left: BTreeMap<String, u64>,
    /// What makes it, as far as no earlier run has it.
    pub(crate) first: BTreeSet<String>,
}

/// Before the name of a kind.
const LEFT: &str = "left.";

/// Before what makes something, for the first time.
const FIRST: &str = "first.";

impl Entry {
    pub(crate) fn of(summary: &Summary, when: &str, revision: Revision) -> Self {
        let mut left: BTreeMap<String, u64> = BTreeMap::new();
        for finding in &summary.findings {
            let count = left.entry(finding.kind.clone()).or_default();
            *count = count.saturating_add(finding.count as u64);
        }
        let of = |status: Status| total(summary.with(status).map(|finding| finding.count)) as u64;
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let hung = summary
            .checked
            .iter()
            .filter(|checked| checked.hung.is_some());
        // Others would be no field.
        let first = summary.findings.iter().map(maker);
        let first = first.filter(|maker| fingerprint::is_valid(maker));
        Self {
            when: when.to_owned(),
            commit: revision.commit,
            branch: revision.branch,
            tests: summary.checked.len() as u64,
            new: of(Status::New),
            known: of(Status::Known),
            fixed: summary.gone() as u64,
            hung: hung.count() as u64,
            check_ms: ms(summary.spent),
            waited_ms: ms(summary.waited),
            left,
            first: first.collect(),
        }
    }

    /// How many things are left in all.
    pub(crate) fn things(&self) -> u64 {
        self.new.saturating_add(self.known)
    }

    pub(crate) fn line(&self) -> String {
        let numbers = [
            ("tests", self.tests),
            ("new", self.new),
            ("known", self.known),
            ("fixed", self.fixed),
            ("hung", self.hung),
            ("check_ms", self.check_ms),
            ("waited_ms", self.waited_ms),
        ];
        let numbers = numbers.map(|(name, number)| format!("{name}={number}"));
        let left = self.left.iter();
        let left = left.map(|(kind, count)| format!("{LEFT}{kind}={count}"));
        let head = [&self.when, &self.commit, &self.branch].map(Clone::clone);
        let first = self.first.iter();
        let first = first.map(|maker| format!("{FIRST}{maker}=1"));
        let fields = head.into_iter().chain(numbers).chain(left);
        let fields: Vec<String> = fields.chain(first).collect();
        fields.join(" ")
    }

    /// What a line says. Numbers that a later release has added are passed over.
    pub(super) fn read(line: &str) -> Result<Self, Unread> {
        let mut fields = line.split(' ');
        let mut head = || {
            fields
                .next()
                .filter(|field| !field.is_empty() && !field.contains('='))
        };
        let (Some(when), Some(commit), Some(branch)) = (head(), head(), head()) else {
            return Err(Unread::Head);
        };
        let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
        for field in fields {
            let number = field.split_once('=');
            let number = number.and_then(|(name, number)| Some((name, number.parse().ok()?)));
            let (name, number) = number.ok_or_else(|| Unread::Number(field.to_owned()))?;
            numbers.insert(name, number);
        }
        let number = |name: &'static str| numbers.get(name).copied().ok_or(Unread::Missing(name));
        let left = numbers.iter().filter_map(|(name, count)| {
            let kind = escape::kind(name.strip_prefix(LEFT)?);
            Some((kind.to_owned(), *count))
        });
        let first = numbers.keys().filter_map(|name| {
            let maker = name.strip_prefix(FIRST)?;
            fingerprint::is_valid(maker).then_some(maker)
        });
        Ok(Self {
            when: when.to_owned(),
            commit: commit.to_owned(),
            branch: branch.to_owned(),
            tests: number("tests")?,
            new: number("new")?,
            known: number("known")?,
            fixed: number("fixed")?,
            hung: number("hung")?,
            check_ms: number("check_ms")?,
            waited_ms: number("waited_ms")?,
            left: left.collect(),
            first: first.map(ToOwned::to_owned).collect(),
        })
    }

    /// Whether it is of the same run, whatever was found of it.
    pub(super) fn is_of_run(&self, other: &Self) -> bool {
        let run = |entry: &Self| [&entry.when, &entry.commit, &entry.branch].map(Clone::clone);
        run(self) == run(other)
    }
}

/// What makes a finding; itself where that is not known.
pub(super) fn maker(finding: &Finding) -> String {
    let fingerprint = || finding.fingerprint.clone();
    finding.maker().unwrap_or_else(fingerprint)
}
