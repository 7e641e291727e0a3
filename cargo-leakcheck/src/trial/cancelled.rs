//! How far the bodies of a trial were cancelled, and which were not.

use std::{fmt::Write as _, path::PathBuf, time::Duration};

use leakcheck_report::{plural, time};

use crate::{
    escape::plain,
    report::Report,
    trial::{candidate::Cancel, copy::Copy, plan::Plan},
};

/// Tests of one reason that are named.
const SHOWN: usize = 10;

/// All bodies of a trial.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancelled {
    /// Those that were cancelled at least once.
    bodies: usize,
    /// How often, all together.
    runs: usize,
    took: Duration,
    /// Those that have more awaits than were tried.
    cut_short: usize,
    /// Those that never wait.
    never_wait: usize,
    /// Those that could not be cancelled at all.
    others: usize,
    refused: Vec<Refused>,
}

/// A test that does not compile where its body may be cancelled.
#[derive(Clone, Debug)]
struct Refused {
    file: PathBuf,
    line: usize,
    name: String,
    why: String,
}

impl Cancelled {
    /// Of all reports of a trial.
    pub(crate) fn of(reports: &[Report], plan: &Plan, copy: &Copy<'_>) -> Self {
        let mut all = Self::default();
        for report in reports {
            all.add(report);
        }
        for candidate in &plan.candidates {
            if let (Cancel::Refused(why), None) = (&candidate.cancel, &candidate.left) {
                all.refused.push(Refused {
                    file: copy.seen(&candidate.file),
                    line: *candidate.lines.start(),
                    name: candidate.name.clone(),
                    why: why.clone(),
                });
            }
        }
        all
    }

    fn add(&mut self, report: &Report) {
        let Some(all) = &report.cancellations else {
            self.others += 1;
            return;
        };
        self.took += Duration::from_millis(all.took_ms);
        self.runs = self.runs.saturating_add(all.cancelled as usize);
        self.bodies += usize::from(all.cancelled > 0);
        self.never_wait += usize::from(all.awaits == 0 && all.failed.is_none());
        self.cut_short += usize::from(all.spread || all.out_of_time_ms.is_some());
    }

    /// Adds what there is to say.
    pub(crate) fn render(&self, out: &mut String) {
        if self.bodies == 0 {
            out.push_str("no body was cancelled\n");
        } else {
            let bodies = plural::of(self.bodies, "body was", "bodies were");
            let awaits = plural::of(self.runs, "await", "awaits in all");
            let took = time::taken(self.took);
            let _ = writeln!(out, "{bodies} cancelled at {awaits}, which took {took}");
        }
        let counts = [
            (
                self.cut_short,
                "body has more awaits than were tried: 200, evenly spread, or as many as its time limit was enough for",
                "bodies have more awaits than were tried: 200, evenly spread, or as many as their time limit was enough for",
            ),
            (self.never_wait, "body never waits", "bodies never wait"),
            (
                self.others,
                "test was not cancelled, because it is not async, failed by itself, or has no runtime of its own that could be made again",
                "tests were not cancelled, because they are not async, failed by themselves, or have no runtimes of their own that could be made again",
            ),
        ];
        for (number, one, many) in counts {
            if number > 0 {
                let _ = writeln!(out, "  {}", plural::of(number, one, many));
            }
        }
        self.refused(out);
    }

    fn refused(&self, out: &mut String) {
        if self.refused.is_empty() {
            return;
        }
        let tests = plural::of(
            self.refused.len(),
            "test does not compile where its body may run again, and ran once:",
            "tests do not compile where their bodies may run again, and ran once:",
        );
        let _ = writeln!(out, "  {tests}");
        for refused in self.refused.iter().take(SHOWN) {
            let Refused {
                file,
                line,
                name,
                why,
            } = refused;
            let line = format!("{}:{line} {name}: {why}", file.display());
            let _ = writeln!(out, "    {}", plain(&line));
        }
        if self.refused.len() > SHOWN {
            let more = plural::of(self.refused.len() - SHOWN, "more test", "more tests");
            let _ = writeln!(out, "    {more}");
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use leakcheck_report::Cancellations;

    use super::*;
    use crate::report::tests::sample;

    /// None, and then so many of everything.
    pub(crate) fn some(number: usize) -> Cancelled {
        let mut all = Cancelled::default();
        let cancellations = |awaits, cancelled, spread| {
            let mut report = sample("a", &[]);
            report.cancellations = Some(Cancellations {
                awaits,
                cancelled,
                spread,
                took_ms: 17,
                ..Cancellations::default()
            });
            report
        };
        for _ in 0..number {
            all.add(&cancellations(1, 1, false));
            all.add(&cancellations(0, 0, false));
            all.add(&sample("b", &[]));
            all.refused.push(Refused {
                file: "src/pool.rs".into(),
                line: 12,
                name: "tests::drains".to_owned(),
                why: "cannot move out of `guard`".to_owned(),
            });
        }
        for _ in 1..number {
            all.add(&cancellations(500, 200, true));
        }
        all
    }
}
