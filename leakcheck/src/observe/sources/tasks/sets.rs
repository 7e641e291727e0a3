//! Tasks of `LocalSet`s that nobody gave to be watched: the cell of a task leads to its set.
//!
//! Only those of the thread that asks: there nothing changes meanwhile.

use leakcheck_introspect::{Error, TaskList};

use super::{all_on, number::current};
use crate::{
    base::model::{Resource, ResourceId},
    observe::{
        capture::{self, Names, tokio_paths::LOCAL_SET},
        scope::ScopeId,
    },
    sys::task_allocations,
};

/// The live tasks of the scope, but for the one that asks. Where there are none, it costs a clean check one reading of a
/// few words.
///
/// # Errors
///
/// Where they cannot be read.
pub(crate) fn list(scope: ScopeId) -> Result<Vec<Resource>, Error> {
    let asking = current();
    let is_of = |address: u64| {
        let made = usize::try_from(address)
            .ok()
            .and_then(task_allocations::find);
        made.is_some_and(|made| made.scope == scope.index())
    };
    let tasks = read(scope, TaskList::outline_of_local_sets_with)?
        .iter()
        .flat_map(|list| {
            let mut tasks = all_on(list);
            tasks.retain(|task| match task.id {
                ResourceId::Task(id) => {
                    id != asking && list.find(id).is_some_and(|task| is_of(task.address()))
                }
                ResourceId::Thread(_) | ResourceId::Other(..) => false,
            });
            tasks
        })
        .collect();
    Ok(tasks)
}

/// Why it is not known whether tasks are on sets, although one that was spawned on one looks alive.
pub(crate) fn gap(scope: ScopeId) -> Option<String> {
    let error = list(scope).err()?;
    let cells = task_allocations::addresses_of(scope.index());
    let is_of_set = |address: u64| {
        let made = usize::try_from(address)
            .ok()
            .and_then(task_allocations::find);
        made.is_some_and(|made| {
            let path = made.origin;
            capture::address(path, |called| called.is_in(LOCAL_SET)).is_some()
                || capture::names(path) == Names::Unread
        })
    };
    let alive = leakcheck_introspect::perhaps_alive(&cells);
    alive
        .into_iter()
        .any(is_of_set)
        .then(|| format!("a task that was spawned on a `LocalSet` may be left: {error}"))
}

/// What the sets have, with the frames of their tasks.
pub(super) fn lists(scope: ScopeId) -> Vec<TaskList> {
    read(scope, TaskList::of_local_sets_with).unwrap_or_default()
}

/// Outside of a check nothing is known of cells.
fn read(
    scope: ScopeId,
    read: fn(&[u64]) -> Result<Vec<TaskList>, Error>,
) -> Result<Vec<TaskList>, Error> {
    if !scope.is_checked() {
        return Ok(Vec::new());
    }
    read(&task_allocations::addresses_of(scope.index()))
}
