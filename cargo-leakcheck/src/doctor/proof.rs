//! Whether a planted leak was found, and how much of it.

use leakcheck_report::Kind;

use super::dependencies::Dependency;
use crate::report::{Leak, Report, Verdict};

/// A file of planted leaks: of each kind one, in a test of its name.
#[derive(Debug)]
pub(super) struct Planted {
    pub(super) file: &'static str,
    pub(super) source: &'static str,
    kinds: &'static [Kind],
}

/// What every build can have.
const EVERYWHERE: Planted = Planted {
    file: "planted.rs",
    source: include_str!("../../doctor/planted.rs"),
    kinds: &[
        Kind::Task,
        Kind::Thread,
        Kind::Timer,
        Kind::Fd,
        Kind::Process,
    ],
};

/// What takes the feature that [`notes_memory`] is about.
const IN_MEMORY: Planted = Planted {
    file: "planted_heap.rs",
    source: include_str!("../../doctor/planted_heap.rs"),
    kinds: &[Kind::Heap],
};

/// Marks the line of each.
const MARK: &str = "// PLANTED";

/// Whether leakcheck is built so that it can look at memory.
pub(super) fn notes_memory(leakcheck: &Dependency) -> bool {
    leakcheck.features.iter().any(|feature| feature == "heap")
}

/// What is planted where leakcheck is built so.
pub(super) fn planted(leakcheck: &Dependency) -> Vec<&'static Planted> {
    let in_memory = notes_memory(leakcheck).then_some(&IN_MEMORY);
    std::iter::once(&EVERYWHERE).chain(in_memory).collect()
}

/// What was found of a planted leak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) kind: Kind,
    pub(super) seen: Option<Seen>,
    /// Why there is not more, as the report says it.
    pub(super) why: Vec<String>,
}

/// How much is known of what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Whether the line is known that made it.
    pub(super) has_place: bool,
    /// Whether it is known where it waits; nothing for what does not wait.
    pub(super) has_wait: Option<bool>,
}

impl Proof {
    pub(super) fn is_found(&self) -> bool {
        self.seen.is_some()
    }

    pub(super) fn lacks_place(&self) -> bool {
        self.seen.is_some_and(|seen| !seen.has_place)
    }
}

/// Looks for each kind in the report of its test.
pub(super) fn all(planted: &[&'static Planted], reports: &[Report]) -> Vec<Proof> {
    let of = |planted: &&'static Planted| {
        let planted = *planted;
        planted.kinds.iter().map(move |kind| {
            let mut reports = reports.iter();
            let report = reports.find(|report| report.test == kind.name());
            report.map_or_else(|| unreported(*kind), |report| proof(planted, *kind, report))
        })
    };
    planted.iter().flat_map(of).collect()
}

fn unreported(kind: Kind) -> Proof {
    Proof {
        kind,
        seen: None,
        why: Vec::new(),
    }
}

fn proof(planted: &Planted, kind: Kind, report: &Report) -> Proof {
    let left = report
        .leaks
        .iter()
        .filter(|_| report.verdict == Verdict::Leaked);
    let leak = left.into_iter().find(|leak| leak.kind == kind.name());
    let seen = leak.map(|leak| seen(planted, kind, leak));
    let is_whole = seen.is_some_and(|seen| seen.has_place && seen.has_wait != Some(false));
    let mut why = Vec::new();
    if !is_whole {
        let coverage = report
            .coverage
            .get(kind.name())
            .filter(|coverage| *coverage != "full");
        why.extend(coverage.cloned());
        why.extend(leak.and_then(|leak| leak.unread.clone()));
    }
    Proof { kind, seen, why }
}

fn seen(planted: &Planted, kind: Kind, leak: &Leak) -> Seen {
    let made = leak.created_at.as_ref();
    let waits = matches!(kind, Kind::Task | Kind::Thread);
    Seen {
        has_place: made.is_some_and(|frame| {
            let file = frame.file.as_deref();
            let is_there = file.is_some_and(|file| file.ends_with(planted.file));
            is_there && frame.line.is_some_and(|line| planted.marks(line))
        }),
        has_wait: waits.then(|| leak.waits_for.is_some() || !leak.waits_at.is_empty()),
    }
}

impl Planted {
    fn marks(&self, line: u32) -> bool {
        let mut lines = (1..).zip(self.source.lines());
        lines.any(|(number, text)| number == line && text.ends_with(MARK))
    }
}
