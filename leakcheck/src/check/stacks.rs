//! Where the threads are that are left: looked at once it is settled that they are.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use leakcheck_introspect::State;

use super::{evidence::Evidence, view::View};
use crate::{
    base::model::{Detail, Kind, Leak, Remark, Resource, ResourceId, StacksUnread, ThreadActivity},
    check::findings,
    observe::sources::{self, blocking, stacks},
    settings::{env::Stacks, ignore},
};

impl View {
    /// Asks the threads that would be reported what they are activity, and those that a rule may accept for that.
    pub(super) fn take_stacks(&self, evidence: &mut Evidence) {
        if self.env.stacks == Stacks::Off || stacks::unavailable().is_some() {
            return;
        }
        self.ask_workers(evidence);
        self.ask_pools(evidence);
        let is_new = |detail: &Detail| matches!(detail, Detail::Thread { activity: None, .. });
        let has_new = evidence
            .found
            .resources
            .iter()
            .any(|found| is_new(&found.detail));
        if !has_new {
            return;
        }
        let left = self.suspects(evidence);
        let may_accept_more = ignore::any_needs_states(self.options.rules());
        let is_wanted = |found: &Resource| {
            is_new(&found.detail) && (may_accept_more || left.contains(&found.id))
        };
        let threads = evidence.found.resources.iter_mut();
        stacks::take(threads.filter(|found| is_wanted(found)));
        self.name_closures(&left, evidence);
        let package_dir = self.whom.package_dir();
        for found in &mut evidence.found.resources {
            if let Detail::Thread {
                activity: Some(activity),
                place,
                ..
            } = &mut found.detail
            {
                *place = findings::thread_place(activity, package_dir.as_deref());
            }
        }
    }

    /// Asks the workers of its own runtime which of the tasks that are left they run, and where those block them. One that goes
    /// on running says nothing by where it is at some moment.
    fn ask_workers(&self, evidence: &mut Evidence) {
        let runtime = self.runtime.as_ref().filter(|runtime| runtime.is_own());
        let Some(runtime) = runtime.filter(|runtime| runtime.workers() > 0) else {
            return;
        };
        let is_run = |id: u64| {
            let task = evidence.found.lists.iter().find_map(|list| list.find(id));
            task.is_some_and(|task| task.state() == State::Running)
        };
        let is_new = |found: &&Resource| match (found.id, &found.detail) {
            (ResourceId::Task(id), Detail::Task { activity: None, .. }) => is_run(id),
            _ => false,
        };
        let is_task = |leak: &Leak| leak.kind == Kind::Task;
        // Nobody is interrupted for what a rule accepts.
        if !evidence.found.resources.iter().any(|found| is_new(&found))
            || !self.sorted(&evidence.found).leaks.iter().any(is_task)
        {
            return;
        }
        let mut workers = sources::threads::list(Some(self.scope));
        workers.retain(|thread| runtime.owns(thread));
        stacks::take(workers.iter_mut());
        let package_dir = self.whom.package_dir();
        let told = workers
            .into_iter()
            .filter_map(|worker| match worker.detail {
                Detail::Thread {
                    activity: Some(activity),
                    ..
                } => Some((activity.task?, activity)),
                _ => None,
            });
        let blocked: HashMap<u64, Arc<ThreadActivity>> = told
            .filter(|(_, activity)| findings::is_blocked(activity))
            .collect();
        for found in &mut evidence.found.resources {
            if let (
                ResourceId::Task(id),
                Detail::Task {
                    activity, place, ..
                },
            ) = (found.id, &mut found.detail)
                && let Some(told) = blocked.get(&id)
            {
                *place = findings::thread_place(told, package_dir.as_deref());
                *activity = Some(Arc::clone(told));
            }
        }
    }

    /// Replaces threads that are held by a closure of `spawn_blocking` by that, where it is certain which one it is.
    fn name_closures(&self, left: &HashSet<ResourceId>, evidence: &mut Evidence) {
        let package_dir = self.whom.package_dir();
        let lists: Vec<_> = evidence.found.lists.iter().map(Arc::as_ref).collect();
        for found in &mut evidence.found.resources {
            if let Detail::Thread {
                activity: Some(activity),
                closure: closure @ None,
                ..
            } = &mut found.detail
                && left.contains(&found.id)
                && let Some(task) = activity.task
                && let Some(handed) = findings::Handed::of(activity, package_dir.as_deref())
                && let Some((made, running)) = blocking::find(task, self.scope, &lists)
            {
                let name = handed.name(running.origin, running.is_closure);
                *closure = Some(name.unwrap_or_default().into());
                found.origin = running.origin;
                found.age_ms = made.resource().age_ms;
            }
        }
    }

    /// The threads that no rule accepts for what they are.
    fn suspects(&self, evidence: &Evidence) -> HashSet<ResourceId> {
        let threads = |leak: &Leak| leak.threads.clone();
        let left = self.sorted(&evidence.found).leaks;
        left.iter()
            .flat_map(threads)
            .map(ResourceId::Thread)
            .collect()
    }

    /// What to say of rules that could not be applied to some of these.
    pub(super) fn unapplied_rules(&self, leaks: &[Leak]) -> Option<Remark> {
        let is_unread =
            |leak: &Leak| leak.kind != Kind::Task && leak.waits_in().is_none_or(<[_]>::is_empty);
        if !leaks.iter().any(is_unread) || !ignore::any_needs_states(self.options.rules()) {
            return None;
        }
        let why = match (self.env.stacks, stacks::unavailable()) {
            (Stacks::Off, _) => StacksUnread::SwitchedOff,
            (Stacks::On, Some(why)) => StacksUnread::Unavailable(why),
            (Stacks::On, None) => StacksUnread::NotTaken,
        };
        Some(Remark::RulesNotApplied(why))
    }
}
