//! Tokio tasks: by the runtime's hooks where `--cfg tokio_unstable` is on, by its own list where it is not.
//!
//! Both twins have the same face: `instrument` a builder, `list` what is known already, `new_on` what a runtime's list
//! adds to that, `coverage` in words. What a runtime counts beyond the known ones is [`unnamed`].

#[cfg(tokio_unstable)]
mod hooks;
mod instrumented;
#[cfg(not(tokio_unstable))]
mod listed;
mod local;
mod number;
pub(crate) mod planted;
mod pruned_list;
pub(crate) mod sets;
mod token;

#[cfg(tokio_unstable)]
use hooks as twin;
#[cfg(not(tokio_unstable))]
use listed as twin;

pub(crate) use local::{list_local, watch_local};
pub(crate) use number::{current, number};
pub(crate) use token::Token;
pub(crate) use twin::{
    HAS_TASK_HOOKS, Watch, all_on, count_alive, instrument, look, named_on, new_on, watch,
};

use leakcheck_introspect::{Error, Task, TaskList};
use tokio::runtime::{Builder, Handle};

use super::{named, seen};
use crate::{
    base::model::{Detail, Resource, ResourceId, Seen},
    observe::scope::ScopeId,
};

/// The runtime's own list of its tasks, with where each is suspended; reads memory only.
///
/// # Errors
///
/// Where this program's debug info does not lead there.
pub(crate) fn read(handle: &Handle) -> Result<TaskList, Error> {
    let mut list = TaskList::of_runtime(handle)?;
    named::name(&mut list);
    Ok(list)
}

/// The same without where they are suspended, at a fraction of the time.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn outline(handle: &Handle) -> Result<TaskList, Error> {
    TaskList::outline_of_runtime(handle)
}

/// Instruments a runtime that somebody else builds: it becomes known when one of its threads starts or goes to sleep.
pub(crate) fn instrument_foreign(builder: &mut Builder, token: Token) {
    instrument(builder, token);
    instrumented::await_runtime(builder, token);
}

/// A task of a runtime's list, if it is known to be of the scope, where it was spawned, and that its handle is gone.
pub(crate) fn detached(list: &TaskList, scope: ScopeId, id: u64) -> Option<Resource> {
    let task = list.find(id).filter(|task| !task.has_join_handle())?;
    let known = if HAS_TASK_HOOKS {
        self::list(Some(scope))
    } else {
        new_on(list, Some(scope), |other| other == id)
    };
    let mut known = known
        .into_iter()
        .find(|known| known.id == ResourceId::Task(id) && known.origin != 0)?;
    if let Detail::Task { future, .. } = &mut known.detail {
        *future = Some(task.shared_future());
    }
    Some(known)
}

/// The lists of runtimes that somebody else built and of watched sets, with the frames of their tasks, and those of the sets
/// of `scope` that nobody gave to be watched.
pub(crate) fn read_foreign(scope: Option<ScopeId>) -> Vec<TaskList> {
    let mut lists = instrumented::lists(TaskList::of_runtime);
    lists.extend(local::lists());
    for found in scope.into_iter().flat_map(sets::lists) {
        let first = found.tasks().first().map(Task::id);
        let is_known = |list: &TaskList| first.is_some_and(|id| list.find(id).is_some());
        if !lists.iter().any(is_known) {
            lists.push(found);
        }
    }
    lists.iter_mut().for_each(named::name);
    lists
}

/// The live tasks of `scope`, or of all, that are known without asking the runtime of a check.
pub(crate) fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    let mut tasks = twin::list(scope);
    tasks.extend(list_local(scope));
    tasks
}

/// How much is seen.
pub(crate) fn coverage() -> Seen {
    match twin::coverage() {
        Seen::Full => seen::with_paths("tasks"),
        less => less,
    }
}

/// Why it is not known whether `scope` has tasks besides those that are listed, where in this program that can be read.
pub(crate) fn gap(scope: ScopeId) -> Option<String> {
    let of_others = || twin::may_be_elsewhere(scope).then(instrumented::gap)?;
    local::gap(scope).or_else(of_others)
}

/// Whether there may be tasks of a scope that neither its counts nor its runtime know.
pub(crate) fn may_be_elsewhere(scope: ScopeId) -> bool {
    twin::may_be_elsewhere(scope) || local::are_watched()
}

/// Whether it can be read where tasks are suspended.
pub(crate) fn states() -> Seen {
    match leakcheck_introspect::available() {
        Ok(()) => Seen::Full,
        Err(error) => Seen::Nothing(error.to_string()),
    }
}

/// Tasks that the runtime counts as alive beyond those that are known by name.
pub(crate) fn unnamed(handle: &Handle, named: usize) -> Count {
    let alive = handle.metrics().num_alive_tasks();
    if alive >= named {
        Count::More(alive - named)
    } else {
        Count::Fewer(named - alive)
    }
}

/// A runtime's own count against what is known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// So many more are alive.
    More(usize),
    /// So many fewer are alive: some that are listed are not.
    Fewer(usize),
}
