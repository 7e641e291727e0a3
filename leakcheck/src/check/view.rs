//! What a check is about, and what it may look at: it stays as it is while the check looks.

use std::{sync::Arc, time::Duration};

use crate::{
    base::model::{Kind, Resource},
    check::{cancelled_run::CancelledRun, target::CheckTarget, watched_runtime::WatchedRuntime},
    observe::{
        diff::Preexisting,
        scope::{Scope, ScopeId},
    },
    settings::{env::Env, ignore, options::Options},
    sys,
};

/// A thread that was told to end needs a moment to be gone.
pub(super) const GRACE: Duration = Duration::from_millis(100);

/// Before this much time has passed nothing is symbolised: most of what is still there is about to end.
pub(super) const PATIENCE: Duration = Duration::from_millis(25);

/// Which `LocalSet`s are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sets {
    /// Those that were given to be watched.
    Watched,
    /// Those of this thread as well: its body has ended, so that they are left behind.
    All,
}

/// What a check is about, and what it may look at.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) whom: CheckTarget,
    pub(super) options: Options,
    pub(super) env: &'static Env,
    pub(super) scope: ScopeId,
    /// Keeps it.
    pub(super) _kept: Scope,
    /// The process that it was begun in.
    pub(super) generation: u32,
    pub(super) sets: Sets,
    pub(super) preexisting: Preexisting,
    pub(super) runtime: Option<WatchedRuntime>,
    /// What had not been recorded before it began.
    pub(super) unrecorded: Vec<(Kind, String)>,
    /// The run of a body that is cancelled, where it is about one.
    pub(super) cancelled: Option<Arc<CancelledRun>>,
    /// Has allocations noted, where somebody wants to know of them.
    #[cfg(feature = "heap")]
    pub(super) allocations: Option<sys::allocations::Watch>,
}

impl View {
    /// Whether it was begun in another process, of which this one is a forked child: then there is nothing to judge here.
    pub(crate) fn is_of_parent(&self) -> bool {
        self.generation != sys::fork::generation()
    }

    pub(crate) fn limit(&self) -> Duration {
        self.options.settle_limit()
    }

    /// How long a runtime may take to stop.
    pub(crate) fn stop_limit(&self) -> Duration {
        self.limit().max(GRACE)
    }

    /// Whether no rule of the user's is to be asked first, and what is accepted need not be told test by test.
    pub(super) fn goes_by_built_in_rules(&self) -> bool {
        !matches!(self.whom, CheckTarget::Process(..)) && !ignore::are_any(self.options.rules())
    }

    /// Those that were not there before and that this check is about.
    pub(super) fn new_of(&self, listed: Vec<Resource>) -> Vec<Resource> {
        let mut new = self.preexisting.since(listed);
        new.retain(|resource| self.options.concern(resource));
        new
    }
}
