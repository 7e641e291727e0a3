//! Without hooks: the runtime's own list says which tasks are alive, and the interposed allocator where they were made.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use leakcheck_introspect::{Task, TaskList};
use tokio::runtime::Builder;

use super::{
    instrumented,
    number::current,
    token::{Token, adopt_threads},
};
use crate::{
    base::{
        model::{Detail, Limited, Resource, ResourceId, Seen},
        sync::Work,
    },
    observe::scope::ScopeId,
    sys::{
        Creation, budget, clock, creation_stack, task_allocations,
        timeline::{self, When},
    },
};

/// Marks the runtime's threads. Tasks need no mark: their memory is where the list says.
pub(crate) fn instrument(builder: &mut Builder, token: Token) {
    task_allocations::ask_for_parents(current);
    adopt_threads(builder, token, || ());
}

/// Lets tasks be noted that tasks of a runtime make that this check did not build, while the result lives.
pub(crate) fn watch() -> Watch {
    Arc::new(task_allocations::watch())
}

/// See [`watch`].
pub(crate) type Watch = Arc<task_allocations::Watch>;

/// The live tasks of `scope`, or of all, on runtimes that somebody else built.
pub(crate) fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    instrumented::lists(TaskList::outline_of_runtime)
        .iter()
        .flat_map(|list| new_on(list, scope, |_| true))
        .collect()
}

/// Its runtime counts so many tasks of the scope as alive now: whether that is too much.
pub(crate) fn count_alive(scope: ScopeId, alive: usize) {
    let Some(rise) = budget::seen(scope.index(), Limited::Task, alive) else {
        return;
    };
    let _work = Work::begin();
    let made = task_allocations::of_scope(scope.index());
    let cells: Vec<u64> = made.iter().map(|(cell, _)| *cell as u64).collect();
    let there: HashSet<u64> = leakcheck_introspect::perhaps_alive(&cells)
        .into_iter()
        .collect();
    let there = made
        .iter()
        .filter(|(cell, _)| there.contains(&(*cell as u64)));
    rise.note(u64::MAX, |census| {
        for (_, created) in there {
            census.add(0, created.origin);
        }
    });
}

/// Notes which of the tasks that the scope has made have ended since the last look.
pub(crate) fn look(scope: ScopeId, when: When) {
    if !scope.keeps_times() {
        return;
    }
    let _work = Work::begin();
    let Some(look) = timeline::look(scope.index(), when) else {
        return;
    };
    // What is noted of an address is of the newest there: where that is another, the task has ended.
    let is_newest = |(entry, cell): &&(u32, u64)| {
        let made = usize::try_from(*cell).ok().and_then(task_allocations::find);
        made.is_some_and(|made| made.scope == scope.index() && made.entry == *entry)
    };
    let newest: Vec<(u32, u64)> = look.cells.iter().filter(is_newest).copied().collect();
    let cells: Vec<u64> = newest.iter().map(|(_, cell)| *cell).collect();
    let there: HashSet<u64> = leakcheck_introspect::perhaps_alive(&cells)
        .into_iter()
        .collect();
    let alive = newest.iter().filter(|(_, cell)| there.contains(cell));
    let alive: HashSet<u32> = alive.map(|(entry, _)| *entry).collect();
    look.shows(|entry| alive.contains(&entry));
}

/// Whether tasks are known from the moment of their spawn.
pub(crate) const HAS_TASK_HOOKS: bool = false;

/// The tasks of a runtime's list that are new, and of `scope` if one is given.
///
/// A task is a scope's if it was made on a thread of the scope, or by a task of the scope that is still there. Where
/// creations are recorded and this one was not, it is nobody's.
pub(crate) fn new_on(
    list: &TaskList,
    scope: Option<ScopeId>,
    is_new: impl Fn(u64) -> bool,
) -> Vec<Resource> {
    let now = clock::now_ms();
    let family = Family::of(list);
    list.tasks()
        .iter()
        .filter(|task| is_new(task.id()))
        .filter(|task| scope.is_none_or(|scope| family.is_of(task.id(), scope)))
        .map(|task| Resource {
            id: ResourceId::Task(task.id()),
            origin: family.origin(task.id()),
            age_ms: family
                .created
                .get(&task.id())
                .map(|created| now.saturating_sub(created.born_ms)),
            detail: Detail::task(None, Some(task.shared_future())),
        })
        .collect()
}

/// How the tasks of a list were made, and by which others.
struct Family {
    created: HashMap<u64, Creation>,
}

/// Generations that are followed.
const GENERATIONS: usize = 16;

impl Family {
    fn of(list: &TaskList) -> Self {
        let created = |task: &Task| {
            let address = usize::try_from(task.address()).ok()?;
            Some((task.id(), task_allocations::find(address)?))
        };
        Self {
            created: list.tasks().iter().filter_map(created).collect(),
        }
    }

    /// The creations of a task, of its parent and so on, as far as they are still there.
    fn line(&self, id: u64) -> impl Iterator<Item = &Creation> {
        let first = self.created.get(&id);
        std::iter::successors(first, |created| self.created.get(&created.parent)).take(GENERATIONS)
    }

    fn is_of(&self, id: u64, scope: ScopeId) -> bool {
        match self.created.get(&id) {
            Some(_) => self.line(id).any(|created| created.scope == scope.index()),
            None => task_allocations::unavailable().is_some(),
        }
    }

    /// The creation path, continued by that of the parent instead of that of the thread that polled it.
    fn origin(&self, id: u64) -> u32 {
        let line: Vec<&Creation> = self.line(id).collect();
        line.iter().rev().fold(0, |above, created| {
            if created.parent == 0 {
                return created.origin;
            }
            let frames = creation_stack::frames(created.origin).iter().copied();
            creation_stack::intern(&frames, above)
        })
    }
}

/// Whether there may be tasks of a scope on runtimes that somebody else built: a clean check costs no more than this, and no
/// reading of debug info.
pub(crate) fn may_be_elsewhere(scope: ScopeId) -> bool {
    instrumented::have_tasks() && may_have_made_some(scope)
}

/// Whether one of the tasks that a scope has made may be alive: what those have made is the scope's as well, and only while
/// they are there.
fn may_have_made_some(scope: ScopeId) -> bool {
    let is_known = scope.is_checked()
        && task_allocations::unavailable().is_none()
        && task_allocations::gap().is_none();
    let alive =
        || leakcheck_introspect::perhaps_alive(&task_allocations::addresses_of(scope.index()));
    !is_known || !alive().is_empty()
}

/// All tasks of a runtime's list.
pub(crate) fn all_on(list: &TaskList) -> Vec<Resource> {
    new_on(list, None, |_| true)
}

/// How much is seen, as long as paths can be noted.
pub(super) fn coverage() -> Seen {
    if let Err(error) = leakcheck_introspect::promised() {
        return Seen::Partial(format!("tasks are counted, not named: {error}"));
    }
    if let Some(why) = task_allocations::unavailable() {
        return Seen::Partial(format!(
            "tasks are named without the stacks that spawned them: {why}"
        ));
    }
    task_allocations::gap().map_or(Seen::Full, Seen::Partial)
}

/// How many of the runtime's tasks are known from their spawn: none.
pub(crate) fn named_on(_token: Token) -> usize {
    0
}
