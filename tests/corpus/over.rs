//! A budget that a test goes over, said by marks or found.
//!
//! - `// over: 3 of 4 tasks, 2 allowed`: 4 were alive at the peak, and 3 of them were made on the next line of code.
//! - `// over: 3 of 4 tasks, 2 allowed a second`: 4 began in the measured rounds, 3 of them on the next line of code.

use std::fmt;

use leakcheck_tests::Report;

use crate::{finding::Site, found::site_of};

/// Kinds by their words in the marks.
const KINDS: [(&str, &str); 4] = [
    ("tasks", "task"),
    ("threads", "thread"),
    ("fds", "fd"),
    ("processes", "process"),
];

/// What is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Measure {
    AtOneTime,
    InASecond,
}

/// What one line has to do with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Over {
    pub(crate) kind: String,
    measure: Measure,
    limit: usize,
    /// How many were alive at the peak, or began.
    number: usize,
    made: usize,
    pub(crate) site: Option<Site>,
}

impl Over {
    /// Reads `3 of 4 tasks, 2 allowed`.
    pub(crate) fn read(mark: &str) -> Self {
        let read = || {
            let (made, rest) = mark.split_once(" of ")?;
            let (number, rest) = rest.split_once(' ')?;
            let (word, rest) = rest.split_once(", ")?;
            let (limit, measure) = match rest.split_once(" allowed")? {
                (limit, "") => (limit, Measure::AtOneTime),
                (limit, " a second") => (limit, Measure::InASecond),
                _ => return None,
            };
            let (_, kind) = KINDS.iter().find(|(known, _)| *known == word)?;
            Some(Self {
                kind: (*kind).to_owned(),
                measure,
                limit: limit.parse().ok()?,
                number: number.parse().ok()?,
                made: made.parse().ok()?,
                site: None,
            })
        };
        read().unwrap_or_else(|| panic!("not understood: {mark}"))
    }

    /// What a report says, in order.
    pub(crate) fn all(report: &Report) -> Vec<Self> {
        let of = |breach: &leakcheck_report::Breach| {
            let (measure, number) = match &breach.rate {
                None => (Measure::AtOneTime, breach.peak),
                Some(rate) => (Measure::InASecond, rate.begun),
            };
            let one = |made, site| Self {
                kind: breach.kind.clone(),
                measure,
                limit: breach.limit,
                number,
                made,
                site,
            };
            let sites = breach.sites.iter();
            let sites = sites.map(|site| one(site.count, site_of(&site.at)));
            let all: Vec<Self> = sites.collect();
            if all.is_empty() {
                vec![one(0, None)]
            } else {
                all
            }
        };
        let mut all: Vec<Self> = report.breaches.iter().flat_map(of).collect();
        all.sort();
        all
    }
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind,
            measure,
            limit,
            number,
            made,
            site,
        } = self;
        let per = match measure {
            Measure::AtOneTime => "",
            Measure::InASecond => " a second",
        };
        write!(
            f,
            "over: {made} of {number} {kind}, {limit} allowed{per}, {site:?}"
        )
    }
}
