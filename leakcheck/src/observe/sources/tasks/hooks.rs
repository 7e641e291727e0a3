//! With `--cfg tokio_unstable`: every spawn, poll and end of a task, as it happens.
//!
//! What the hooks of tokio 1.47 to 1.54 guarantee, and what not, is handled in `registry`: ends without start
//! (blocking tasks, workers), ends before the start (spawning on a runtime that is shut down), ends after the
//! `JoinHandle` has resolved. Tasks of a `LocalSet` call no hooks at all.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};

use leakcheck_introspect::TaskList;
use tokio::runtime::{Builder, TaskMeta};

use super::{
    number::{current, number},
    token::{Token, adopt_threads},
};
use crate::{
    base::model::{Detail, Limited, Resource, ResourceId, Seen},
    observe::{
        registry::{Registry, Slot, Slots, Start, Task},
        scope::ScopeId,
    },
    sys::{
        StaticTable, budget, clock,
        context::{self, Context},
        creation_stack, scope_counters, task_allocations, threads,
        timeline::{self, Beginning, Thing, When},
    },
};

#[derive(Debug)]
struct Process;

/// Small enough to stay in the processor's cache; with more live tasks than slots, the rest goes to a locked map.
const CHUNKS: usize = 128;

static SLOTS: StaticTable<Slot, CHUNKS> = StaticTable::new();
static TASKS: Registry<Process> = Registry::new(Process);

impl Slots for Process {
    fn len(&self) -> usize {
        StaticTable::<Slot, CHUNKS>::LEN
    }

    #[inline]
    fn get(&self, index: usize) -> Option<&Slot> {
        SLOTS.get(index)
    }

    #[inline]
    fn peek(&self, index: usize) -> Option<&Slot> {
        SLOTS.peek(index)
    }
}

/// Listens to the runtime's tasks. Replaces hooks of the same kind that the builder had.
pub(crate) fn instrument(builder: &mut Builder, token: Token) {
    adopt_threads(builder, token, || ());
    CELLS_ARE_SEEN.store(task_allocations::unavailable().is_none(), Ordering::Relaxed);
    builder
        .on_task_spawn(move |meta| spawned(meta, token))
        .on_before_task_poll(about_to_poll)
        .on_after_task_poll(|_| context::leave())
        .on_task_terminate(ended);
}

/// Whether the allocator tells of each cell. Those of blocking tasks need it, and what it has found out for any other task
/// need not be found out again.
static CELLS_ARE_SEEN: AtomicBool = AtomicBool::new(false);

/// The path to a spawn of which the runtime has just told.
fn path(meta: &TaskMeta<'_>) -> u32 {
    match task_allocations::take_path() {
        path if path != 0 && CELLS_ARE_SEEN.load(Ordering::Relaxed) => path,
        _ => creation_stack::here(std::ptr::from_ref(meta.spawned_at()) as usize),
    }
}

fn spawned(meta: &TaskMeta<'_>, token: Token) {
    let context = context::current();
    let counters = scope_counters::of(context.scope);
    let task = Task {
        id: number(meta.id()),
        scope: context.scope,
        origin: path(meta),
        runtime: token.get(),
        polls: 0,
        born_ms: clock::now_ms(),
    };
    counters.task_started();
    let rise = budget::started(counters, context.scope, Limited::Task, task.origin);
    // What the allocator has noted is this task.
    if counters.keeps_times() {
        timeline::withdraw(context.scope, task_allocations::take_entry());
    }
    timeline::begins(counters, context.scope, || Beginning {
        thing: Thing::Task,
        number: task.id,
        origin: task.origin,
        task: current(),
        thread: threads::own_numbers().0,
    });
    if TASKS.start(task) == Start::Cancelled {
        budget::ended(counters, context.scope, Limited::Task);
        timeline::ends(counters, context.scope, Thing::Task, task.id);
        counters.task_ended();
    } else if let Some(rise) = rise {
        rise.note(u64::MAX, |census| {
            for task in TASKS.live(|task| task.scope == context.scope) {
                census.add(task.id, task.origin);
            }
        });
    }
}

fn about_to_poll(meta: &TaskMeta<'_>) {
    // An unknown task works for whom its thread works.
    context::enter(
        TASKS
            .poll(number(meta.id()))
            .map_or_else(context::current, |task| Context {
                scope: task.scope,
                origin: task.origin,
            }),
    );
}

fn ended(meta: &TaskMeta<'_>) {
    if let Some(task) = TASKS.end(number(meta.id())) {
        let counters = scope_counters::of(task.scope);
        budget::ended(counters, task.scope, Limited::Task);
        timeline::ends(counters, task.scope, Thing::Task, task.id);
        counters.task_ended();
    }
}

/// The hooks tell of each task, so that none need be counted.
pub(crate) fn count_alive(_scope: ScopeId, _alive: usize) {}

/// The hooks tell when each task ends.
pub(crate) fn look(_scope: ScopeId, _when: When) {}

/// The counts of a scope have its tasks on all runtimes.
pub(crate) fn may_be_elsewhere(_scope: ScopeId) -> bool {
    false
}

/// Hooks need no help with the tasks of other runtimes: they are not told of them.
pub(crate) fn watch() -> Watch {
    Watch
}

/// See [`watch`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch;

/// The live tasks of `scope`, or of the whole process.
pub(crate) fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    let now = clock::now_ms();
    TASKS
        .live(|task| scope.is_none_or(|scope| task.scope == scope.index()))
        .into_iter()
        .map(|task| Resource {
            id: ResourceId::Task(task.id),
            origin: task.origin,
            age_ms: Some(now.saturating_sub(task.born_ms)),
            detail: Detail::task(Some(task.polls), None),
        })
        .collect()
}

/// Whether tasks are known from the moment of their spawn.
pub(crate) const HAS_TASK_HOOKS: bool = true;

/// The runtime's list adds nothing to what the hooks have told.
pub(crate) fn new_on(
    _list: &TaskList,
    _scope: Option<ScopeId>,
    _is_new: impl Fn(u64) -> bool,
) -> Vec<Resource> {
    Vec::new()
}

/// All tasks of a list; how they were made is known of those that the hooks have told, and of others by their allocations.
pub(crate) fn all_on(list: &TaskList) -> Vec<Resource> {
    let mut heard: HashMap<ResourceId, Resource> = self::list(None)
        .into_iter()
        .map(|resource| (resource.id, resource))
        .collect();
    let now = clock::now_ms();
    let known = |task: &leakcheck_introspect::Task| {
        let id = ResourceId::Task(task.id());
        let mut known = heard.remove(&id).unwrap_or_else(|| {
            let created = usize::try_from(task.address())
                .ok()
                .and_then(task_allocations::find);
            Resource {
                id,
                origin: created.map_or(0, |created| created.origin),
                age_ms: created.map(|created| now.saturating_sub(created.born_ms)),
                detail: Detail::task(None, None),
            }
        });
        if let Detail::Task { future, .. } = &mut known.detail {
            *future = Some(task.shared_future());
        }
        known
    };
    list.tasks().iter().map(known).collect()
}

/// How much is seen, as long as paths can be noted.
pub(super) fn coverage() -> Seen {
    Seen::Full
}

/// How many of the runtime's tasks are known by name, whoever spawned them.
pub(crate) fn named_on(token: Token) -> usize {
    TASKS.live(|task| task.runtime == token.get()).len()
}
