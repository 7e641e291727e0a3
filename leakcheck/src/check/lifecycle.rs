//! A check from its begin to its end. What drives the waiting is chosen by the caller.

use std::{
    collections::HashSet,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use crate::{
    base::{
        error::{Error, Repr},
        model::{Body, Detail, Keeper, Kind, Resource, ResourceId},
        sync::Work,
        test_meta::Stop,
    },
    check::{
        coverage,
        evidence::Evidence,
        findings,
        inventory::Phase,
        quick,
        settle_poll::{Seen, SettlePoll},
        target::CheckTarget,
        view::{GRACE, Sets, View},
        wait,
        watched_runtime::WatchedRuntime,
    },
    observe::{
        diff::Preexisting,
        scope::Scope,
        sources::{self, fds, panics, process_trees, tasks},
    },
    settings::{
        env::{Env, TraceLevel},
        options::{Level, Options},
    },
    sys::{self, budget},
};

/// Keeps for later, once and for all, what could not be had any more when something is to be said of it.
fn prepare() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        // What it cannot do is said where somebody needs it.
        let _ = leakcheck_introspect::keep_program();
    });
}

/// One check, from before the body until its report.
///
/// While the body runs, everything that looks takes its [`View`]. What is left is then settled, on a thread or inside of the
/// runtime; a runtime of its own is stopped between [`stop`](Self::stop) and [`Stopping::settle`]; and the report ends it.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(super) view: View,
    pub(super) evidence: Evidence,
}

impl Check {
    /// Begins a check of what `scope` creates from here on.
    ///
    /// # Errors
    ///
    /// Where `LEAKCHECK_REQUIRE` asks for what this build cannot see.
    pub(crate) fn begin(
        whom: CheckTarget,
        options: Options,
        env: &'static Env,
        scope: Scope,
    ) -> Result<Self, Error> {
        sys::arm();
        if sys::fork::in_child() {
            if Work::is_any() {
                return Err(Repr::Forked.into());
            }
            sys::begin_anew();
        }
        let _work = Work::begin();
        sys::creation_stack::enable(env.trace != TraceLevel::Off);
        whom.tell();
        prepare();
        coverage::require(env, &whom)?;
        let view = View {
            whom,
            options,
            env,
            scope: scope.id(),
            _kept: scope,
            generation: sys::fork::generation(),
            sets: Sets::Watched,
            preexisting: Preexisting::default(),
            runtime: None,
            unrecorded: quick::unrecorded(),
            cancelled: None,
            #[cfg(feature = "heap")]
            allocations: None,
        };
        Ok(Self {
            view,
            evidence: Evidence::default(),
        })
    }

    /// Looks at all `LocalSet`s of this thread: for the end of a test.
    pub(crate) fn look_at_all_sets(&mut self) {
        self.view.sets = Sets::All;
    }

    /// What exists now in the scope does not count.
    pub(crate) fn exempt_present(&mut self) {
        let counters = self.view.scope.counters();
        let is_empty = counters.tasks() == 0 && counters.threads() == 0 && counters.others() == 0;
        if is_empty && !tasks::may_be_elsewhere(self.view.scope) {
            return;
        }
        let mut before: HashSet<ResourceId> = HashSet::new();
        before.extend(
            tasks::list(Some(self.view.scope))
                .iter()
                .map(|task| task.id),
        );
        before.extend(
            sources::threads::list(Some(self.view.scope))
                .iter()
                .map(|thread| thread.id),
        );
        before.extend(
            sources::blocking::handed(self.view.scope)
                .iter()
                .map(sources::blocking::Handed::id),
        );
        before.extend(
            sources::others(Some(self.view.scope))
                .iter()
                .map(|other| other.id),
        );
        self.view.preexisting = Preexisting::new(before);
    }

    /// Notes panics from here on that nobody learns of.
    pub(crate) fn listen(&self) {
        if self.view.options.level_for_unseen_panics() != Level::Off {
            panics::listen(self.view.scope);
        }
    }

    /// Notes none of those that come after the body, and nothing that is too much.
    pub(crate) fn body_has_ended(&self) {
        self.time_line_of_body_ends();
        budget::body_has_ended(self.view.scope.index());
        panics::body_has_ended(self.view.scope);
    }

    /// Adds the panics that nobody learnt of to what is reported.
    pub(crate) fn collect_panics(&mut self, body: Body) {
        let _work = Work::begin();
        let seen = panics::take(self.view.scope, body);
        // The body had the handle, and would have learnt of it.
        let is_cancelled = self.view.cancelled.as_ref();
        let is_cancelled = is_cancelled.is_some_and(|run| run.has_dropped());
        if !seen.is_empty() && !is_cancelled {
            self.evidence.panicked =
                findings::panicked(&seen, self.view.whom.package_dir().as_deref());
        }
    }

    pub(crate) fn watch(&mut self, mut runtime: WatchedRuntime) {
        if self.view.options.wants(Kind::Timer) {
            runtime.watch_timers();
        }
        if runtime.is_own() {
            // What it was built of is no task.
            self.view.scope.counters().slot_ranges().forget();
        }
        self.view.runtime = Some(runtime);
    }

    /// Waits on this thread for what is there to end.
    pub(crate) fn settle_blocking(&mut self) {
        self.settle_on_thread(Phase::Running, self.view.limit());
    }

    /// Notes what there is, right before its runtime is told to stop: what that makes is nobody's.
    pub(crate) fn stop(&mut self) -> Stopping<'_> {
        let view = &self.view;
        let counters = view.scope.counters();
        let before = &mut self.evidence.before_stop;
        if counters.threads() > view.runtime.as_ref().map_or(0, WatchedRuntime::workers) {
            let threads = sources::threads::list(Some(view.scope));
            before.extend(threads.iter().map(|thread| thread.id));
        }
        if counters.others() > 0 {
            let others = sources::others(Some(view.scope));
            before.extend(others.iter().map(|other| other.id));
        }
        Stopping {
            check: self,
            since: Instant::now(),
        }
    }

    pub(super) fn settle_stopped(&mut self, stop: Stop, stopping: Duration) {
        let spent = self.evidence.waited + stopping;
        // What was found before was not waited for any more.
        if self.evidence.found.is_empty() {
            self.evidence.waited = spent;
        }
        let left = self.view.limit().saturating_sub(spent);
        // A runtime that did not stop says nothing about its threads: the drop of a leaked task holds it up.
        let phase = match stop {
            Stop::HeldUp => Phase::Running,
            Stop::Done => Phase::Stopped,
        };
        self.settle_on_thread(phase, left.max(GRACE));
    }

    fn settle_on_thread(&mut self, phase: Phase, limit: Duration) {
        let mut look = SettlePoll::new(&self.view, &self.evidence, phase, limit);
        let waited = wait::blocking(self.view.scope, limit, |waited| look.is_dirty(waited));
        let seen = look.seen();
        self.take(seen, waited, phase);
    }

    /// Waits inside the runtime for what is there to end.
    pub(crate) async fn settle_in_runtime(&mut self) {
        let limit = self.view.limit();
        let mut look = SettlePoll::new(&self.view, &self.evidence, Phase::Running, limit);
        let is_dirty = |waited| {
            self.view.let_reap();
            look.is_dirty(waited)
        };
        let waited = wait::in_runtime(self.view.scope, limit, is_dirty).await;
        let seen = look.seen();
        self.take(seen, waited, Phase::Running);
    }

    /// Notes what a wait has shown.
    fn take(&mut self, seen: Seen, waited: Duration, phase: Phase) {
        self.evidence.waited += waited;
        if self.evidence.first.is_none() {
            self.evidence.first = seen.first;
        }
        self.evidence.found.of_statics.extend(seen.of_statics);
        self.evidence.found.naps.add(seen.naps);
        if seen.is_clean {
            self.view.note_gaps(phase, &mut self.evidence);
        } else {
            self.collect(phase);
        }
    }

    /// Adds what is there now to what was found.
    fn collect(&mut self, phase: Phase) {
        // What looking opens is nobody's.
        let _aside = sys::fds::untracked();
        let mut known: HashSet<ResourceId> = self.evidence.found.ids().into_iter().collect();
        known.extend(&self.evidence.told);
        self.view.note_gaps(phase, &mut self.evidence);
        let mut present = self.view.steady(phase, &self.evidence);
        let is_new = |resource: &Resource| !known.contains(&resource.id);
        present.resources.retain(is_new);
        self.evidence.found.add(present.resources);
        self.evidence.found.of_statics.extend(present.of_statics);
        fds::fold(&mut self.evidence.found.resources);
        self.evidence.found.unnamed += present.unnamed;
        self.evidence.found.phantoms += present.phantoms;
        let mut lists = present.lists;
        if !self.evidence.found.lists.is_empty() {
            // What was read at another moment proves nothing beside them.
            for list in &mut lists {
                Arc::make_mut(list).doubt();
            }
        }
        self.evidence.found.lists.extend(lists);
        self.evidence.found.unread = self.evidence.found.unread.take().or(present.unread);
        if let Some(first) = &mut self.evidence.first {
            // What is found now has not ended, and of a flood of it no second copy is kept.
            let found: HashSet<ResourceId> = self.evidence.found.ids().into_iter().collect();
            first.resources.retain(|seen| !found.contains(&seen.id));
            first.resources.shrink_to_fit();
        }
        self.view.take_stacks(&mut self.evidence);
        self.view.find_keepers(&mut self.evidence);
        if self.view.scope.counters().children() > 0 {
            process_trees::describe_pipes(&mut self.evidence.found.resources);
        }
        self.evidence.found.fold_timers();
        findings::name_users(&mut self.evidence.found.resources);
    }

    /// Leaves out descriptors that are closed when the runtime has ended, and that no task is known to have had: they were those
    /// of a closure that was found before.
    fn fold_descriptors(&mut self) {
        let is_blocking = |found: &Resource| found.kind() == Kind::BlockingTask;
        let is_free = |found: &&Resource| match &found.detail {
            Detail::Other(thing) => {
                found.kind() == Kind::Fd && thing.held.iter().all(Keeper::is_blocked)
            }
            _ => false,
        };
        let resources = &mut self.evidence.found.resources;
        let free = resources.iter().filter(is_free).map(|found| found.id);
        let mut closed: HashSet<ResourceId> = free.collect();
        if closed.is_empty() || !resources.iter().any(is_blocking) {
            return;
        }
        let open = || sources::others(Some(self.view.scope));
        // A runtime of one thread tells those that wait for descriptors last, and waits for none of them.
        wait::blocking(self.view.scope, GRACE, |_| {
            open().iter().any(|open| closed.contains(&open.id))
        });
        for open in open() {
            closed.remove(&open.id);
        }
        resources.retain(|found| !closed.contains(&found.id));
    }

    pub(crate) fn waited(&self) -> Duration {
        self.evidence.waited
    }

    /// Adds to the time that the check itself took.
    pub(crate) fn spend(&mut self, time: Duration) {
        self.evidence.spent += time;
    }

    /// Whether this check's report is to be written although it found nothing.
    pub(crate) fn writes_always(&self) -> bool {
        self.view.env.writes_always()
    }

    /// Whether there is nothing to report: neither something left, nor something that took long to end.
    pub(crate) fn found_nothing(&self) -> bool {
        self.evidence.is_nothing() && !self.is_over_budget() && !self.may_be_over_rate()
    }

    /// Whether nothing at all is there but the workers of its own runtime: the whole cost of a clean check.
    pub(crate) fn is_clean_now(&self) -> bool {
        self.view.is_clean_now()
    }

    /// Whether waiting on this thread would keep the tasks that are waited for from running.
    pub(crate) fn would_block(&self) -> bool {
        self.view.would_block()
    }

    /// Whether it was begun in another process, of which this one is a forked child: then there is nothing to judge here.
    pub(crate) fn is_of_parent(&self) -> bool {
        self.view.is_of_parent()
    }

    /// How long a runtime may take to stop.
    pub(crate) fn stop_limit(&self) -> Duration {
        self.view.stop_limit()
    }

    pub(crate) fn env(&self) -> &'static Env {
        self.view.env
    }

    /// How long the body may take.
    pub(crate) fn time_limit(&self) -> Option<Duration> {
        self.view.options.time_limit()
    }
}

/// A check whose runtime is being stopped.
#[must_use = "what is left is found once the runtime has stopped"]
#[derive(Debug)]
pub(crate) struct Stopping<'c> {
    check: &'c mut Check,
    since: Instant,
}

impl Stopping<'_> {
    /// Waits on this thread for the threads of the runtime, which was told to stop and has had the time since.
    pub(crate) fn settle(self, stop: Stop) {
        let took = self.since.elapsed();
        let check = self.check;
        if !check.view.is_gone() {
            check.settle_stopped(stop, took);
        }
        check.fold_descriptors();
    }
}
