//! Tasks of `LocalSet`s, above all of those that a test gave to be watched: a runtime knows nothing of them, and no hook
//! tells of them.

use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use leakcheck_introspect::{Error, LocalTasks, Task, TaskList};
use tokio::task::LocalSet;

use super::{all_on, ending::Ending, sets};
use crate::{
    model::{Resource, ResourceId},
    scope::{ScopeId, outside},
    sync::lock_std as lock,
    sys::threads,
};

/// Those that are watched. Each keeps little more than an empty task.
static WATCHED: Mutex<Ending<Watched>> = Mutex::new(Ending::new());
/// Whether there are any.
static ANY: AtomicBool = AtomicBool::new(false);

#[derive(Debug)]
struct Watched {
    scope: ScopeId,
    /// The nearest ancestor that the main thread started, of the thread that has it.
    root: u64,
    tasks: LocalTasks,
    /// The tasks that it had before.
    known: HashSet<u64>,
}

impl Watched {
    /// Whether it is the scope's; where no check is under way, this thread's or a descendant's.
    fn is_of(&self, scope: ScopeId) -> bool {
        let (_, root) = threads::own_numbers();
        self.scope == scope && (scope.is_checked() || root == 0 || self.root == root)
    }
}

/// What is spawned there from here on belongs to the current scope.
///
/// # Errors
///
/// Where the set cannot be read.
pub(crate) fn watch_local(set: &LocalSet) -> Result<(), Error> {
    // The empty task of the watch is nobody's.
    let tasks = outside(|| LocalTasks::of(set))?;
    let known = tasks.outline()?.tasks().iter().map(Task::id).collect();
    let mut watched = lock(&WATCHED);
    let ended = watched.take_ended(|set| set.tasks.outline().is_ok_and(|list| list.is_over()));
    watched.push(Watched {
        scope: ScopeId::current(),
        root: threads::own_numbers().1,
        tasks,
        known,
    });
    drop(watched);
    drop(ended);
    ANY.store(true, Ordering::Release);
    Ok(())
}

/// Whether there may be tasks of the scope: a clean check costs no more than this.
pub(super) fn may_have_tasks(scope: ScopeId) -> bool {
    are_watched() || sets::may_have_tasks(scope)
}

/// Whether any set is watched.
fn are_watched() -> bool {
    ANY.load(Ordering::Acquire)
}

/// The live tasks of `scope`, or of all, but for the one that asks.
pub(crate) fn list_local(scope: Option<ScopeId>) -> Vec<Resource> {
    let mut tasks = if are_watched() {
        list_watched(scope)
    } else {
        Vec::new()
    };
    tasks.extend(scope.into_iter().flat_map(sets::list));
    let asking = tokio::task::try_id().map(super::number);
    // A set may have been given twice, or found besides.
    let mut seen: HashSet<ResourceId> = asking.map(ResourceId::Task).into_iter().collect();
    tasks.retain(|task| seen.insert(task.id));
    tasks
}

fn list_watched(scope: Option<ScopeId>) -> Vec<Resource> {
    let watched = lock(&WATCHED);
    watched
        .iter()
        .filter(|set| scope.is_none_or(|scope| set.is_of(scope)))
        .filter_map(|set| Some((set, set.tasks.outline().ok()?)))
        .flat_map(|(set, list)| {
            let mut tasks = all_on(&list);
            tasks.retain(|task| is_new(task, &set.known));
            tasks
        })
        .collect()
}

fn is_new(task: &Resource, known: &HashSet<u64>) -> bool {
    matches!(task.id, ResourceId::Task(id) if !known.contains(&id))
}

/// What the sets have, with the frames of their tasks.
pub(super) fn lists(scope: ScopeId) -> Vec<TaskList> {
    let watched = lock(&WATCHED);
    let mut lists: Vec<TaskList> = watched
        .iter()
        .filter_map(|set| set.tasks.list().ok())
        .filter(|list| !list.tasks().is_empty())
        .collect();
    drop(watched);
    let is_known = |found: &TaskList| {
        let first = found.tasks().first().map(Task::id);
        lists
            .iter()
            .any(|list| first.is_some_and(|id| list.find(id).is_some()))
    };
    let found: Vec<TaskList> = sets::lists(scope)
        .into_iter()
        .filter(|list| !is_known(list))
        .collect();
    lists.extend(found);
    lists
}
