//! Who panics on a thread: a task, a closure of a pool, or the thread itself.

use std::{sync::mpsc, thread, time::Duration};

use tokio::runtime::Handle;

use crate::{
    base::model::{Body, Resource},
    observe::{
        capture::{self, Called},
        scope::{ScopeId, outside},
        sources::{blocking, tasks, threads},
    },
    sys::threads::Fate,
};

/// Where std starts threads that end within a call.
const SCOPED: &str = "std::thread::scoped::";
/// How long a panicking thread waits to be looked into, on a machine that has much to do.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody who panics, and whose end nobody can learn of, or perhaps nobody will.
#[derive(Debug)]
pub(super) struct Panicking {
    pub(super) who: Resource,
    /// What becomes of a thread: its handle may be dropped later.
    fate: Option<Fate>,
}

/// Who panics on a thread and is not the body, as far as that costs nothing.
pub(super) enum Suspect {
    /// A task or a closure, with its number.
    Task(u64),
    Thread(Resource),
}

impl Suspect {
    /// On this thread, if there may be one of the scope.
    pub(super) fn here(scope: ScopeId) -> Option<Self> {
        match tokio::task::try_id() {
            Some(id) => Some(Self::Task(tasks::number(id))),
            None => threads::own(scope).map(Self::Thread),
        }
    }

    /// Whether it is of the scope and may panic unseen.
    pub(super) fn panics(self, scope: ScopeId) -> Option<Panicking> {
        let (who, fate) = match self {
            Self::Task(number) => {
                let handle = Handle::try_current().ok()?;
                (outside(|| look(handle, scope, number))?, None)
            }
            Self::Thread(who) => (who, Some(Fate::of_this()?)),
        };
        Some(Panicking { who, fate })
    }
}

impl Panicking {
    /// Whether this panic has ended it, and nobody could learn of it. A `body` that ended before its last line may have dropped
    /// a handle that it would have asked.
    pub(super) fn is_unseen(&self, stack: u32, body: Body) -> bool {
        let Some(fate) = &self.fate else {
            return capture::is_caught_by_tokio(stack);
        };
        let is_dropped = fate.was_detached() || fate.is_detached() && body == Body::Passed;
        is_dropped && !is_scoped(self.who.origin) && capture::is_caught_by_thread(stack)
    }
}

/// Whether it is a thread of a `thread::scope`, which panics itself for one of its threads.
fn is_scoped(origin: u32) -> bool {
    let spawns = |called: Called<'_>| called.is_in(SCOPED) && called.function.contains("spawn");
    capture::address(origin, spawns).is_some()
}

/// The task or closure with this number, if it is known to be of the scope and to have no handle any more. Asked on another
/// thread: a panic in a panic hook would end the process.
fn look(handle: Handle, scope: ScopeId, number: u64) -> Option<Resource> {
    let (tell, told) = mpsc::channel();
    let work = move || {
        let list = tasks::outline(&handle).ok();
        let task = list
            .as_ref()
            .and_then(|list| tasks::detached(list, scope, number));
        let closure = || blocking::detached(list.as_ref(), scope, number);
        // Nobody listens any more where it took too long.
        let _ = tell.send(task.or_else(closure));
    };
    let builder = thread::Builder::new().name("leakcheck-panics".to_owned());
    builder.spawn(work).ok()?;
    told.recv_timeout(PATIENCE).ok()?
}
