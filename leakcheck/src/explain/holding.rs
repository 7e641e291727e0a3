//! Who holds a descriptor.

use std::sync::Arc;

use leakcheck_introspect::{Certainty, Class, Hold, Task, TaskList};

use crate::model::{Detail, Kind, Resource, ResourceId, Thing};

/// How a sentence on a certain holder begins.
pub(super) const BY_A_TASK: &str = "it is held by task ";

/// Adds to each descriptor which task holds it, or which thread that still runs has opened it, as far as that is known.
pub(crate) fn name_holders(resources: &mut [Resource], lists: &[Arc<TaskList>]) {
    let threads: Vec<(u64, Option<String>)> = resources
        .iter()
        .filter_map(|resource| match (resource.id, &resource.detail) {
            (ResourceId::Thread(number), Detail::Thread { name, .. }) => {
                Some((number, name.clone()))
            }
            _ => None,
        })
        .collect();
    for resource in resources
        .iter_mut()
        .filter(|resource| resource.kind() == Kind::Fd)
    {
        if let Detail::Other(thing) = &mut resource.detail {
            thing.held = held_by(thing, lists).or_else(|| opened_by(thing, &threads));
        }
    }
}

fn held_by(thing: &Thing, lists: &[Arc<TaskList>]) -> Option<String> {
    let number = thing.number?;
    let is_meant = |hold: &&Hold| {
        hold.object().class() == Class::Descriptor && hold.object().address() == number
    };
    let holds = |task: &Task, certainty: Certainty| {
        let hold = task
            .holds()
            .iter()
            .filter(is_meant)
            .find(|hold| hold.certainty() == certainty)?;
        Some((task.id(), task.future().to_owned(), hold.local().to_owned()))
    };
    let tasks = || lists.iter().flat_map(|list| list.tasks());
    let certain = tasks().find_map(|task| holds(task, Certainty::Certain));
    let (certainty, (id, name, local)) = match certain {
        Some(holder) => (Certainty::Certain, holder),
        None => (
            Certainty::Possible,
            tasks().find_map(|task| holds(task, Certainty::Possible))?,
        ),
    };
    let local = if local.is_empty() {
        String::new()
    } else {
        format!(" in `{local}`")
    };
    Some(match certainty {
        Certainty::Certain => format!("{BY_A_TASK}{id} `{name}`{local}"),
        Certainty::Possible => format!("it is perhaps held by task {id} `{name}`{local}"),
    })
}

fn opened_by(thing: &Thing, threads: &[(u64, Option<String>)]) -> Option<String> {
    let maker = thing.maker?;
    let (_, name) = threads.iter().find(|(number, _)| *number == maker.thread)?;
    Some(match name {
        Some(name) => format!("it was opened by thread \"{name}\", which still runs"),
        None => "it was opened by a thread that still runs".to_owned(),
    })
}
