//! What is there now and was not before.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use leakcheck_introspect::{Error, Graph, TaskList};

use super::{Check, Sets, Watched};
use crate::{
    base::{
        model::{Detail, Kind, Resource, ResourceId, Tie},
        sync::Work,
    },
    check::{findings, target::Whom, wait::HeldUp},
    observe::sources::{
        self,
        fds::{Watching, charge},
        lasting, tasks,
        timers::{self, Armed},
    },
    settings::ignore,
    sys::{self, creation_stack},
};

/// What a worker needs of a processor to come to rest.
const TURN: Duration = Duration::from_millis(10);

/// How long that is waited for where the system does not let it.
const OVERLOAD: Duration = Duration::from_secs(30);

/// Which threads are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// While the runtime of the check still runs: its own threads do not count.
    Running,
    /// The same while the body hangs: its pool threads may be what it waits for.
    Hung,
    /// After it was told to stop.
    Stopped,
}

/// What is there now and was not before.
#[derive(Clone, Debug, Default)]
pub(super) struct Present {
    pub(super) resources: Vec<Resource>,
    /// Threads and processes beside those that serve a static, and that no rule of the user's can be about.
    pub(super) of_statics: HashSet<ResourceId>,
    /// Tasks that the runtime counts beyond the listed ones.
    pub(super) unnamed: usize,
    /// Listed tasks beyond what the runtime counts.
    pub(super) phantoms: usize,
    /// Whether timers are armed that were not listed yet.
    pub(super) is_armed: bool,
    /// The lists of its runtime and of others, where they were read.
    pub(super) lists: Vec<Arc<TaskList>>,
    /// Why it was not, or not all of it.
    pub(super) unread: Option<String>,
}

impl Present {
    pub(super) fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.unnamed == 0 && !self.is_armed
    }

    /// Adds what is there as well; a flood of it is moved and not copied.
    pub(super) fn add(&mut self, more: Vec<Resource>) {
        if self.resources.is_empty() {
            self.resources = more;
        } else {
            self.resources.extend(more);
        }
    }

    pub(super) fn has_tasks(&self) -> bool {
        self.unnamed > 0
            || self
                .resources
                .iter()
                .any(|resource| resource.kind() == Kind::Task)
    }

    /// Whether all of it is tasks that were proven to wait for ever.
    pub(super) fn is_stuck(&self) -> bool {
        let graph = Graph::new(self.lists.iter().map(Arc::as_ref));
        let find = |id| self.lists.iter().find_map(|list| list.find(id));
        self.unread.is_none()
            && self.unnamed == 0
            && !self.resources.is_empty()
            && self.resources.iter().all(|resource| match resource.id {
                ResourceId::Task(id) => find(id).is_some_and(|task| graph.is_stuck(task)),
                ResourceId::Thread(_) | ResourceId::Other(..) => false,
            })
    }

    /// Compares what was heard of with what the runtime counts.
    fn compare(&mut self, runtime: &Watched) {
        // Without a token nobody knows which of the listed tasks are this runtime's: rather miss some.
        let named = runtime
            .token
            .map_or(runtime.before + self.resources.len(), tasks::named_on);
        match tasks::unnamed(&runtime.handle, named) {
            tasks::Count::More(unnamed) => self.unnamed = unnamed,
            tasks::Count::Fewer(phantoms) if runtime.token.is_some() => self.phantoms = phantoms,
            tasks::Count::Fewer(_) => {}
        }
    }

    /// Notes what the tasks are, and which of them wait for the same, as the lists say.
    pub(super) fn place_tasks(&mut self) {
        let find = |id| self.lists.iter().find_map(|list| list.find(id));
        let places = findings::Places::of(self.lists.iter().map(Arc::as_ref));
        for resource in &mut self.resources {
            if let (ResourceId::Task(id), Detail::Task { future, place, .. }) =
                (resource.id, &mut resource.detail)
                && let Some(task) = find(id)
            {
                *future = Some(task.shared_future());
                *place = places.of_task(task);
            }
        }
    }

    pub(super) fn ids(&self) -> Vec<ResourceId> {
        self.resources.iter().map(|resource| resource.id).collect()
    }
}

impl Check {
    /// What is there, read again while the two ways of counting disagree: a task that is just starting or ending is
    /// seen by one before the other.
    pub(super) fn steady(&self, phase: Phase) -> Present {
        const READS: usize = 10;
        let _work = Work::begin();
        // What reading opens is nobody's.
        let _untracked = sys::fds::untracked();
        let mut present = self.present(phase);
        let mut held_up = HeldUp::since_now(self.scope, TURN);
        let mut reads = 1;
        while tasks::ARE_HEARD && (present.unnamed > 0 || present.phantoms > 0) {
            if reads >= READS && !held_up.is_any() {
                break;
            }
            reads += 1;
            std::thread::sleep(Duration::from_millis(1));
            let next = self.present(phase);
            present = Present {
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
        self.describe(&mut present);
        present
    }

    /// Finds out what things of other kinds are, who holds them, and whether they are the test's at all.
    pub(super) fn describe(&self, present: &mut Present) {
        sources::describe(&mut present.resources);
        self.attribute(present);
    }

    /// The same for what was described before.
    pub(super) fn attribute(&self, present: &mut Present) {
        let watching = match &self.runtime {
            None => Watching::Nothing,
            Some(Watched { token: None, .. }) => Watching::Another,
            Some(Watched {
                token: Some(token), ..
            }) => Watching::Own(token.get()),
        };
        charge(&mut present.resources, watching);
        self.keep_descriptors_of_tests(present);
        let found = &self.found.resources;
        findings::name_holders(&mut present.resources, &present.lists, found);
    }

    /// Reads what is known by number or existence only: the lists of tasks, where they are suspended, and which they are if
    /// no hook has told; and the timers.
    pub(super) fn read(&self, present: &mut Present) {
        if present.is_armed {
            self.with_timers(present);
        }
        if present.has_tasks() {
            self.read_tasks(present);
        }
        self.read_closures(present);
    }

    fn read_tasks(&self, present: &mut Present) {
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
    pub(super) fn identify_some_of(&self, first: &mut Present, now: &Present) {
        if let Some(runtime) = &self.runtime
            && first.unnamed > 0
            && now.unnamed > 0
            && !tasks::ARE_HEARD
            && let Ok(list) = tasks::outline(&runtime.handle)
        {
            let counted = first.unnamed;
            let known = first.resources.len();
            self.identify_on(runtime, &list, first);
            let identified = first.resources.len() - known;
            first.unnamed = counted.saturating_sub(identified);
        }
    }

    fn identify_on(&self, runtime: &Watched, list: &TaskList, present: &mut Present) {
        present.unread = list.gap().map(ToOwned::to_owned);
        if tasks::ARE_HEARD || present.unread.is_some() {
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

    /// Whether a task is there that no identity can excuse; tells without listing.
    pub(super) fn has_new_tasks(&self) -> bool {
        self.options.wants(Kind::Task)
            && self.baseline.is_empty()
            && self
                .options
                .rules()
                .iter()
                .all(|rule| rule.identities().is_none())
            && self.scope.counters().tasks() > 0
    }

    pub(super) fn present(&self, phase: Phase) -> Present {
        if phase != Phase::Stopped && self.is_clean_now() {
            return Present::default();
        }
        let _work = Work::begin();
        let mut present = Present::default();
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
                if !tasks::ARE_HEARD {
                    present.unnamed = new;
                } else if new > 0 || !present.resources.is_empty() {
                    present.compare(runtime);
                }
            }
        }
        present.is_armed = phase == Phase::Running && self.armed() == Armed::Some;
        self.with_threads(&mut present, phase);
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
            let found: HashSet<ResourceId> = self.found.ids().into_iter().collect();
            present
                .resources
                .retain(|resource| self.was_before_stop(resource) && !found.contains(&resource.id));
        }
        present
    }

    fn was_before_stop(&self, resource: &Resource) -> bool {
        let runtime = self.runtime.as_ref();
        runtime.is_some_and(|runtime| runtime.is_worker(resource))
            || self.before_stop.contains(&resource.id)
    }

    /// Adds the tasks of sets.
    fn with_sets(&self, present: &mut Present, phase: Phase) {
        if phase != Phase::Stopped && self.sets == Sets::All && self.options.wants(Kind::Task) {
            let known = present.ids();
            let listed = tasks::sets::list(self.scope).unwrap_or_default();
            let mut new = self.new_of(listed);
            new.retain(|task| !known.contains(&task.id));
            present.add(new);
        }
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

    /// Adds all of them, whatever the phase.
    pub(super) fn with_all_others(&self, present: &mut Present) {
        present
            .resources
            .retain(|resource| !sources::is_other(resource));
        if self.scope.counters().others() > 0 {
            self.with_others(present, sources::others(Some(self.scope)));
        }
    }

    fn with_others(&self, present: &mut Present, others: Vec<Resource>) {
        self.add_new(present, others, |other| other.kind() == Kind::Process);
    }

    /// Those that were not there before and that this check is about.
    pub(super) fn new_of(&self, listed: Vec<Resource>) -> Vec<Resource> {
        let mut new = self.baseline.since(listed);
        new.retain(|resource| self.options.concern(resource));
        new
    }

    /// Adds those that are new; apart those that serve a static, of a kind of which that is told.
    fn add_new(
        &self,
        present: &mut Present,
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

    /// Whether timers are armed on the check's own runtime, which must still run: they are gone with it.
    pub(super) fn armed(&self) -> Armed {
        let runtime = self.runtime.as_ref();
        let timers = runtime.and_then(|runtime| runtime.timers.as_ref());
        timers.map_or(Armed::None, timers::Driver::armed)
    }

    fn with_timers(&self, present: &mut Present) {
        present.is_armed = false;
        let runtime = self.runtime.as_ref();
        if let Some(timers) = runtime.and_then(|runtime| runtime.timers.as_ref()) {
            let timers = self.new_of(timers.list(self.scope));
            present.resources.extend(timers);
        }
    }

    fn with_threads(&self, present: &mut Present, phase: Phase) {
        if self.scope.counters().threads() > 0 {
            let threads = sources::threads::list(Some(self.scope));
            let mut threads: Vec<Resource> = threads
                .into_iter()
                .filter(|thread| self.counts(thread, phase))
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
        let own = self.runtime.as_ref().and_then(Watched::token);
        let serves = match resource.detail.tie(own) {
            Tie::Member => false,
            Tie::Child => lasting::serves_a_static(resource.origin),
            Tie::None => creation_stack::line(resource.origin).any(lasting::serves_a_static),
        };
        serves && self.goes_by_built_in_rules()
    }

    /// Whether no rule of the user's is to be asked first, and what is accepted need not be told test by test.
    pub(super) fn goes_by_built_in_rules(&self) -> bool {
        !matches!(self.whom, Whom::Process(..)) && !ignore::are_any(self.options.rules())
    }

    /// Whether a thread counts as left behind in this phase.
    fn counts(&self, thread: &Resource, phase: Phase) -> bool {
        let Some(runtime) = &self.runtime else {
            return true;
        };
        match phase {
            Phase::Running => !runtime.owns(thread),
            Phase::Hung => !runtime.is_worker(thread),
            // Where a task was found, a worker that cannot end is the one that runs it. Where none was, whatever was
            // started for a worker serves as a pool thread by now, and a blocking closure holds it.
            // Where such a closure was found, and not its thread, this is that.
            Phase::Stopped if self.found.has_closures() && runtime.owns(thread) => false,
            Phase::Stopped => !runtime.is_worker(thread) || !self.found.has_tasks(),
        }
    }
}
