//! A tokio runtime whose tasks are looked at.

use std::collections::HashSet;

use leakcheck_introspect::{Task, TaskList};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::{
    base::model::{Detail, Resource, ResourceId},
    observe::{
        scope::ScopeId,
        sources::{
            self,
            blocking::{self, Handed},
            tasks::{self, Token, Watch},
            timers,
        },
    },
};

/// A tokio runtime whose tasks are looked at.
#[derive(Clone, Debug)]
pub(crate) struct WatchedRuntime {
    pub(super) handle: Handle,
    /// The token it was instrumented with, if it was.
    pub(super) token: Option<Token>,
    /// Tasks that it counted before the check.
    pub(super) before: usize,
    /// Which ones those were, where that could be read.
    known: Option<HashSet<u64>>,
    /// Whether everything on it is the check's own.
    is_whole: bool,
    /// Keeps the tasks that its tasks make from being missed.
    _watch: Option<Watch>,
    /// Its worker threads, which end with it and not before.
    workers: HashSet<ResourceId>,
    /// Cells of what its builder handed to its pool, to run its tasks.
    launched: Vec<u64>,
    /// Its timers, if they are looked at.
    pub(super) timers: Option<timers::Driver>,
}

impl WatchedRuntime {
    /// A runtime that this check built; call it right after that.
    pub(crate) fn owned(handle: &Handle, token: Token, scope: ScopeId) -> Self {
        // A current-thread runtime starts none, and a clean test need not list them.
        let has_workers = scope.counters().threads() > 0;
        Self {
            handle: handle.clone(),
            token: Some(token),
            before: 0,
            known: Some(HashSet::new()),
            is_whole: true,
            _watch: None,
            workers: if has_workers {
                let threads = sources::threads::list(Some(scope));
                threads.iter().map(|thread| thread.id).collect()
            } else {
                HashSet::new()
            },
            launched: if has_workers {
                blocking::take_out(scope)
            } else {
                Vec::new()
            },
            timers: None,
        }
    }

    /// The current runtime with everything on it, but for the task that asks.
    pub(crate) fn whole(handle: Handle) -> Self {
        let asking = tokio::task::try_id().map(tasks::number);
        Self {
            handle,
            token: None,
            before: usize::from(asking.is_some()),
            known: Some(asking.into_iter().collect()),
            is_whole: true,
            _watch: None,
            workers: HashSet::new(),
            launched: Vec::new(),
            timers: None,
        }
    }

    /// A runtime that somebody else built and that is running now; what it counts now was there before.
    pub(crate) fn foreign(handle: Handle) -> Self {
        let before = handle.metrics().num_alive_tasks();
        Self {
            before,
            known: if before == 0 {
                Some(HashSet::new())
            } else if tasks::HAS_TASK_HOOKS {
                None
            } else {
                let list = tasks::read(&handle)
                    .ok()
                    .filter(|list| list.gap().is_none());
                list.map(|list| list.tasks().iter().map(Task::id).collect())
            },
            handle,
            token: None,
            is_whole: false,
            _watch: Some(tasks::watch()),
            workers: HashSet::new(),
            launched: Vec::new(),
            timers: None,
        }
    }

    /// Looks at its timers as well, if it is the check's own: what others arm on theirs is not the test's for certain.
    pub(super) fn watch_timers(&mut self) {
        if self.is_own() {
            self.timers = timers::Driver::of_new_runtime(&self.handle);
        }
    }

    /// Whether the check built it, and ends it before its last look.
    pub(super) fn is_own(&self) -> bool {
        self.is_whole && self.token.is_some()
    }

    /// The token's number, where it has one.
    pub(super) fn token(&self) -> Option<u32> {
        self.token.map(Token::get)
    }

    /// How many threads were started with it.
    pub(super) fn workers(&self) -> usize {
        self.workers.len()
    }

    /// Tasks that it has now and did not before. The counts tell where there were none; otherwise one that has ended would
    /// make up for one that is new, and the list must be read.
    pub(super) fn new_tasks(&self, scope: ScopeId) -> usize {
        let alive = self.handle.metrics().num_alive_tasks();
        let by_count = alive.saturating_sub(self.before);
        if tasks::HAS_TASK_HOOKS || self.before == 0 || alive == 0 {
            return by_count;
        }
        match tasks::outline(&self.handle) {
            Ok(list) if list.gap().is_none() => {
                self.new_on(&list, scope).map_or(by_count, |new| new.len())
            }
            _ => by_count,
        }
    }

    /// The tasks of its list that it did not have before, and that `scope` has made if others use it as well; nothing
    /// where it is not known what it had.
    pub(super) fn new_on(&self, list: &TaskList, scope: ScopeId) -> Option<Vec<Resource>> {
        let known = self.known.as_ref()?;
        let scope = (!self.is_whole && scope.is_checked()).then_some(scope);
        Some(tasks::new_on(list, scope, |id| !known.contains(&id)))
    }

    /// Whether it is one of the threads that work for this runtime, which end when it does.
    pub(super) fn owns(&self, thread: &Resource) -> bool {
        let of_runtime = match (&thread.detail, self.token) {
            (Detail::Thread { runtime, .. }, Some(token)) => *runtime == token.get(),
            _ => false,
        };
        of_runtime || self.is_worker(thread)
    }

    /// Leaves those that are work, of what was handed to pools: not what runs the tasks of this runtime. A task that blocks in
    /// place has another thread go on with what its own had been handed, which then ends: as many of the new ones are that.
    pub(super) fn leave_work(&self, handed: &mut Vec<Handed>) {
        if !handed.is_empty() && handed.len() <= blocking::ended(&self.launched) {
            handed.clear();
        }
    }

    /// Whether it has more threads than were started with it, in the scope that it was built in.
    pub(super) fn has_pool(&self, scope: ScopeId) -> bool {
        scope.counters().threads() > self.workers()
    }

    /// Marks a worker as the runtime's, which one does itself when it begins: it may not have come to that.
    pub(super) fn adopt(&self, thread: &mut Resource) {
        if self.is_worker(thread)
            && let (Detail::Thread { runtime, .. }, Some(token)) = (&mut thread.detail, self.token)
        {
            *runtime = token.get();
        }
    }

    /// Whether it was started with the runtime, to run its tasks.
    pub(super) fn is_worker(&self, thread: &Resource) -> bool {
        self.workers.contains(&thread.id)
    }
}

/// Whether this thread is the only one that could run the tasks of its current runtime.
pub(super) fn on_the_only_worker() -> bool {
    Handle::try_current()
        .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread)
}
