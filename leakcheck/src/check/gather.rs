//! Gathers what is there now and was not before.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use leakcheck_introspect::{Error, TaskList};

use super::{
    evidence::Evidence,
    inventory::{Inventory, Phase},
    view::{Sets, View},
    watched_runtime::WatchedRuntime,
};
use crate::{
    base::{
        model::{Kind, Resource, ResourceId, RuntimeRelation},
        sync::Work,
    },
    check::{findings, wait::HeldUp},
    observe::sources::{
        self,
        fds::{Watching, charge},
        process_lifetime, tasks,
        timers::Armed,
    },
    sys::{self, creation_stack},
};

/// What a worker needs of a processor to come to rest.
const TURN: Duration = Duration::from_millis(10);

/// How long that is waited for where the system does not let it.
const OVERLOAD: Duration = Duration::from_secs(30);

impl View {
    /// What is there, read again while the two ways of counting disagree: a task that is just starting or ending is
    /// seen by one before the other.
    pub(super) fn steady(&self, phase: Phase, so_far: &Evidence) -> Inventory {
        const READS: usize = 10;
        let _work = Work::begin();
        // What reading opens is nobody's.
        let _aside = sys::fds::untracked();
        let mut present = self.present(phase, so_far);
        let mut held_up = HeldUp::since_now(self.scope, TURN);
        let mut reads = 1;
        while tasks::HAS_TASK_HOOKS && (present.unnamed > 0 || present.phantoms > 0) {
            if reads >= READS && !held_up.is_any() {
                break;
            }
            reads += 1;
            std::thread::sleep(Duration::from_millis(1));
            let next = self.present(phase, so_far);
            present = Inventory {
                unnamed: present.unnamed.min(next.unnamed),
                phantoms: present.phantoms.min(next.phantoms),
                ..next
            };
        }
        self.with_sets(&mut present, phase);
        self.read(&mut present);
        // Tasks that were left behind take what they have along when their runtime ends.
        if present.has_tasks() && !self.others_count(phase) {
            self.with_all_others(&mut present);
        }
        self.describe(&mut present, so_far);
        present
    }

    /// Finds out what things of other kinds are, who holds them, and whether they are the test's at all.
    pub(super) fn describe(&self, present: &mut Inventory, so_far: &Evidence) {
        sources::describe(&mut present.resources);
        self.attribute(present, so_far);
    }

    /// Whether it watches a runtime, and whose.
    pub(super) fn watching(&self) -> Watching {
        match &self.runtime {
            None => Watching::Nothing,
            Some(WatchedRuntime { token: None, .. }) => Watching::Another,
            Some(WatchedRuntime {
                token: Some(token), ..
            }) => Watching::Own(token.get()),
        }
    }

    /// The same for what was described before.
    pub(super) fn attribute(&self, present: &mut Inventory, so_far: &Evidence) {
        charge(&mut present.resources, self.watching());
        self.keep_descriptors_of_tests(present);
        let found = &so_far.found.resources;
        findings::name_holders(&mut present.resources, &present.lists, found);
    }

    /// Reads what is known by number or existence only: the lists of tasks, where they are suspended, and which they are if
    /// no hook has told; and the timers.
    pub(super) fn read(&self, present: &mut Inventory) {
        if present.is_armed {
            self.with_timers(present);
        }
        if present.has_tasks() {
            self.read_tasks(present);
        }
        self.read_closures(present);
    }

    fn read_tasks(&self, present: &mut Inventory) {
        let (own, others) = self.read_lists();
        match self.runtime.as_ref().zip(own) {
            Some((runtime, Ok(list))) => {
                self.identify_on(runtime, &list, present);
                present.lists.push(Arc::new(list));
            }
            Some((_, Err(error))) => present.unread = Some(error.to_string()),
            None => {}
        }
        present.lists.extend(others.into_iter().map(Arc::new));
        present.place_tasks();
    }

    /// The tasks of its runtime and of others, as far as they can be read.
    pub(super) fn lists(&self) -> Vec<TaskList> {
        let (own, others) = self.read_lists();
        own.and_then(Result::ok).into_iter().chain(others).collect()
    }

    /// The list of its runtime and those of others. Read again while one is not whole or not of one moment, and the system
    /// keeps a worker from coming to rest: nothing would be proven by it.
    fn read_lists(&self) -> (Option<Result<TaskList, Error>>, Vec<TaskList>) {
        let read = || {
            let own = self.runtime.as_ref();
            let mut own = own.map(|runtime| (runtime, tasks::read(&runtime.handle)));
            let others = tasks::read_foreign((self.sets == Sets::All).then_some(self.scope));
            if let Some((runtime, Ok(list))) = &mut own
                && !others.is_empty()
            {
                list.confirm(&runtime.handle);
            }
            (own.map(|(_, list)| list), others)
        };
        let is_at_rest = |list: &TaskList| list.gap().is_none() && list.is_of_one_moment();
        let mut held_up = HeldUp::since_now(self.scope, TURN);
        let start = Instant::now();
        loop {
            let (own, others) = read();
            let own_rests = own.iter().flatten().all(is_at_rest);
            if own_rests && others.iter().all(is_at_rest)
                || start.elapsed() > OVERLOAD
                || !held_up.is_any()
            {
                return (own, others);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Finds out which the tasks are that were only counted at first and are still there, and no more than that.
    pub(super) fn identify_some_of(&self, first: &mut Inventory, now: &Inventory) {
        if let Some(runtime) = &self.runtime
            && first.unnamed > 0
            && now.unnamed > 0
            && !tasks::HAS_TASK_HOOKS
            && let Ok(list) = tasks::outline(&runtime.handle)
        {
            let counted = first.unnamed;
            let known = first.resources.len();
            self.identify_on(runtime, &list, first);
            let identified = first.resources.len() - known;
            first.unnamed = counted.saturating_sub(identified);
        }
    }

    fn identify_on(&self, runtime: &WatchedRuntime, list: &TaskList, present: &mut Inventory) {
        present.unread = list.gap().map(ToOwned::to_owned);
        if tasks::HAS_TASK_HOOKS || present.unread.is_some() {
            return;
        }
        if let Some(new) = runtime.new_on(list, self.scope) {
            let known = present.ids();
            let mut new = self.new_of(new);
            new.retain(|task| !known.contains(&task.id));
            present.add(new);
            present.unnamed = 0;
        }
    }

    pub(super) fn present(&self, phase: Phase, so_far: &Evidence) -> Inventory {
        if phase != Phase::Stopped && self.is_clean_now() {
            return Inventory::default();
        }
        let _work = Work::begin();
        let mut present = Inventory::default();
        if phase != Phase::Stopped && self.options.wants(Kind::Task) {
            let listed = if self.scope.counters().tasks() > 0 || tasks::may_be_elsewhere(self.scope)
            {
                tasks::list(Some(self.scope))
            } else {
                Vec::new()
            };
            present.resources = self.new_of(listed);
            if let Some(runtime) = &self.runtime {
                let new = runtime.new_tasks(self.scope);
                if !tasks::HAS_TASK_HOOKS {
                    present.unnamed = new;
                } else if new > 0 || !present.resources.is_empty() {
                    present.compare(runtime);
                }
            }
        }
        present.is_armed = phase == Phase::Running && self.armed() == Armed::Some;
        self.with_threads(&mut present, phase, so_far);
        if phase == Phase::Running {
            self.with_closures(&mut present);
        }
        self.with_others(&mut present, self.others(phase));
        // Where there is something in any case, nobody need look.
        if present.is_empty() {
            self.with_sets(&mut present, phase);
        }
        // What was found before stays found: nothing is gained by waiting for it again. What is new was made by the stop.
        if phase == Phase::Stopped {
            let found: HashSet<ResourceId> = so_far.found.ids().into_iter().collect();
            present.resources.retain(|resource| {
                self.was_before_stop(resource, so_far) && !found.contains(&resource.id)
            });
        }
        present
    }

    fn was_before_stop(&self, resource: &Resource, so_far: &Evidence) -> bool {
        let runtime = self.runtime.as_ref();
        runtime.is_some_and(|runtime| runtime.is_worker(resource))
            || so_far.before_stop.contains(&resource.id)
    }

    /// Adds the tasks of sets.
    fn with_sets(&self, present: &mut Inventory, phase: Phase) {
        if phase != Phase::Stopped && self.sets == Sets::All && self.options.wants(Kind::Task) {
            let known = present.ids();
            let listed = tasks::sets::list(self.scope).unwrap_or_default();
            let mut new = self.new_of(listed);
            new.retain(|task| !known.contains(&task.id));
            present.add(new);
        }
    }

    /// Adds all of them, whatever the phase.
    pub(super) fn with_all_others(&self, present: &mut Inventory) {
        present
            .resources
            .retain(|resource| !sources::is_other(resource));
        if self.scope.counters().others() > 0 {
            self.with_others(present, sources::others(Some(self.scope)));
        }
    }

    /// Adds those that are new, apart from child processes that serve a static.
    pub(super) fn with_others(&self, present: &mut Inventory, others: Vec<Resource>) {
        self.add_new(present, others, |other| other.kind() == Kind::Process);
    }

    /// Adds those that are new; apart those that serve a static, of a kind of which that is told.
    fn add_new(
        &self,
        present: &mut Inventory,
        listed: Vec<Resource>,
        is_told: impl Fn(&Resource) -> bool,
    ) {
        let new = self.new_of(listed);
        let (of_statics, others): (Vec<_>, Vec<_>) = new
            .into_iter()
            .partition(|new| is_told(new) && self.serves_a_static(new));
        present
            .of_statics
            .extend(of_statics.iter().map(|one| one.id));
        present.resources.extend(others);
    }

    fn with_timers(&self, present: &mut Inventory) {
        present.is_armed = false;
        let runtime = self.runtime.as_ref();
        if let Some(timers) = runtime.and_then(|runtime| runtime.timers.as_ref()) {
            let timers = self.new_of(timers.list(self.scope));
            present.resources.extend(timers);
        }
    }

    fn with_threads(&self, present: &mut Inventory, phase: Phase, so_far: &Evidence) {
        if self.scope.counters().threads() > 0 {
            let threads = sources::threads::list(Some(self.scope));
            let mut threads: Vec<Resource> = threads
                .into_iter()
                .filter(|thread| self.counts(thread, phase, so_far))
                .collect();
            if let Some(runtime) = &self.runtime {
                for thread in &mut threads {
                    runtime.adopt(thread);
                }
            }
            self.add_new(present, threads, |_| phase != Phase::Hung);
        }
    }

    /// Whether it is known without reading anything that a built-in rule accepts it, and that no other could.
    fn serves_a_static(&self, resource: &Resource) -> bool {
        let own = self.runtime.as_ref().and_then(WatchedRuntime::token);
        let serves = match resource.detail.relation(own) {
            RuntimeRelation::Member => false,
            RuntimeRelation::Child => process_lifetime::serves_a_static(resource.origin),
            RuntimeRelation::None => {
                creation_stack::line(resource.origin).any(process_lifetime::serves_a_static)
            }
        };
        serves && self.goes_by_built_in_rules()
    }

    /// Whether a thread counts as left behind in this phase.
    fn counts(&self, thread: &Resource, phase: Phase, so_far: &Evidence) -> bool {
        let Some(runtime) = &self.runtime else {
            return true;
        };
        match phase {
            Phase::Running => !runtime.owns(thread),
            Phase::Hung => !runtime.is_worker(thread),
            // Where a task was found, a worker that cannot end is the one that runs it. Where none was, whatever was
            // started for a worker serves as a pool thread by now, and a blocking closure holds it.
            // Where such a closure was found, and not its thread, this is that.
            Phase::Stopped if so_far.found.has_closures() && runtime.owns(thread) => false,
            Phase::Stopped => !runtime.is_worker(thread) || !so_far.found.has_tasks(),
        }
    }
}
