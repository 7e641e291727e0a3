//! Tasks of `LocalSet`s that a test gave to be watched: a runtime knows nothing of them, and no hook tells of them.

use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use leakcheck_introspect::{Error, LocalTasks, Task, TaskList};
use tokio::task::LocalSet;

use super::{all_on, number::number, pruned_list::PrunedList};
use crate::{
    base::{
        model::{Resource, ResourceId},
        sync::lock_std as lock,
    },
    observe::scope::{ScopeId, outside},
    sys::threads,
};

/// Those that are watched. Each keeps little more than an empty task.
static WATCHED: Mutex<PrunedList<Watched>> = Mutex::new(PrunedList::new());
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
        self.scope == scope && scope.covers(self.root)
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

/// Whether any set is watched: a clean check costs no more than this.
pub(super) fn are_watched() -> bool {
    ANY.load(Ordering::Acquire)
}

/// The live tasks of `scope`, or of all, but for the one that asks.
pub(crate) fn list_local(scope: Option<ScopeId>) -> Vec<Resource> {
    if !are_watched() {
        return Vec::new();
    }
    let asking = tokio::task::try_id().map(number);
    let watched = lock(&WATCHED);
    let mut seen = HashSet::new();
    watched
        .iter()
        .filter(|set| scope.is_none_or(|scope| set.is_of(scope)))
        .filter_map(|set| Some((set, set.tasks.outline().ok()?)))
        .flat_map(|(set, list)| {
            let mut tasks = all_on(&list);
            tasks.retain(|task| is_new(task, &set.known));
            tasks
        })
        .filter(|task| asking.is_none_or(|asking| task.id != ResourceId::Task(asking)))
        // A set may have been given twice.
        .filter(|task| seen.insert(task.id))
        .collect()
}

/// Why it is not known which tasks the sets of `scope` have.
pub(super) fn gap(scope: ScopeId) -> Option<String> {
    if !are_watched() {
        return None;
    }
    let watched = lock(&WATCHED);
    let mut own = watched.iter().filter(|set| set.is_of(scope));
    own.find_map(|set| set.tasks.outline().err()).map(|error| {
        format!("the tasks of a `LocalSet` that is watched could not be read: {error}")
    })
}

fn is_new(task: &Resource, known: &HashSet<u64>) -> bool {
    matches!(task.id, ResourceId::Task(id) if !known.contains(&id))
}

/// What the sets have, with the frames of their tasks.
pub(super) fn lists() -> Vec<TaskList> {
    let watched = lock(&WATCHED);
    watched
        .iter()
        .filter_map(|set| set.tasks.list().ok())
        .filter(|list| !list.tasks().is_empty())
        .collect()
}
