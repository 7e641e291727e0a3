//! What is there now and was not before.

use std::{collections::HashSet, sync::Arc};

use leakcheck_introspect::{Graph, TaskList};

use crate::{
    base::model::{Detail, KernelActivity, Kind, Resource, ResourceId, ThreadActivity},
    check::{
        findings::{self, Naps, Others},
        watched_runtime::WatchedRuntime,
    },
    observe::sources::{tasks, timers},
};

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
pub(super) struct Inventory {
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
    /// What its tasks slept at an earlier look.
    pub(super) naps: Naps,
    /// What others than tasks had then, where that was asked.
    pub(super) others: Option<Arc<Others>>,
    /// Why it was not, or not all of it.
    pub(super) unread: Option<String>,
}

impl Inventory {
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
    pub(super) fn compare(&mut self, runtime: &WatchedRuntime) {
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

impl Inventory {
    /// Whether there are any whose thread is not known.
    pub(super) fn has_closures(&self) -> bool {
        self.resources.iter().any(is_closure)
    }

    /// Leaves out timers of the runtime where a closure or thread was found that blocks on one, or a task of a `LocalSet`: they
    /// are its own, and no task has them that the runtime counts.
    pub(super) fn fold_timers(&mut self) {
        let has_timers = |found: &Resource| match &found.detail {
            Detail::Thread {
                activity: Some(activity),
                ..
            } => findings::blocks_on_a_handle(activity) || may_block_on_a_handle(activity),
            // Nobody knows what it does.
            Detail::Thread { closure, .. } => closure.is_some(),
            _ => self.is_on_a_set(found),
        };
        if self.resources.iter().any(has_timers) {
            self.resources.retain(|found| !timers::is_of_tokio(found));
        }
    }
}

impl Inventory {
    /// Whether it is a task of a `LocalSet`, which counts none.
    fn is_on_a_set(&self, found: &Resource) -> bool {
        let ResourceId::Task(id) = found.id else {
            return false;
        };
        let mut sets = self.lists.iter().filter(|list| list.alive().is_none());
        sets.any(|set| set.find(id).is_some())
    }
}

/// Whether a thread whose stack is not known waits in a call in which one waits that blocks on a runtime.
fn may_block_on_a_handle(activity: &ThreadActivity) -> bool {
    let waits = matches!(
        activity.kernel,
        KernelActivity::Call {
            name: Some("futex" | "epoll_wait"),
            ..
        }
    );
    waits && activity.unread.is_some()
}

/// Whether it is one of those, and not known by its thread.
pub(super) fn is_closure(resource: &Resource) -> bool {
    matches!(resource.id, ResourceId::Other(Kind::BlockingTask, _))
}
