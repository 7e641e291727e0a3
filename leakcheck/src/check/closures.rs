//! Closures that were handed to a pool: work of the test, whoever runs it and whatever becomes of the runtime.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Check, GRACE, present::Present};
use crate::{
    base::model::{Activity, Detail, Doing, Keeper, Kind, Resource, ResourceId},
    check::{findings, wait},
    observe::sources::{
        self,
        blocking::{self, Handed, Running},
        fds, lasting, stacks, timers,
    },
    sys::creation_stack,
};

impl Check {
    /// What was handed to pools and has not ended, as far as can be told without debug info.
    fn handed(&self) -> Vec<Handed> {
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
                && creation_stack::line(path).any(lasting::serves_a_static)
        };
        handed.retain(|handed| !self.baseline.has(handed.id()) && !is_of_a_static(handed.origin()));
        if let Some(own) = own {
            own.leave_work(&mut handed);
        }
        handed
    }

    /// Whether there is any; the check's own runtime has a thread for each, which is counted.
    pub(super) fn has_closures(&self) -> bool {
        let is_own = self.runtime.as_ref().is_some_and(super::Watched::is_own);
        !is_own && !self.handed().is_empty()
    }

    /// Whether one of them has not begun.
    pub(super) fn has_closures_to_begin(&self) -> bool {
        self.handed().iter().any(|handed| !handed.has_begun())
    }

    /// Adds them, those that have not begun as well: they are about to.
    pub(super) fn with_closures(&self, present: &mut Present) {
        let handed = self.handed();
        if !handed.is_empty() {
            let closures = handed.iter().map(Handed::resource).collect();
            present.resources.extend(self.new_of(closures));
        }
    }

    /// Leaves those that a thread runs. Where that cannot be read, those that have begun.
    pub(super) fn read_closures(&self, present: &mut Present) {
        if !present.has_closures() {
            return;
        }
        let handed = blocking::by_id(self.handed());
        let lists: Vec<_> = present.lists.iter().map(Arc::as_ref).collect();
        present.resources.retain_mut(|resource| {
            if !is_closure(resource) {
                return true;
            }
            // Otherwise it has ended meanwhile.
            let Some(handed) = handed.get(&resource.id) else {
                return false;
            };
            match handed.read(&lists) {
                Ok(running) => {
                    resource.origin = running.map_or(0, |running| running.origin);
                    running.is_some()
                }
                Err(_) => handed.has_begun(),
            }
        });
    }

    /// Asks the threads of pools which of the closures that are left they run, and where those are. Nobody is interrupted for
    /// what a rule accepts.
    pub(super) fn ask_pools(&mut self) {
        let left = |leak: &crate::base::model::Leak| leak.kind == Kind::BlockingTask;
        if !self.found.has_closures() || !self.sorted(&self.found).leaks.iter().any(left) {
            return;
        }
        let mut threads = sources::threads::list(Some(self.scope));
        threads.retain(stacks::may_serve_a_pool);
        let package_dir = self.whom.package_dir();
        let package_dir = package_dir.as_deref();
        stacks::take(threads.iter_mut());
        let is_inside = |thread: &&mut Resource| match &thread.detail {
            Detail::Thread {
                runtime: 0,
                doing: Some(doing),
                ..
            } => findings::Handed::of(doing, package_dir).is_some(),
            _ => false,
        };
        stacks::take(threads.iter_mut().filter(is_inside));
        let lists: Vec<_> = self.found.lists.iter().map(Arc::as_ref).collect();
        let handed = blocking::by_id(self.handed());
        let thread_of = |found: &Resource| {
            let running = handed.get(&found.id)?.read(&lists).ok()??;
            let runs = |thread: &&Resource| task_of(thread) == Some(running.task);
            let thread = threads.iter().find(runs)?;
            let known = if self.is_accepted_as_thread(thread) {
                thread.clone()
            } else {
                named(found, thread, running, package_dir)
            };
            Some((found.id, known))
        };
        let closures = self
            .found
            .resources
            .iter()
            .filter(|found| is_closure(found));
        let known: HashMap<ResourceId, Resource> = closures.filter_map(thread_of).collect();
        let run: HashSet<ResourceId> = known.values().map(|known| known.id).collect();
        self.told.extend(known.keys());
        // Each is there once, as what it was found to be.
        let resources = &mut self.found.resources;
        resources.retain(|found| !run.contains(&found.id) && !known.contains_key(&found.id));
        resources.extend(known.into_values());
        resources.sort_by_key(|found| found.id);
        // A thread that runs one drives no runtime, though it may keep open what one has waited on.
        let threads = resources
            .iter()
            .filter(|found| found.kind() == Kind::Thread);
        let threads: Vec<u32> = threads.map(|thread| thread.origin).collect();
        resources.retain(|found| {
            found.kind() != Kind::Runtime || fds::is_driven(found.origin, &threads)
        });
    }

    /// Whether a rule of the test's accepts the thread: those on threads have always been about what runs closures as well.
    fn is_accepted_as_thread(&self, thread: &Resource) -> bool {
        let present = Present {
            resources: vec![thread.clone()],
            ..Present::default()
        };
        let sorted = self.sorted(&present);
        sorted.ignored.iter().any(|ignored| !ignored.built_in)
    }

    /// Leaves out descriptors that are closed when the runtime has ended, and that no task is known to have had: they were those
    /// of a closure that was found before.
    pub(crate) fn fold_descriptors(&mut self) {
        let is_blocking = |found: &Resource| found.kind() == Kind::BlockingTask;
        let is_free = |found: &&Resource| match &found.detail {
            Detail::Other(thing) => {
                found.kind() == Kind::Fd && thing.held.iter().all(Keeper::is_blocked)
            }
            _ => false,
        };
        let resources = &mut self.found.resources;
        let free = resources.iter().filter(is_free).map(|found| found.id);
        let mut closed: HashSet<ResourceId> = free.collect();
        if closed.is_empty() || !resources.iter().any(is_blocking) {
            return;
        }
        let open = || sources::others(Some(self.scope));
        // A runtime of one thread tells those that wait for descriptors last, and waits for none of them.
        wait::blocking(self.scope, GRACE, |_| {
            open().iter().any(|open| closed.contains(&open.id))
        });
        for open in open() {
            closed.remove(&open.id);
        }
        resources.retain(|found| !closed.contains(&found.id));
    }
}

impl Present {
    /// Whether there are any whose thread is not known.
    pub(super) fn has_closures(&self) -> bool {
        self.resources.iter().any(is_closure)
    }

    /// Leaves out timers of the runtime where a closure or thread was found that blocks on one: they are its own, and no task
    /// has them.
    pub(super) fn fold_timers(&mut self) {
        let has_timers = |found: &Resource| match &found.detail {
            Detail::Thread {
                doing: Some(doing), ..
            } => findings::blocks_on_a_handle(doing) || may_block_on_a_handle(doing),
            // Nobody knows what it does.
            Detail::Thread { closure, .. } => closure.is_some(),
            _ => false,
        };
        if self.resources.iter().any(has_timers) {
            self.resources.retain(|found| !timers::is_of_tokio(found));
        }
    }
}

/// Whether a thread whose stack is not known waits in a call in which one waits that blocks on a runtime.
fn may_block_on_a_handle(doing: &Doing) -> bool {
    let waits = matches!(
        doing.activity,
        Activity::Call {
            name: Some("futex" | "epoll_wait"),
            ..
        }
    );
    waits && doing.unread.is_some()
}

/// Whether it is one of those, and not known by its thread.
fn is_closure(resource: &Resource) -> bool {
    matches!(resource.id, ResourceId::Other(Kind::BlockingTask, _))
}

/// A closure by the thread that runs it.
fn named(
    closure: &Resource,
    thread: &Resource,
    running: Running,
    package_dir: Option<&str>,
) -> Resource {
    let mut detail = thread.detail.clone();
    if let Detail::Thread {
        doing: Some(doing),
        closure,
        place,
        ..
    } = &mut detail
    {
        let handed = findings::Handed::of(doing, package_dir);
        let name = handed.and_then(|handed| handed.name(running.origin, running.is_closure));
        *closure = Some(name.unwrap_or_default().into());
        *place = findings::thread_place(doing, package_dir);
    }
    Resource {
        id: thread.id,
        detail,
        ..closure.clone()
    }
}

fn task_of(thread: &Resource) -> Option<u64> {
    match &thread.detail {
        Detail::Thread {
            doing: Some(doing), ..
        } => doing.task,
        _ => None,
    }
}
