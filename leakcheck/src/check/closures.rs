//! Closures that were handed to a pool: work of the test, whoever runs it and whatever becomes of the runtime.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    evidence::Evidence,
    inventory::{Inventory, is_closure},
    view::View,
};
use crate::{
    base::model::{Detail, Kind, Resource, ResourceId},
    check::findings,
    observe::sources::{
        self,
        blocking::{self, Handed, Running},
        fds, stacks,
    },
};

impl View {
    /// Adds them, those that have not begun as well: they are about to.
    pub(super) fn with_closures(&self, present: &mut Inventory) {
        let handed = self.handed();
        if !handed.is_empty() {
            let closures = handed.iter().map(Handed::resource).collect();
            present.resources.extend(self.new_of(closures));
        }
    }

    /// Leaves those that a thread runs. Where that cannot be read, those that have begun.
    pub(super) fn read_closures(&self, present: &mut Inventory) {
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
    pub(super) fn ask_pools(&self, evidence: &mut Evidence) {
        let left = |leak: &crate::base::model::Leak| leak.kind == Kind::BlockingTask;
        if !evidence.found.has_closures() || !self.sorted(&evidence.found).leaks.iter().any(left) {
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
                activity: Some(activity),
                ..
            } => findings::Handed::of(activity, package_dir).is_some(),
            _ => false,
        };
        stacks::take(threads.iter_mut().filter(is_inside));
        let lists: Vec<_> = evidence.found.lists.iter().map(Arc::as_ref).collect();
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
        let closures = evidence
            .found
            .resources
            .iter()
            .filter(|found| is_closure(found));
        let known: HashMap<ResourceId, Resource> = closures.filter_map(thread_of).collect();
        let run: HashSet<ResourceId> = known.values().map(|known| known.id).collect();
        evidence.told.extend(known.keys());
        // Each is there once, as what it was found to be.
        let resources = &mut evidence.found.resources;
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
        let present = Inventory {
            resources: vec![thread.clone()],
            ..Inventory::default()
        };
        let sorted = self.sorted(&present);
        sorted.ignored.iter().any(|ignored| !ignored.built_in)
    }
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
        activity: Some(activity),
        closure,
        place,
        ..
    } = &mut detail
    {
        let handed = findings::Handed::of(activity, package_dir);
        let name = handed.and_then(|handed| handed.name(running.origin, running.is_closure));
        *closure = Some(name.unwrap_or_default().into());
        *place = findings::thread_place(activity, package_dir);
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
            activity: Some(activity),
            ..
        } => activity.task,
        _ => None,
    }
}
