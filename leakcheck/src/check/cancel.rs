//! The check of a run that is cancelled.

use std::{sync::Arc, time::Duration};

use leakcheck_introspect::{FutureAddress, TaskList};
use tokio::runtime::Handle;

use super::{
    cancelled_run::{CancelledRun, Reading},
    lifecycle::Check,
};
use crate::{
    base::{model::Waiting, sync::Work},
    check::findings,
    observe::sources::named,
    settings::cancel::Cancel,
};

/// What it may take to read where a body stands, which is not the body's time.
const TO_READ: Duration = Duration::from_secs(10);

impl Check {
    /// At which of its awaits a body that may be cancelled is to be: the environment goes before the options.
    pub(crate) fn cancel(&self) -> Option<Cancel> {
        self.view.env.cancel.or(self.view.options.cancelled())
    }

    /// How long the cancelled runs may take, all together.
    pub(crate) fn cancel_limit(&self) -> Duration {
        self.view.options.cancel_limit()
    }

    /// It is the check of this run, which gets a time limit where it has none. It is a part of one that had its budgets.
    pub(crate) fn cancels(&mut self, run: Arc<CancelledRun>) {
        self.end_budgets();
        self.end_time_line();
        let view = &mut self.view;
        let limit = view.options.time_limit();
        let limit = limit.unwrap_or_else(|| view.options.cancel_limit());
        let to_read = match run.reading {
            Reading::Skip => Duration::ZERO,
            Reading::Read => TO_READ,
        };
        view.options = std::mem::take(&mut view.options).timeout(limit + to_read);
        view.cancelled = Some(run);
    }

    /// The run that it is the check of.
    pub(crate) fn cancelled_run(&self) -> Option<&CancelledRun> {
        self.view.cancelled.as_deref()
    }
}

/// Where a body stands that is suspended, and that nobody polls meanwhile; nothing where that is not to be read, or cannot.
pub(crate) fn stands(
    run: &CancelledRun,
    body: Option<FutureAddress>,
    package_dir: Option<&str>,
) -> Option<Waiting> {
    if run.reading == Reading::Skip {
        return None;
    }
    let _work = Work::begin();
    let mut list = TaskList::of_future(body?).ok()?;
    if let Ok(runtime) = Handle::try_current() {
        list.keep_time_of(&runtime);
    }
    named::name(&mut list);
    let (waiting, _) = findings::body_waiting(&[&list], None, &[], package_dir)?;
    Some(waiting)
}
