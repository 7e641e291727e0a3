//! Whether a planted leak was found, and how much of it.

use leakcheck_report::Kind;

use crate::report::{Leak, Report, Verdict};

/// The kinds that are planted, each in a test of its name.
const KINDS: [Kind; 5] = [
    Kind::Task,
    Kind::Thread,
    Kind::Timer,
    Kind::Fd,
    Kind::Process,
];

/// The file of the planted leaks, and what marks the line of each.
pub(super) const SOURCE: &str = include_str!("../../doctor/planted.rs");
pub(super) const FILE: &str = "planted.rs";
const MARK: &str = "// PLANTED";

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
pub(super) fn all(reports: &[Report]) -> Vec<Proof> {
    let of = |kind: Kind| {
        let report = reports.iter().find(|report| report.test == kind.name());
        report.map_or_else(|| unreported(kind), |report| proof(kind, report))
    };
    KINDS.into_iter().map(of).collect()
}

fn unreported(kind: Kind) -> Proof {
    Proof {
        kind,
        seen: None,
        why: Vec::new(),
    }
}

fn proof(kind: Kind, report: &Report) -> Proof {
    let left = report
        .leaks
        .iter()
        .filter(|_| report.verdict == Verdict::Leaked);
    let leak = left.into_iter().find(|leak| leak.kind == kind.name());
    let seen = leak.map(|leak| seen(kind, leak));
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

fn seen(kind: Kind, leak: &Leak) -> Seen {
    let made = leak.created_at.as_ref();
    let waits = matches!(kind, Kind::Task | Kind::Thread);
    Seen {
        has_place: made.is_some_and(|frame| {
            let file = frame.file.as_deref();
            file.is_some_and(|file| file.ends_with(FILE)) && frame.line.is_some_and(is_marked)
        }),
        has_wait: waits.then(|| leak.waits_for.is_some() || !leak.waits_at.is_empty()),
    }
}

fn is_marked(line: u32) -> bool {
    let mut lines = (1..).zip(SOURCE.lines());
    lines.any(|(number, text)| number == line && text.ends_with(MARK))
}
