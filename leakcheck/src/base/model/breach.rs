//! A budget that a test went over.

use std::time::Duration;

use super::{Frame, Kind, Level};

/// What there can be a budget for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    Task,
    Thread,
    Fd,
    Process,
}

impl Limited {
    /// In the order of reports.
    pub(crate) const ALL: [Self; 4] = [Self::Task, Self::Thread, Self::Fd, Self::Process];

    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Task => Kind::Task,
            Self::Thread => Kind::Thread,
            Self::Fd => Kind::Fd,
            Self::Process => Kind::Process,
        }
    }

    /// The word that settings have for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Task => "tasks",
            Self::Thread => "threads",
            Self::Fd => "fds",
            Self::Process => "processes",
        }
    }
}

/// How well a peak is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeakPrecision {
    /// Each beginning and each end was counted.
    Exact,
    /// It was counted now and then, so that there may have been more in between.
    AtLeast,
}

/// A kind of which a test had more alive at one time than its budget allows. See
/// [`Options::max_live`](crate::Options::max_live).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    pub(crate) limited: Limited,
    pub(crate) level: Level,
    pub(crate) limit: usize,
    pub(crate) peak: usize,
    pub(crate) precision: PeakPrecision,
    pub(crate) after: Duration,
    pub(crate) noted: usize,
    pub(crate) sites: Vec<BreachSite>,
}

/// A line that made some of what was alive at a peak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BreachSite {
    pub(crate) count: usize,
    pub(crate) at: Frame,
}

impl Breach {
    /// Of which kind.
    pub fn kind(&self) -> Kind {
        self.limited.kind()
    }

    /// Whether it fails the test ([`Level::Deny`]) or is a warning ([`Level::Warn`]).
    pub fn level(&self) -> Level {
        self.level
    }

    /// How many may be alive at one time.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How many were, at the highest.
    pub fn peak(&self) -> usize {
        self.peak
    }

    /// Whether each beginning and each end was counted. Otherwise there may have been more in between.
    pub fn is_exact(&self) -> bool {
        self.precision == PeakPrecision::Exact
    }

    /// When that was, from the beginning of the body, to about 4 ms.
    pub fn after(&self) -> Duration {
        self.after
    }

    /// How many were alive when their sites were noted: the peak, or up to an eighth less. 0 where that could not be done.
    pub fn noted(&self) -> usize {
        self.noted
    }

    /// The lines that had made most of those, and how many each, most first; at most five.
    pub fn sites(&self) -> impl Iterator<Item = (&Frame, usize)> {
        self.sites.iter().map(|site| (&site.at, site.count))
    }
}
