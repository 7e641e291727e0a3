//! Who keeps a descriptor open.

use std::{collections::HashMap, sync::Arc};

use leakcheck_introspect::{Certainty, Class, Hold, Queued, Statics, Task, TaskList};

use crate::{
    base::model::{
        Detail, Keeper, KernelActivity, Kind, OtherResource, Resource, ResourceId, ThreadActivity,
        Use,
    },
    observe::capture,
};

/// Adds to each descriptor which tasks hold it, or which thread that still runs has opened it, as far as that is known: one of
/// them, or one of those that were found before.
pub(crate) fn name_holders(
    resources: &mut [Resource],
    lists: &[Arc<TaskList>],
    before: &[Resource],
) {
    if !resources.iter().any(is_descriptor) {
        return;
    }
    let threads: HashMap<u64, Option<String>> = resources
        .iter()
        .chain(before)
        .filter_map(|resource| match (resource.id, &resource.detail) {
            (ResourceId::Thread(number), Detail::Thread { name, .. }) => {
                Some((number, name.clone()))
            }
            _ => None,
        })
        .collect();
    let tasks = by_tasks(lists);
    for resource in resources.iter_mut().filter(|found| is_descriptor(found)) {
        if let Detail::Other(thing) = &mut resource.detail {
            let of_tasks = thing.number.and_then(|number| tasks.get(&number));
            thing.held = match of_tasks {
                Some(tasks) => tasks.clone(),
                None => opened_by(thing, &threads).into_iter().collect(),
            };
        }
    }
}

/// Adds the threads that are blocked in a call on a descriptor, once they have told what they do. One that runs a closure of
/// `spawn_blocking` goes by that.
pub(crate) fn name_users(resources: &mut [Resource]) {
    if !resources.iter().any(is_descriptor) {
        return;
    }
    let threads: HashMap<u64, Told> = resources.iter().filter_map(told).collect();
    for resource in resources.iter_mut().filter(|found| is_descriptor(found)) {
        let Detail::Other(thing) = &mut resource.detail else {
            continue;
        };
        for keeper in &mut thing.held {
            if let Keeper::Thread { number, does, .. } = keeper
                && let Some(told) = threads.get(number)
            {
                *keeper = told.keeper(*number, does.clone());
            }
        }
        for (number, told) in &threads {
            if let Some((descriptor, call)) = told.call
                && thing.number == Some(descriptor)
            {
                // What it does with it now says more than that it has opened it.
                let opened = told.keeper(*number, Use::Opened);
                let user = told.keeper(*number, Use::Blocked(call.to_owned()));
                thing
                    .held
                    .retain(|known| *known != opened && *known != user);
                thing.held.push(user);
            }
        }
    }
}

/// What a thread has told.
struct Told {
    name: Option<String>,
    /// The closure that it runs.
    closure: Option<(u64, Option<String>)>,
    /// The descriptor that it is blocked on, and in which call.
    call: Option<(u64, &'static str)>,
}

fn told(resource: &Resource) -> Option<(u64, Told)> {
    let (
        ResourceId::Thread(number),
        Detail::Thread {
            name,
            activity: Some(activity),
            closure,
            ..
        },
    ) = (resource.id, &resource.detail)
    else {
        return None;
    };
    let name_of = |closure: &Arc<str>| (!closure.is_empty()).then(|| closure.to_string());
    let told = Told {
        name: name.clone(),
        closure: activity.task.zip(closure.as_ref().map(name_of)),
        call: call_on(activity),
    };
    Some((number, told))
}

impl Told {
    fn keeper(&self, number: u64, does: Use) -> Keeper {
        match &self.closure {
            Some((id, name)) => Keeper::Closure {
                id: *id,
                name: name.clone(),
                does,
            },
            None => Keeper::Thread {
                number,
                name: self.name.clone(),
                does,
            },
        }
    }
}

/// Whether there is a descriptor that nobody is known to have.
pub(crate) fn lacks_holders(resources: &[Resource]) -> bool {
    let is_free = |resource: &Resource| matches!(&resource.detail, Detail::Other(thing) if thing.held.is_empty());
    resources
        .iter()
        .any(|found| is_descriptor(found) && is_free(found))
}

/// Adds to each descriptor that nobody is known to have which static holds it.
pub(crate) fn name_statics(
    resources: &mut [Resource],
    statics: &Statics,
    package_dir: Option<&str>,
) {
    if !lacks_holders(resources) {
        return;
    }
    let mut all: HashMap<u64, Vec<Keeper>> = HashMap::new();
    for one in statics.list() {
        let certain = one.holds().iter().filter(|hold| {
            hold.object().class() == Class::Descriptor && hold.certainty() == Certainty::Certain
        });
        for hold in certain {
            let place = one.location().map(|at| (at.file(), at.line()));
            let keeper = Keeper::Static {
                name: one.name().into(),
                local: hold.local().into(),
                at: place.map(|place| capture::frame("", Some(place), package_dir)),
            };
            all.entry(hold.object().address()).or_default().push(keeper);
        }
    }
    for resource in resources.iter_mut().filter(|found| is_descriptor(found)) {
        if let Detail::Other(thing) = &mut resource.detail
            && thing.held.is_empty()
            && let Some(by) = thing.number.and_then(|number| all.remove(&number))
        {
            thing.held = by;
        }
    }
}

fn is_descriptor(resource: &Resource) -> bool {
    resource.kind() == Kind::Fd
}

/// All tasks that hold descriptors, by the number of the descriptor: those that certainly do come first.
fn by_tasks(lists: &[Arc<TaskList>]) -> HashMap<u64, Vec<Keeper>> {
    let mut all: HashMap<u64, Vec<Keeper>> = HashMap::new();
    for task in lists.iter().flat_map(|list| list.tasks()) {
        for hold in task.holds() {
            // Whoever has sent it on has it no more.
            let is_sent = hold.queued() == Some(Queued::Sent);
            if hold.object().class() == Class::Descriptor && !is_sent {
                add(all.entry(hold.object().address()).or_default(), task, hold);
            }
        }
    }
    for keepers in all.values_mut() {
        keepers.sort_by_key(|keeper| !keeper.is_certain());
    }
    all
}

/// Adds a task, or to one that is known the variable.
fn add(keepers: &mut Vec<Keeper>, task: &Task, hold: &Hold) {
    let local = (!hold.local().is_empty()).then(|| Arc::from(hold.local()));
    let now = hold.certainty() == Certainty::Certain;
    let found = Keeper::Task {
        id: task.id(),
        name: task.shared_future(),
        locals: local.iter().cloned().collect(),
        is_certain: now,
        owners: hold.owners(),
    };
    let known = keepers
        .iter_mut()
        .find(|known| known.task() == Some(task.id()));
    match known {
        None => keepers.push(found),
        Some(Keeper::Task {
            locals,
            is_certain,
            owners,
            ..
        }) if *is_certain == now => {
            *owners = hold.owners().max(*owners);
            let is_new = |local: &Arc<str>| !locals.contains(local);
            let new = local.filter(is_new);
            locals.extend(new);
        }
        // Where it may be says nothing beside where it is.
        Some(known) if now => *known = found,
        Some(_) => {}
    }
}

fn opened_by(thing: &OtherResource, threads: &HashMap<u64, Option<String>>) -> Option<Keeper> {
    let creator = thing.creator?;
    let name = threads.get(&creator.thread)?;
    Some(Keeper::Thread {
        number: creator.thread,
        name: name.clone(),
        does: Use::Opened,
    })
}

/// The descriptor that a thread is blocked on, and in which call.
fn call_on(activity: &ThreadActivity) -> Option<(u64, &'static str)> {
    match activity.kernel {
        KernelActivity::Call {
            name: Some(name),
            first,
        } if super::blocked::is_of_descriptor(name) => {
            // The kernel shows an `int` as a whole word.
            Some((first & u64::from(u32::MAX), name))
        }
        _ => None,
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests;
