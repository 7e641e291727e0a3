//! Where live things are found, one file per kind. Sources list; they do not judge.

pub(crate) mod blocking;
pub(crate) mod custom;
pub(crate) mod fds;
pub(crate) mod heap;
pub(crate) mod named;
pub(crate) mod panics;
pub(crate) mod process_lifetime;
pub(crate) mod process_trees;
pub(crate) mod processes;
mod seen;
mod source;
pub(crate) mod stacks;
pub(crate) mod tasks;
pub(crate) mod temp_files;
pub(crate) mod threads;
pub(crate) mod timers;

use std::collections::HashSet;

use crate::{
    base::model::{Detail, Kind, Resource, ResourceId},
    observe::scope::ScopeId,
};

use source::Source;

/// All kinds of things besides tasks and threads.
static OTHERS: [Source; 4] = [
    fds::SOURCE,
    processes::SOURCE,
    timers::posix::SOURCE,
    custom::SOURCE,
];

/// The source of a kind, if there is one besides those of tasks and threads.
pub(crate) fn other(kind: Kind) -> Option<&'static Source> {
    OTHERS.iter().find(|source| source.kind == kind)
}

/// Whether one of the sources lists it. The timers of tokio are the runtime's to tell.
pub(crate) fn is_other(resource: &Resource) -> bool {
    other(resource.kind()).is_some() && !timers::is_of_tokio(resource)
}

/// Live things of all other kinds.
pub(crate) fn others(scope: Option<ScopeId>) -> Vec<Resource> {
    let lists = OTHERS.iter().map(|source| (source.list)(scope));
    lists.flatten().collect()
}

/// Those of them that no end of a runtime takes along: child processes.
pub(crate) fn independent(scope: ScopeId) -> Vec<Resource> {
    processes::list(Some(scope))
}

/// Finds out what they are.
pub(crate) fn describe(resources: &mut [Resource]) {
    for resource in resources.iter_mut().filter(|resource| is_other(resource)) {
        if let (ResourceId::Other(kind, id), Detail::Other(thing)) =
            (resource.id, &mut resource.detail)
            && let Some(source) = other(kind)
        {
            (source.describe)(id, thing);
        }
    }
}

/// Identities of everything that is alive in the process, whoever made it.
pub(crate) fn everything() -> HashSet<ResourceId> {
    let all = [tasks::list(None), threads::list(None), others(None)];
    all.iter().flatten().map(|resource| resource.id).collect()
}
