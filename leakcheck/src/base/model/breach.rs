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

/// What a budget is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// How many were alive at one time. There were most so long after the beginning of the body.
    Alive { after: Duration },
    /// How many began in a second.
    Begun(Begun),
}

/// How many began within a time of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    pub(crate) count: usize,
    pub(crate) within: Duration,
}

impl Begun {
    /// How many that is in a second, rounded up. Less than a second may be a part of one in which no more begin.
    pub(crate) fn in_a_second(self) -> usize {
        self.scaled_to(self.within.max(Duration::from_secs(1)))
    }

    /// Whether that is more in proportion than may begin in a second, be it ever so short.
    pub(crate) fn may_be_over(self, limit: usize) -> bool {
        self.scaled_to(self.within) > limit
    }

    fn scaled_to(self, time: Duration) -> usize {
        let second = Duration::from_secs(1).as_micros();
        let count = (self.count as u128 * second).div_ceil(time.as_micros().max(1));
        usize::try_from(count).unwrap_or(usize::MAX)
    }
}

/// A kind of which a test had more alive at one time than its budget allows, or began more in a second. See
/// [`Options::max_live`](crate::Options::max_live) and [`Options::rate`](crate::Options::rate).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    pub(crate) limited: Limited,
    pub(crate) level: Level,
    pub(crate) limit: usize,
    pub(crate) peak: usize,
    pub(crate) precision: PeakPrecision,
    pub(crate) measure: Measure,
    pub(crate) noted: usize,
    pub(crate) sites: Vec<BreachSite>,
}

/// A line that made some of what was too much.
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

    /// How many may be alive at one time; of a rate, how many may begin in a second.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How many were, at the highest; of a rate, how many began in a second, on average and rounded up. Less than a second counts
    /// as one.
    pub fn peak(&self) -> usize {
        self.peak
    }

    /// Whether each beginning and each end was counted. Otherwise there may have been more in between.
    pub fn is_exact(&self) -> bool {
        self.precision == PeakPrecision::Exact
    }

    /// When that was, from the beginning of the body, to about 4 ms; zero of a rate.
    pub fn after(&self) -> Duration {
        match self.measure {
            Measure::Alive { after } => after,
            Measure::Begun(_) => Duration::ZERO,
        }
    }

    /// Of a [rate](crate::Options::rate), how many began, and within how long; `None` where it is about what was alive.
    pub fn begun(&self) -> Option<(usize, Duration)> {
        match self.measure {
            Measure::Alive { .. } => None,
            Measure::Begun(begun) => Some((begun.count, begun.within)),
        }
    }

    /// How many were alive when their sites were noted: the peak, or up to an eighth less. 0 where that could not be done. Of a
    /// rate, all that began.
    pub fn noted(&self) -> usize {
        self.noted
    }

    /// The lines that had made most of those, and how many each, most first; at most five.
    pub fn sites(&self) -> impl Iterator<Item = (&Frame, usize)> {
        self.sites.iter().map(|site| (&site.at, site.count))
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    /// What so many within so many milliseconds are: in a second, and whether they may be more than ten.
    fn begun(count: usize, ms: u64) -> (usize, bool) {
        let begun = Begun {
            count,
            within: Duration::from_millis(ms),
        };
        (begun.in_a_second(), begun.may_be_over(10))
    }

    #[test]
    fn a_rate_is_that_of_all_the_time() {
        assert_eq!(begun(20, 2000), (10, false));
        assert_eq!(begun(21, 2000), (11, true));
        assert_eq!(begun(0, 2000), (0, false));
    }

    #[test]
    fn less_than_a_second_counts_as_one() {
        assert_eq!(begun(10, 50), (10, true));
        assert_eq!(begun(11, 50), (11, true));
        assert_eq!(begun(1, 100), (1, false));
        assert_eq!(begun(0, 0), (0, false));
    }
}
