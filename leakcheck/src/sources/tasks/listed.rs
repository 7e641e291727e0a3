//! Without hooks: the runtime's own list says which tasks are alive, and the interposed allocator where they were made.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use leakcheck_introspect::{Task, TaskList};
use tokio::runtime::{Builder, Handle};

use super::Token;
use crate::{
    model::{Detail, Resource, ResourceId, Seen},
    scope::ScopeId,
    sync::{Mutex, lock},
    sys::{Creation, cells, clock, origin},
};

/// Marks the runtime's threads. Tasks need no mark: their memory is where the list says.
pub(crate) fn instrument(builder: &mut Builder, token: Token) {
    cells::ask_for_parents(|| tokio::task::try_id().map_or(0, super::number));
    super::adopt_threads(builder, token, || ());
}

/// The same for a runtime that somebody else builds: it becomes known when one of its threads starts or goes to sleep.
pub(crate) fn instrument_foreign(builder: &mut Builder, token: Token) {
    instrument(builder, token);
    let is_known = Arc::new(AtomicBool::new(false));
    let make_known = move || {
        if !is_known.load(Ordering::Relaxed)
            && let Ok(handle) = Handle::try_current()
            && !is_known.swap(true, Ordering::Relaxed)
        {
            lock(&RUNTIMES).push(handle);
        }
    };
    super::adopt_threads(builder, token, make_known.clone());
    builder.on_thread_park(make_known);
}

/// Runtimes that somebody else built and had instrumented. A handle keeps little more than the runtime's settings.
static RUNTIMES: Mutex<Vec<Handle>> = Mutex::new(Vec::new());

fn lists() -> Vec<TaskList> {
    let runtimes = lock(&RUNTIMES).clone();
    runtimes
        .iter()
        .filter(|runtime| runtime.metrics().num_alive_tasks() > 0)
        .filter_map(|runtime| TaskList::outline_of_runtime(runtime).ok())
        .collect()
}

/// The same with the frames of their tasks.
pub(crate) fn read_foreign() -> Vec<TaskList> {
    let runtimes = lock(&RUNTIMES).clone();
    runtimes
        .iter()
        .filter(|runtime| runtime.metrics().num_alive_tasks() > 0)
        .filter_map(|runtime| TaskList::of_runtime(runtime).ok())
        .collect()
}

/// Whether there are tasks on runtimes that somebody else built: a clean check costs no more than this question.
pub(crate) fn may_be_elsewhere() -> bool {
    let runtimes = lock(&RUNTIMES);
    runtimes
        .iter()
        .any(|runtime| runtime.metrics().num_alive_tasks() > 0)
}

/// Lets tasks be noted that tasks of a runtime make that this check did not build, while the result lives.
pub(crate) fn watch() -> Watch {
    Arc::new(cells::watch())
}

/// See [`watch`].
pub(crate) type Watch = Arc<cells::Watch>;

/// The live tasks of `scope`, or of all, on runtimes that somebody else built.
pub(crate) fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    lists()
        .iter()
        .flat_map(|list| new_on(list, scope, |_| true))
        .collect()
}

/// Whether tasks are known from the moment of their spawn.
pub(crate) const ARE_HEARD: bool = false;

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
            detail: Detail::Task {
                polls: None,
                future: Some(task.shared_future()),
                place: 0,
            },
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
            Some((task.id(), cells::find(address)?))
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
            None => cells::unavailable().is_some(),
        }
    }

    /// The creation path, continued by that of the parent instead of that of the thread that polled it.
    fn origin(&self, id: u64) -> u32 {
        let line: Vec<&Creation> = self.line(id).collect();
        line.iter().rev().fold(0, |above, created| {
            if created.parent == 0 {
                return created.origin;
            }
            let frames = origin::frames(created.origin).iter().copied();
            origin::intern(&frames, above)
        })
    }
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
