//! Tokio tasks: by the runtime's hooks where `--cfg tokio_unstable` is on, by its own list where it is not.
//!
//! Both twins have the same face: `instrument` a builder, `list` what is known already, `new_on` what a runtime's list
//! adds to that, `coverage` in words. What a runtime counts beyond the known ones is [`unnamed`].

mod ending;
mod foreign;
#[cfg(tokio_unstable)]
mod hooks;
#[cfg(not(tokio_unstable))]
mod listed;
mod local;
pub(crate) mod planted;
pub(crate) mod sets;

#[cfg(tokio_unstable)]
pub(crate) use hooks::{ARE_HEARD, Watch, all_on, coverage, instrument, named_on, new_on, watch};
#[cfg(not(tokio_unstable))]
pub(crate) use listed::{ARE_HEARD, Watch, all_on, coverage, instrument, named_on, new_on, watch};

pub(crate) use foreign::instrument_foreign;
pub(crate) use local::{list_local, watch_local};

#[cfg(tokio_unstable)]
use hooks as twin;
#[cfg(not(tokio_unstable))]
use listed as twin;

use std::{
    hash::{Hash, Hasher},
    sync::atomic::{AtomicU32, Ordering},
};

use leakcheck_introspect::{Error, Task, TaskList};
use tokio::runtime::Handle;

use super::{named, timers};
use crate::{
    base::model::{Detail, Resource, ResourceId, Seen},
    observe::scope::ScopeId,
    sys::{
        context::{self, Context},
        threads,
    },
};

/// Why some tasks have no creation path.
const EXHAUSTED: &str =
    "more distinct creation paths than fit into 64 MiB; tasks on later ones have no site";

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

/// A task of a runtime's list, if it is known to be of the scope, where it was spawned, and that its handle is gone.
pub(crate) fn detached(list: &TaskList, scope: ScopeId, id: u64) -> Option<Resource> {
    let task = list.find(id).filter(|task| !task.has_join_handle())?;
    let known = if ARE_HEARD {
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
    let mut lists = foreign::lists(TaskList::of_runtime);
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

/// Why it is not known whether `scope` has tasks besides those that are listed, where in this program that can be read.
pub(crate) fn gap(scope: ScopeId) -> Option<String> {
    let of_others = || twin::may_be_elsewhere(scope).then(foreign::gap)?;
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

/// Tells apart the runtimes that are instrumented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token(u32);

impl Token {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) const fn get(self) -> u32 {
        self.0
    }
}

/// The number of a task's `Id`, which tokio shows as text only: hashing hands it over as one word.
#[inline]
pub(crate) fn number(id: tokio::task::Id) -> u64 {
    struct Word(u64);
    impl Hasher for Word {
        fn write_u64(&mut self, word: u64) {
            self.0 = word;
        }
        fn write(&mut self, bytes: &[u8]) {
            // Should `Id` ever hash as bytes, they are still unique per task.
            self.0 = bytes
                .iter()
                .fold(self.0, |sum, byte| (sum << 8) | u64::from(*byte));
        }
        fn finish(&self) -> u64 {
            self.0
        }
    }
    let mut word = Word(0);
    id.hash(&mut word);
    word.finish()
}

/// The number of the task that this thread polls, or 0.
pub(crate) fn current() -> u64 {
    tokio::task::try_id().map_or(0, number)
}

/// Makes each thread of the runtime known as such, and let it work for the scope that built the runtime: on platforms
/// where threads do not inherit their scope this is the only way.
fn adopt_threads(
    builder: &mut tokio::runtime::Builder,
    token: Token,
    and: impl Fn() + Send + Sync + 'static,
) {
    let home = Context {
        scope: ScopeId::current().index(),
        origin: 0,
    };
    builder.on_thread_start(move || {
        threads::mark_runtime(token.get());
        timers::listen_for_good();
        if context::current() == Context::UNCHECKED {
            context::replace(home);
        }
        and();
    });
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
