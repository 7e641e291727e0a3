//! The report of one check.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    breach::Breach,
    cancelled::Cancellations,
    hang::{BodyWaits, Hang},
    ignored::Ignored,
    json,
    leak::{Leak, Level},
    place::Location,
    record::{record, words},
    timeline::Timeline,
};

/// The newest version of the form of reports.
pub const FORMAT_VERSION: u32 = 1;

record! {
    /// The report of one check: a file of its own.
    ///
    /// A later release may add fields to the same version, which readers pass over.
    Report {
        /// Version of the form: it changes where a reader of the one before would misunderstand it.
        always format_version: u32,
        /// The cargo package, where it is known.
        always(default) package: Option<String>,
        /// The folder of the package where it was built; it tells where in the workspace a file is that has its whole path.
        if_any(default) package_dir: Option<String>,
        /// The test binary.
        always(default) binary: String,
        /// The test as its harness names it.
        always test: String,
        /// Where the test stands.
        always location: Location,
        /// What the check concluded.
        always verdict: Verdict,
        /// How the test's own body ended.
        always body: Body,
        /// Which checks have a report in the same folder; left out where it is in none.
        if_any(default) written: Option<Written>,
        /// Where an async body was suspended that did not end.
        if_any(default) body_waits: Option<BodyWaits>,
        /// What is known of a body that did not end.
        if_any(default) hang: Option<Hang>,
        /// The runs of the body that were cancelled, where that was asked for.
        if_any(default) cancellations: Option<Cancellations>,
        /// The budgets that the test went over.
        if_any(default) breaches: Vec<Breach>,
        /// How long the check waited for things to end, in milliseconds.
        always(default) waited_ms: u64,
        /// How long the check took without that, in microseconds.
        always(default) check_us: u64,
        /// Whether the process had read its debug info by then.
        always(default) read_debug_info: bool,
        /// How many of `leaks` follow from no other.
        if_any(default) causes: usize,
        /// What is left.
        always(default) leaks: Vec<Leak>,
        /// What is left as well, but stands in the baseline.
        if_any(default) known: Vec<Leak>,
        /// What ended while the check waited; only with `LEAKCHECK_TRACE=full`.
        always(default) lingered: Vec<Leak>,
        /// What rules accepted.
        always(default) ignored: Vec<Ignored>,
        /// How much of each kind could be seen: `full`, or `partial: ` or `none: ` and why.
        always(default) coverage: BTreeMap<String, String>,
        /// What a reader should know besides.
        always(default) notes: Vec<String>,
        /// What the test made and when, where every check has a report.
        if_any(default) timeline: Option<Timeline>,
    }
}

words! {
    /// What a check concluded.
    Verdict {
        /// Nothing was left.
        #[default]
        Clean = "clean",
        /// Something was left for a while, and ended in time.
        Lingering = "lingering",
        /// Something is still there.
        Leaked = "leaked",
        /// Nothing is left, but more was alive at one time, or began in a second, than a budget allows.
        OverBudget = "over_budget",
        /// Nothing is claimed; the notes say why. A reader takes so what it does not know.
        #[cfg_attr(feature = "serde", serde(other))]
        Inconclusive = "inconclusive",
    }
}

words! {
    /// How the test's own body ended.
    Body {
        /// It returned.
        #[default]
        Passed = "passed",
        /// It panicked.
        Panicked = "panicked",
        /// It did not end in time, or was proven never to end.
        TimedOut = "timed_out",
        /// It was not run.
        Ignored = "ignored",
        /// It returned an error. A reader takes so what it does not know.
        #[cfg_attr(feature = "serde", serde(other))]
        Failed = "failed",
    }
}

words! {
    /// Which checks have a report.
    Written {
        /// Those that were not clean.
        Dirty = "dirty",
        /// All of them.
        #[default]
        #[cfg_attr(feature = "serde", serde(other))]
        All = "all",
    }
}

impl Report {
    /// The report as its file has it.
    ///
    /// ```
    /// let report = leakcheck_report::Report::default();
    /// assert!(report.to_json().contains("\n  \"verdict\": \"clean\",\n"));
    /// ```
    pub fn to_json(&self) -> String {
        json::document(self)
    }

    /// Whether its findings fail the test.
    pub fn fails(&self) -> bool {
        self.verdict == Verdict::Leaked && self.leaks.iter().any(|leak| leak.level == Level::Deny)
    }

    /// Whether the test's own body fails it.
    pub fn body_fails(&self) -> bool {
        !matches!(self.body, Body::Passed | Body::Ignored)
    }

    /// Whether the test fails with or without findings: for its body, or because it went over a budget.
    pub fn fails_by_itself(&self) -> bool {
        let is_denied = |breach: &Breach| breach.level == Level::Deny;
        self.body_fails() || self.breaches.iter().any(is_denied)
    }

    /// Whether what it does not show was not there.
    pub fn is_whole(&self) -> bool {
        self.body == Body::Passed && self.verdict != Verdict::Inconclusive
    }

    /// Whether checks that found nothing have no report.
    pub fn is_of_dirty_only(&self) -> bool {
        self.written == Some(Written::Dirty)
    }

    /// How long the check took, without waiting.
    pub fn spent(&self) -> Duration {
        Duration::from_micros(self.check_us)
    }

    /// How long it waited for things to end.
    pub fn waited(&self) -> Duration {
        Duration::from_millis(self.waited_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_denied_fails() {
        let mut report = Report {
            verdict: Verdict::Leaked,
            leaks: vec![Leak::default()],
            ..Report::default()
        };
        assert!(report.fails() && !report.fails_by_itself());
        report.leaks[0].level = Level::Warn;
        assert!(!report.fails());
        report.body = Body::TimedOut;
        assert!(report.fails_by_itself() && report.body_fails());
        report.body = Body::Passed;
        report.breaches = vec![Breach::default()];
        assert!(report.fails_by_itself() && !report.body_fails());
        report.breaches[0].level = Level::Warn;
        assert!(!report.fails_by_itself());
    }
}
