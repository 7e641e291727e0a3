//! Without hooks: the runtime's own list says which tasks are alive, and the interposed allocator where they were made.

use leakcheck_introspect::TaskList;
use tokio::runtime::Builder;

use super::Token;
use crate::{
    model::{Detail, Resource, ResourceId, Seen},
    scope::ScopeId,
    sys::{cells, clock, origin},
};

/// Marks the runtime's threads. Tasks need no mark: their memory is where the list says.
pub(crate) fn instrument(builder: &mut Builder, token: Token) {
    super::adopt_threads(builder, token);
}

/// Without a runtime's list no task is known.
pub(crate) fn list(_scope: Option<ScopeId>) -> Vec<Resource> {
    Vec::new()
}

/// Whether tasks are known from the moment of their spawn.
pub(crate) const ARE_HEARD: bool = false;

/// The tasks of a runtime's list that are new, and of `scope` if one is given.
///
/// A task whose creation is not known cannot be said to be another's; where creations are recorded at all, it is.
pub(crate) fn new_on(
    list: &TaskList,
    scope: Option<ScopeId>,
    is_new: impl Fn(u64) -> bool,
) -> Vec<Resource> {
    let now = clock::now_ms();
    list.tasks()
        .iter()
        .filter(|task| is_new(task.id()))
        .filter_map(|task| {
            let created = usize::try_from(task.address()).ok().and_then(cells::find);
            let is_ours = match (scope, created) {
                (None, _) => true,
                (Some(scope), Some(created)) => created.scope == scope.index(),
                (Some(_), None) => cells::unavailable().is_some(),
            };
            is_ours.then(|| Resource {
                id: ResourceId::Task(task.id()),
                origin: created.map_or(0, |created| created.origin),
                age_ms: created.map(|created| now.saturating_sub(created.born_ms)),
                detail: Detail::Task {
                    polls: None,
                    future: Some(task.shared_future()),
                },
            })
        })
        .collect()
}

/// All tasks of a runtime's list.
pub(crate) fn all_on(list: &TaskList) -> Vec<Resource> {
    new_on(list, None, |_| true)
}

/// How much is seen.
pub(crate) fn coverage() -> Seen {
    if let Err(error) = leakcheck_introspect::available() {
        return Seen::Partial(format!("tasks are counted, not named: {error}"));
    }
    if let Some(why) = cells::unavailable() {
        return Seen::Partial(format!(
            "tasks are named without the stacks that spawned them: {why}"
        ));
    }
    if let Some(why) = cells::gap() {
        return Seen::Partial(why);
    }
    if origin::is_exhausted() {
        return Seen::Partial(super::EXHAUSTED.to_owned());
    }
    Seen::Full
}

/// How many of the runtime's tasks are known from their spawn: none.
pub(crate) fn named_on(_token: Token) -> usize {
    0
}
