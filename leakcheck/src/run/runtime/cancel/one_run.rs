//! One run of a body that is cancelled, with a runtime and a check of its own.

use std::{any::Any, sync::Arc};

use super::{
    super::{
        BuildRuntime,
        session::{Session, Wanted},
    },
    body::{Cancelled, MakeBody},
};
use crate::{
    base::{
        model::{Body, CancelFault, Cancellations, CancelledAt, Report},
        test_meta::{ShouldPanic, TestMeta},
    },
    check::cancelled_run::CancelledRun,
    run::{outcome::Outcome, return_value::ReturnKind},
    settings::options::Options,
};

/// What makes a run.
pub(super) struct Test<'t, 'b, R> {
    pub(super) meta: &'static TestMeta,
    pub(super) options: &'t dyn Fn() -> Options,
    pub(super) ends: &'t ReturnKind<R>,
    pub(super) build: BuildRuntime,
    pub(super) body: MakeBody<'b, R>,
}

/// How a run ended.
pub(super) enum Run<R> {
    /// It was cancelled there, and left what the report says.
    Cancelled(Option<Report>, CancelledAt),
    /// It came to its end before.
    Completed(Option<Report>),
    /// It failed.
    Failed(Outcome<R>, Option<Report>, Cancellations),
    /// It went on in a forked child.
    Forked,
}

/// How the body of a run ended.
enum Ended<R> {
    Cancelled,
    Completed,
    Failed(Outcome<R>, CancelFault),
}

impl<R> Test<'_, '_, R> {
    /// Makes it.
    pub(super) fn run(&self, run: &Arc<CancelledRun>) -> Run<R> {
        let Some(mut session) = Session::open_to_cancel(self.meta, self.options) else {
            return Run::Completed(None);
        };
        session.check.cancels(Arc::clone(run));
        let mut body = {
            let _inside = session.scope.enter();
            Cancelled::of(self.body, run, self.meta.manifest_dir)
        };
        let ends = ReturnKind::value(|_| false);
        let outcome = session.run_async(self.meta, &ends, self.build, body.pinned());
        if session.check.is_of_parent() {
            return Run::Forked;
        }
        match self.ended(outcome, run) {
            Ended::Cancelled => {
                Run::Cancelled(session.report(Body::Passed, Wanted::IfAny), run.at())
            }
            Ended::Completed => Run::Completed(session.report(Body::Passed, Wanted::IfAny)),
            Ended::Failed(outcome, fault) => {
                let report = session.report(outcome.body(), Wanted::IfAny);
                Run::Failed(outcome, report, run.failed(fault))
            }
        }
    }

    fn ended(&self, outcome: Outcome<Option<R>>, run: &CancelledRun) -> Ended<R> {
        match outcome {
            Outcome::Returned { value: None, .. } => Ended::Cancelled,
            Outcome::Returned {
                value: Some(value), ..
            } => {
                let outcome = Outcome::returned(value, self.ends);
                match outcome.body() {
                    Body::Passed => Ended::Completed,
                    _ => Ended::Failed(outcome, CancelFault::BodyFailed),
                }
            }
            Outcome::Panicked(payload) => self.panicked(payload, run),
            Outcome::TimedOut => Ended::Failed(Outcome::TimedOut, run.fault_of_hang()),
        }
    }

    fn panicked(&self, payload: Box<dyn Any + Send>, run: &CancelledRun) -> Ended<R> {
        let fault = if run.has_dropped() {
            CancelFault::DropPanicked
        } else if self.meta.should_panic == ShouldPanic::No {
            CancelFault::BodyFailed
        } else {
            return Ended::Completed;
        };
        Ended::Failed(Outcome::Panicked(payload), fault)
    }
}
