//! Questions that are answered without debug info, on which a clean test spends next to nothing.

use crate::{
    base::model::{Kind, Resource},
    check::{
        inventory::Phase,
        view::{Sets, View},
        wait,
        watched_runtime::{self, WatchedRuntime},
    },
    observe::sources::{
        self,
        blocking::{self, Handed},
        process_lifetime, tasks,
        timers::{self, Armed},
    },
    sys::{self, creation_stack},
};

/// Of which kinds something could not be recorded so far, and why. Whose it was is not known either.
pub(super) fn unrecorded() -> Vec<(Kind, String)> {
    let gaps = [
        (Kind::Thread, sys::threads::gap()),
        (Kind::Timer, sys::timers::gap()),
        (Kind::Fd, sys::fds::gap()),
        (Kind::Process, sys::children::gap()),
    ];
    let gaps = gaps.into_iter();
    gaps.filter_map(|(kind, why)| Some((kind, why?))).collect()
}

impl View {
    /// Whether waiting on this thread would keep the tasks that are waited for from running.
    pub(crate) fn would_block(&self) -> bool {
        let in_a_runtime = self.runtime.is_some() && self.options.wants(Kind::Task);
        if in_a_runtime && !tasks::list_local(Some(self.scope)).is_empty() {
            return true;
        }
        let has_tasks = || {
            let counted = self
                .runtime
                .as_ref()
                .map_or(0, |runtime| runtime.new_tasks(self.scope));
            counted > 0 || self.scope.counters().tasks() > 0
        };
        self.runtime.is_some()
            && self.options.wants(Kind::Task)
            && watched_runtime::on_the_only_worker()
            && has_tasks()
    }

    /// Whether nothing at all is there but the workers of its own runtime: the whole cost of a clean check.
    pub(crate) fn is_clean_now(&self) -> bool {
        let counters = self.scope.counters();
        let (counted, workers) = self.runtime.as_ref().map_or((0, 0), |runtime| {
            (runtime.new_tasks(self.scope), runtime.workers())
        });
        counters.tasks() == 0
            && counters.threads() == workers
            && self.others(Phase::Running).is_empty()
            && counted == 0
            && !(tasks::may_be_elsewhere(self.scope) && self.has_tasks_elsewhere())
            && self.armed() == Armed::None
            && !self.has_tasks_on_sets()
            && !self.has_unrecorded()
            && !self.has_closures()
    }

    /// Whether tasks of the scope are on runtimes that somebody else built.
    fn has_tasks_elsewhere(&self) -> bool {
        self.options.wants(Kind::Task)
            && (!tasks::list(Some(self.scope)).is_empty() || tasks::gap(self.scope).is_some())
    }

    fn has_tasks_on_sets(&self) -> bool {
        self.sets == Sets::All
            && self.options.wants(Kind::Task)
            && tasks::sets::list(self.scope).map_or(true, |tasks| !tasks.is_empty())
    }

    /// Whether nothing at all is there, after the runtime was stopped.
    pub(crate) fn is_gone(&self) -> bool {
        let counters = self.scope.counters();
        counters.threads() == 0 && counters.others() == 0 && !self.has_unrecorded()
    }

    /// Lets its own runtime wait for child processes that were given up, where there are any.
    pub(super) fn let_reap(&self) {
        let has_workers = |runtime: &WatchedRuntime| runtime.is_own() && runtime.workers() > 0;
        if self.runtime.as_ref().is_some_and(has_workers)
            && self.scope.counters().others() > 0
            && !sources::independent(self.scope).is_empty()
        {
            wait::let_reap();
        }
    }

    /// Whether a task is there that no identity can excuse; tells without listing.
    pub(super) fn has_new_tasks(&self) -> bool {
        self.options.wants(Kind::Task)
            && self.preexisting.is_empty()
            && self
                .options
                .rules()
                .iter()
                .all(|rule| rule.identities().is_none())
            && self.scope.counters().tasks() > 0
    }

    /// Whether things of other kinds count as left behind in this phase: while the runtime of the check still runs, what
    /// is there may belong to it.
    pub(super) fn others_count(&self, phase: Phase) -> bool {
        phase == Phase::Stopped
            || self
                .runtime
                .as_ref()
                .is_none_or(|runtime| !runtime.is_own())
    }

    /// Things of other kinds that count in this phase. To a child process no runtime matters, other than to reap it.
    pub(super) fn others(&self, phase: Phase) -> Vec<Resource> {
        if self.scope.counters().others() == 0 {
            Vec::new()
        } else if self.others_count(phase) {
            sources::others(Some(self.scope))
        } else {
            sources::independent(self.scope)
        }
    }

    /// Whether timers are armed on the check's own runtime, which must still run: they are gone with it.
    pub(super) fn armed(&self) -> Armed {
        let runtime = self.runtime.as_ref();
        let timers = runtime.and_then(|runtime| runtime.timers.as_ref());
        timers.map_or(Armed::None, timers::Driver::armed)
    }

    /// What was handed to pools and has not ended, as far as can be told without debug info.
    pub(super) fn handed(&self) -> Vec<Handed> {
        let own = self.runtime.as_ref().filter(|runtime| runtime.is_own());
        if !self.options.wants(Kind::BlockingTask)
            || own.is_some_and(|own| !own.has_pool(self.scope))
        {
            return Vec::new();
        }
        let mut handed = blocking::handed(self.scope);
        // What runs the tasks of a runtime that tests share is handed over as well.
        let is_of_a_static = |path| {
            self.goes_by_built_in_rules()
                && creation_stack::line(path).any(process_lifetime::serves_a_static)
        };
        handed.retain(|handed| {
            !self.preexisting.has(handed.id()) && !is_of_a_static(handed.origin())
        });
        if let Some(own) = own {
            own.leave_work(&mut handed);
        }
        handed
    }

    /// Whether there is any; the check's own runtime has a thread for each, which is counted.
    pub(super) fn has_closures(&self) -> bool {
        let runtime = self.runtime.as_ref();
        let is_own = runtime.is_some_and(WatchedRuntime::is_own);
        !is_own && !self.handed().is_empty()
    }

    /// Whether one of them has not begun.
    pub(super) fn has_closures_to_begin(&self) -> bool {
        self.handed().iter().any(|handed| !handed.has_begun())
    }

    /// Whether code that is no Rust may run at any time, with a pointer to what a task owns: on a thread that std has not started,
    /// or for a timer of the test.
    pub(super) fn may_be_called_back(&self) -> bool {
        !sys::threads::are_all_of_std()
            || sources::others(Some(self.scope))
                .iter()
                .any(|other| other.kind() == Kind::Timer)
    }

    /// Whether something could not be recorded since the check began.
    pub(super) fn has_unrecorded(&self) -> bool {
        unrecorded() != self.unrecorded
    }
}
