//! How a body ended, and how a test ends after its check: the body's own failure always comes first.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
};

use crate::{
    base::{
        error::Error,
        model::{Body, Verdict},
        test_meta::{ShouldPanic, TestMeta},
    },
    check::Hung,
    report::output,
    run::return_value::ReturnKind,
    settings::options::Level,
};

/// How a body ended.
pub(crate) enum Outcome<R> {
    /// It returned; `failed` says whether with an error.
    Returned { value: R, failed: bool },
    /// It panicked.
    Panicked(Box<dyn Any + Send>),
    /// It was given up, or has ended too late.
    TimedOut,
}

impl<R> Outcome<R> {
    /// Runs a body and catches its panic.
    pub(crate) fn of(body: impl FnOnce() -> R, ends: &ReturnKind<R>) -> Self {
        match panic::catch_unwind(AssertUnwindSafe(body)) {
            Ok(value) => Self::returned(value, ends),
            Err(payload) => Self::Panicked(payload),
        }
    }

    pub(crate) fn returned(value: R, ends: &ReturnKind<R>) -> Self {
        Self::Returned {
            failed: (ends.failed)(&value),
            value,
        }
    }

    /// What it is where the body came to its end too late: its own failure goes first, if that was not asked for.
    pub(crate) fn unless_late(self, hung: Option<&Hung>, meta: &TestMeta) -> Self {
        match self {
            _ if !hung.is_some_and(Hung::is_late) => self,
            Self::Returned { failed: true, .. } => self,
            Self::Panicked(_) if meta.should_panic == ShouldPanic::No => self,
            Self::Returned { .. } | Self::Panicked(_) | Self::TimedOut => Self::TimedOut,
        }
    }

    /// Applies a `#[should_panic]` that was taken over.
    pub(crate) fn judge(self, meta: &TestMeta, ends: &ReturnKind<R>) -> Self {
        let expected = match meta.should_panic {
            ShouldPanic::No => return self,
            ShouldPanic::Yes => None,
            ShouldPanic::With(text) => Some(text),
        };
        let complaint = match &self {
            // Its panic may have been about to come: that is not for us to say.
            Self::TimedOut => return self,
            Self::Returned { .. } => format!(
                "note: test did not panic as expected at {}:{}",
                meta.file, meta.line
            ),
            Self::Panicked(payload) => match (expected, message(payload.as_ref())) {
                (None, _) => return Self::passed(ends),
                (Some(text), Some(message)) if message.contains(text) => return Self::passed(ends),
                (Some(text), Some(message)) => format!(
                    "note: panic did not contain expected string\n      panic message: {message:?}\n expected substring: {text:?}"
                ),
                (Some(text), None) => format!(
                    "note: expected a panic with a text, found a panic without one\n expected substring: {text:?}"
                ),
            },
        };
        output::print(&complaint);
        Self::Panicked(Box::new(complaint))
    }

    fn passed(ends: &ReturnKind<R>) -> Self {
        match ends.unit {
            Some(unit) => Self::Returned {
                value: unit(),
                failed: false,
            },
            None => Self::Panicked(Box::new(
                "functions using `#[should_panic]` must return `()`".to_owned(),
            )),
        }
    }

    /// Adds the panic of what ran in the background: it goes behind a failure of the body itself.
    pub(crate) fn and_background(
        self,
        panic: Option<Box<dyn Any + Send>>,
        meta: &TestMeta,
    ) -> Self {
        match (self, panic) {
            (Self::Returned { failed: false, .. }, Some(payload)) => {
                if meta.should_panic == ShouldPanic::No {
                    output::print(
                        "leakcheck: what the test has in the background panicked, and that fails it",
                    );
                }
                Self::Panicked(payload)
            }
            (own, _) => own,
        }
    }

    pub(crate) fn body(&self) -> Body {
        match self {
            Self::Returned { failed: false, .. } => Body::Passed,
            Self::Returned { failed: true, .. } => Body::Failed,
            Self::Panicked(_) => Body::Panicked,
            Self::TimedOut => Body::TimedOut,
        }
    }

    /// Ends the test: with the body's own failure, else with that of its check, else with what the body returned.
    pub(crate) fn finish(self, failed_check: Option<Verdict>, level: Level) -> R {
        match self {
            Self::Panicked(payload) => panic::resume_unwind(payload),
            // Whatever the level is: there is no value to return.
            Self::TimedOut => panic::resume_unwind(Box::new(
                "leakcheck: the test's body did not end in time".to_owned(),
            )),
            Self::Returned { failed, value } => match failed_check {
                Some(verdict) if !failed && level == Level::Deny => fail(verdict),
                _ => value,
            },
        }
    }
}

/// Fails the test without a second message: the report was printed.
pub(crate) fn fail(verdict: Verdict) -> ! {
    let why = match verdict {
        Verdict::Inconclusive => {
            "leakcheck: it is not known whether the test left something behind"
        }
        Verdict::OverBudget => "leakcheck: the test went over its budget",
        Verdict::Clean | Verdict::Lingering | Verdict::Leaked => {
            "leakcheck: the test left something behind"
        }
    };
    panic::resume_unwind(Box::new(why.to_owned()))
}

/// Fails the test because a check cannot be made as asked.
pub(crate) fn refuse(error: &Error) -> ! {
    output::print(&format!("leakcheck: {error}"));
    fail(Verdict::Inconclusive)
}

fn message(payload: &(dyn Any + Send)) -> Option<&str> {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}
