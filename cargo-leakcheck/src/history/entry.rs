//! One line of a history.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    error::Unread,
    escape,
    finding::{Status, total},
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
}

/// Before the name of a kind.
const LEFT: &str = "left.";

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
        let fields: Vec<String> = head.into_iter().chain(numbers).chain(left).collect();
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
        })
    }
}
