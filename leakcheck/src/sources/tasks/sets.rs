//! Tasks of `LocalSet`s that nobody gave to be watched: the cell of a task leads to its set.
//!
//! Only those of the thread that asks: there nothing changes meanwhile.

use leakcheck_introspect::{Error, TaskList};

use super::all_on;
use crate::{
    model::{Resource, ResourceId},
    scope::ScopeId,
    sys::cells,
};

/// The live tasks of the scope, but for the one that asks. Where there are none, it costs a clean check one reading of a
/// few words.
pub(crate) fn list(scope: ScopeId) -> Vec<Resource> {
    let asking = super::current();
    let is_of = |address: u64| {
        let made = usize::try_from(address).ok().and_then(cells::find);
        made.is_some_and(|made| made.scope == scope.index())
    };
    read(scope, TaskList::outline_of_local_sets_with)
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
        .collect()
}

/// What the sets have, with the frames of their tasks.
pub(super) fn lists(scope: ScopeId) -> Vec<TaskList> {
    read(scope, TaskList::of_local_sets_with)
}

/// Outside of a check nothing is known of cells.
fn read(scope: ScopeId, read: fn(&[u64]) -> Result<Vec<TaskList>, Error>) -> Vec<TaskList> {
    if !scope.is_checked() {
        return Vec::new();
    }
    // Where they cannot be read, those of the runtime cannot either, and that is said.
    read(&cells::addresses_of(scope.index())).unwrap_or_default()
}
