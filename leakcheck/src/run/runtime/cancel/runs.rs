//! The runs of a body that are cancelled, each at another await, and the report of all of them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    gathered::gather,
    one_run::{Run, Test},
};
use crate::{
    base::model::{Body, CancelExtent, CancelFault, Cancellations, Report},
    check::cancelled_run::{CancelledRun, Reading},
    run::outcome::Outcome,
};

/// The runs of a body that are cancelled, and what they have left.
pub(super) struct Runs<'t, 'b, R> {
    test: Test<'t, 'b, R>,
    report: Report,
    awaits: u32,
    /// At how many awaits it was cancelled.
    cancelled: u32,
    extent: CancelExtent,
    since: Instant,
    /// How long all of them may take.
    limit: Duration,
    reading: Reading,
}

/// Why there are no more runs.
pub(super) enum Stopped<R> {
    Failed(Outcome<R>),
    Forked,
}

impl<'t, 'b, R> Runs<'t, 'b, R> {
    /// Of a body that came to so many awaits, and had this report.
    pub(super) fn new(test: Test<'t, 'b, R>, report: Report, awaits: u32, limit: Duration) -> Self {
        Self {
            test,
            report,
            awaits,
            cancelled: 0,
            extent: CancelExtent::All,
            since: Instant::now(),
            limit,
            reading: Reading::Skip,
        }
    }

    /// Cancels the body at each of these awaits, until it comes to its end before one or the time is over.
    pub(super) fn all(
        &mut self,
        (numbers, extent): (&[u32], CancelExtent),
    ) -> Result<(), Stopped<R>> {
        self.extent = extent;
        for number in numbers {
            if self.since.elapsed() > self.limit {
                self.extent = CancelExtent::OutOfTime(self.limit);
                break;
            }
            match self.one(*number) {
                Run::Cancelled(report, at) => {
                    self.cancelled += 1;
                    if let Some(report) = report {
                        gather(&mut self.report, report, Some(&at));
                    }
                }
                Run::Completed(report) => {
                    if let Some(report) = report {
                        gather(&mut self.report, report, None);
                    }
                    break;
                }
                Run::Failed(outcome, report, failed) => {
                    self.fail(report, failed);
                    return Err(Stopped::Failed(outcome));
                }
                Run::Forked => return Err(Stopped::Forked),
            }
        }
        Ok(())
    }

    /// Cancels the body at this await. Where that is a finding, once more, if it was not read where the body stood: that is only
    /// read where something is to be said of it.
    fn one(&mut self, number: u32) -> Run<R> {
        let mut first = self.test.run(&self.run_of(number));
        // On a busy machine a body fails that looks at a clock; one that cannot run again fails once more.
        if has_failed(&first) && self.since.elapsed() <= self.limit {
            first = self.test.run(&self.run_of(number));
        }
        let is_late = self.since.elapsed() > self.limit;
        if self.reading == Reading::Read || is_late || !is_finding(&first) {
            return first;
        }
        self.reading = Reading::Read;
        let again = self.test.run(&self.run_of(number));
        let is_same = match (&first, &again) {
            (Run::Cancelled(..), Run::Cancelled(..)) | (Run::Failed(..), Run::Failed(..)) => {
                is_finding(&again)
            }
            _ => false,
        };
        if is_same { again } else { first }
    }

    fn run_of(&self, number: u32) -> Arc<CancelledRun> {
        Arc::new(CancelledRun::new(
            number,
            self.awaits,
            self.cancelled,
            self.since,
            self.reading,
        ))
    }

    fn fail(&mut self, report: Option<Report>, failed: Cancellations) {
        if let Some(mut report) = report {
            self.report.hang = report.hang.take();
            // What a body leaves that fails is not left because it was cancelled: it was not.
            let failed = failed.failed.as_ref();
            let cancelled = failed.filter(|failed| failed.fault != CancelFault::BodyFailed);
            if let Some(failed) = cancelled {
                gather(&mut self.report, report, Some(&failed.at));
            }
        }
        self.report.cancellations = Some(failed);
    }

    /// The report of all runs.
    pub(super) fn report(self) -> Report {
        let all = Cancellations {
            awaits: self.awaits,
            cancelled: self.cancelled,
            extent: self.extent,
            took: self.since.elapsed(),
            failed: None,
        };
        Report {
            cancellations: self.report.cancellations.or(Some(all)),
            ..self.report
        }
    }
}

/// Whether the body itself has failed, and not for want of time.
fn has_failed<R>(run: &Run<R>) -> bool {
    let Run::Failed(outcome, _, all) = run else {
        return false;
    };
    let failed = all.failed.as_ref();
    outcome.body() != Body::TimedOut
        && failed.is_some_and(|failed| failed.fault == CancelFault::BodyFailed)
}

/// Whether something was left, or a `Drop` has panicked.
fn is_finding<R>(run: &Run<R>) -> bool {
    match run {
        Run::Cancelled(report, _) => report
            .as_ref()
            .is_some_and(|report| !report.leaks.is_empty()),
        Run::Failed(_, _, all) => all
            .failed
            .as_ref()
            .is_some_and(|failed| failed.fault == CancelFault::DropPanicked),
        Run::Completed(_) | Run::Forked => false,
    }
}
