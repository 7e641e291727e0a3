//! One check, from the look before the body to the verdict. What drives the waiting is chosen by the caller.

mod by_test;
mod closures;
mod coverage;
pub(crate) mod findings;
mod gaps;
mod growth;
mod hang;
mod look;
mod present;
pub(crate) mod settle;
mod stacks;
pub(crate) mod target;
mod verdict;
pub(crate) mod wait;
mod watched;

use std::{
    collections::HashSet,
    sync::{Arc, OnceLock},
    time::Duration,
};

use crate::{
    base::{
        error::{Error, Repr},
        model::{Gap, Kind, Leak, Remark, Resource, ResourceId},
        sync::Work,
        test_meta::Stop,
    },
    check::target::Whom,
    observe::{
        diff::Baseline,
        scope::{Scope, ScopeId},
        sources::{self, fds, panics, tasks, timers::Armed},
    },
    settings::{
        env::{Env, ReportDir, TraceLevel},
        options::{Level, Options},
    },
    sys,
};
use look::{Look, Seen};
use present::{Phase, Present};

pub(crate) use growth::Growth;
pub(crate) use hang::{Deadlock, Hung};
pub(crate) use watched::Watched;

/// Before this much time has passed nothing is symbolised: most of what is still there is about to end.
const PATIENCE: Duration = Duration::from_millis(25);

/// A thread that was told to end needs a moment to be gone.
const GRACE: Duration = Duration::from_millis(100);

/// Which `LocalSet`s are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sets {
    /// Those that were given to be watched.
    Watched,
    /// Those of this thread as well: its body has ended, so that they are left behind.
    All,
}

/// Keeps for later, once and for all, what could not be had any more when something is to be said of it.
fn prepare() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        // What it cannot do is said where somebody needs it.
        let _ = leakcheck_introspect::keep_program();
    });
}

/// One check under way.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    whom: Whom,
    options: Options,
    env: &'static Env,
    scope: ScopeId,
    /// Keeps it.
    _kept: Scope,
    /// The process that it was begun in.
    generation: u32,
    sets: Sets,
    baseline: Baseline,
    runtime: Option<Watched>,
    found: Present,
    /// Closures that were found, by their cells: what is known of them goes by their threads.
    told: HashSet<ResourceId>,
    /// What was there when the runtime was told to stop.
    before_stop: HashSet<ResourceId>,
    /// What has grown, where the test was repeated; it stands for what was found.
    grown: Option<Vec<Leak>>,
    /// Tasks that panicked when nobody could await them any more.
    panicked: Vec<Leak>,
    /// What a reader of the report should know besides.
    remarks: Vec<Remark>,
    /// What had not been recorded before it began.
    unrecorded: Vec<(Kind, String)>,
    /// What could not be looked at.
    gaps: Vec<Gap>,
    /// What was there at the first dirty look.
    first: Option<Present>,
    waited: Duration,
    spent: Duration,
}

impl Check {
    /// Begins a check of what `scope` creates from here on.
    ///
    /// # Errors
    ///
    /// Where `LEAKCHECK_REQUIRE` asks for what this build cannot see.
    pub(crate) fn begin(
        whom: Whom,
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
        Ok(Self {
            whom,
            options,
            env,
            scope: scope.id(),
            _kept: scope,
            generation: sys::fork::generation(),
            sets: Sets::Watched,
            baseline: Baseline::default(),
            runtime: None,
            found: Present::default(),
            told: HashSet::new(),
            before_stop: HashSet::new(),
            grown: None,
            panicked: Vec::new(),
            remarks: Vec::new(),
            unrecorded: gaps::unrecorded(),
            gaps: Vec::new(),
            first: None,
            waited: Duration::ZERO,
            spent: Duration::ZERO,
        })
    }

    /// Whether it was begun in another process, of which this one is a forked child: then there is nothing to judge here.
    pub(crate) fn is_of_parent(&self) -> bool {
        self.generation != sys::fork::generation()
    }

    /// Looks at all `LocalSet`s of this thread: for the end of a test.
    pub(crate) fn look_at_all_sets(&mut self) {
        self.sets = Sets::All;
    }

    /// What exists now in the scope does not count.
    pub(crate) fn exempt_present(&mut self) {
        let counters = self.scope.counters();
        let is_empty = counters.tasks() == 0 && counters.threads() == 0 && counters.others() == 0;
        if is_empty && !tasks::may_be_elsewhere(self.scope) {
            return;
        }
        let mut before: HashSet<ResourceId> = HashSet::new();
        before.extend(tasks::list(Some(self.scope)).iter().map(|task| task.id));
        before.extend(
            sources::threads::list(Some(self.scope))
                .iter()
                .map(|thread| thread.id),
        );
        before.extend(
            sources::blocking::handed(self.scope)
                .iter()
                .map(sources::blocking::Handed::id),
        );
        before.extend(
            sources::others(Some(self.scope))
                .iter()
                .map(|other| other.id),
        );
        self.baseline = Baseline::new(before);
    }

    /// Notes panics from here on that nobody learns of.
    pub(crate) fn listen(&self) {
        if self.options.level_for_unseen_panics() != Level::Off {
            panics::listen(self.scope);
        }
    }

    /// Notes none of those that come after the body.
    pub(crate) fn body_has_ended(&self) {
        panics::body_has_ended(self.scope);
    }

    /// Adds the panics that nobody learnt of to what is reported.
    pub(crate) fn hear(&mut self) {
        let _work = Work::begin();
        let seen = panics::take(self.scope);
        if !seen.is_empty() {
            self.panicked = findings::panicked(&seen, self.whom.package_dir().as_deref());
        }
    }

    pub(crate) fn watch(&mut self, mut runtime: Watched) {
        if self.options.wants(Kind::Timer) {
            runtime.watch_timers();
        }
        if runtime.is_own() {
            // What it was built of is no task.
            self.scope.counters().slot_ranges().forget();
        }
        self.runtime = Some(runtime);
    }

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
            && watched::on_the_only_worker()
            && has_tasks()
    }

    pub(crate) fn limit(&self) -> Duration {
        self.options.settle_limit()
    }

    /// How long a runtime may take to stop.
    pub(crate) fn stop_limit(&self) -> Duration {
        self.limit().max(GRACE)
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

    /// Waits on this thread for what is there to end.
    pub(crate) fn settle_blocking(&mut self) {
        self.settle_on_thread(Phase::Running, self.limit());
    }

    /// Notes what there is, right before the runtime is told to stop: what that makes is nobody's.
    pub(crate) fn note_before_stop(&mut self) {
        let counters = self.scope.counters();
        if counters.threads() > self.runtime.as_ref().map_or(0, Watched::workers) {
            let threads = sources::threads::list(Some(self.scope));
            self.before_stop
                .extend(threads.iter().map(|thread| thread.id));
        }
        if counters.others() > 0 {
            let others = sources::others(Some(self.scope));
            self.before_stop.extend(others.iter().map(|other| other.id));
        }
    }

    /// Waits on this thread for the threads of a runtime that was told to stop, and has had `stopping` to do so.
    pub(crate) fn settle_stopped(&mut self, stop: Stop, stopping: Duration) {
        let spent = self.waited + stopping;
        // What was found before was not waited for any more.
        if self.found.is_empty() {
            self.waited = spent;
        }
        let left = self.limit().saturating_sub(spent);
        // A runtime that did not stop says nothing about its threads: the drop of a leaked task holds it up.
        let phase = match stop {
            Stop::HeldUp => Phase::Running,
            Stop::Done => Phase::Stopped,
        };
        self.settle_on_thread(phase, left.max(GRACE));
    }

    fn settle_on_thread(&mut self, phase: Phase, limit: Duration) {
        let mut look = Look::new(self, phase, limit);
        let waited = wait::blocking(self.scope, limit, |waited| look.is_dirty(waited));
        let seen = look.seen();
        self.take(seen, waited, phase);
    }

    /// Waits inside the runtime for what is there to end.
    pub(crate) async fn settle_in_runtime(&mut self) {
        let limit = self.limit();
        let mut look = Look::new(self, Phase::Running, limit);
        let is_dirty = |waited| {
            self.let_reap();
            look.is_dirty(waited)
        };
        let waited = wait::in_runtime(self.scope, limit, is_dirty).await;
        let seen = look.seen();
        self.take(seen, waited, Phase::Running);
    }

    /// Lets its own runtime wait for child processes that were given up, where there are any.
    fn let_reap(&self) {
        let has_workers = |runtime: &Watched| runtime.is_own() && runtime.workers() > 0;
        if self.runtime.as_ref().is_some_and(has_workers)
            && self.scope.counters().others() > 0
            && !sources::independent(self.scope).is_empty()
        {
            wait::let_reap();
        }
    }

    /// Notes what a wait has shown.
    fn take(&mut self, seen: Seen, waited: Duration, phase: Phase) {
        self.waited += waited;
        if self.first.is_none() {
            self.first = seen.first;
        }
        self.found.of_statics.extend(seen.of_statics);
        if seen.is_clean {
            self.note_gaps(phase);
        } else {
            self.collect(phase);
        }
    }

    /// Adds what is there now to what was found.
    fn collect(&mut self, phase: Phase) {
        let mut known: HashSet<ResourceId> = self.found.ids().into_iter().collect();
        known.extend(&self.told);
        self.note_gaps(phase);
        let mut present = self.steady(phase);
        let is_new = |resource: &Resource| !known.contains(&resource.id);
        present.resources.retain(is_new);
        self.found.add(present.resources);
        self.found.of_statics.extend(present.of_statics);
        fds::fold(&mut self.found.resources);
        self.found.unnamed += present.unnamed;
        self.found.phantoms += present.phantoms;
        let mut lists = present.lists;
        if !self.found.lists.is_empty() {
            // What was read at another moment proves nothing beside them.
            for list in &mut lists {
                Arc::make_mut(list).doubt();
            }
        }
        self.found.lists.extend(lists);
        self.found.unread = self.found.unread.take().or(present.unread);
        if let Some(first) = &mut self.first {
            // What is found now has not ended, and of a flood of it no second copy is kept.
            let found: HashSet<ResourceId> = self.found.ids().into_iter().collect();
            first.resources.retain(|seen| !found.contains(&seen.id));
            first.resources.shrink_to_fit();
        }
        self.take_stacks();
        self.found.fold_timers();
        findings::name_users(&mut self.found.resources);
    }

    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    /// Whether there is nothing to report: neither something left, nor something that took long to end.
    pub(crate) fn found_nothing(&self) -> bool {
        self.found.is_empty()
            && self.found.of_statics.is_empty()
            && self.grown.as_ref().is_none_or(Vec::is_empty)
            && self.panicked.is_empty()
            && self.found.phantoms == 0
            && self.gaps.is_empty()
            && self.waited < PATIENCE
    }

    /// Adds to the time that the check itself took.
    pub(crate) fn spend(&mut self, time: Duration) {
        self.spent += time;
    }

    /// Whether this check's report is to be written although it found nothing.
    pub(crate) fn writes_always(&self) -> bool {
        matches!(self.env.report_dir, Some(ReportDir::All(_)))
    }
}

#[cfg(all(test, not(leakcheck_loom), not(miri)))]
mod tests;
