//! Tasks that panicked after their `JoinHandle` was dropped, so that nobody could learn of it.
//!
//! A panic hook in front of the one that was there notes who panicked. Whether the panic ended the task is asked of its
//! stack, once the test is over: the innermost frame that catches must be tokio's own, and no frame may be unknown.

use std::{
    collections::BTreeMap,
    panic::{self, PanicHookInfo},
    sync::{Mutex, Once, mpsc},
    thread,
    time::Duration,
};

use tokio::runtime::Handle;

use super::tasks;
use crate::{
    base::{model::Resource, sync::lock_std as lock},
    observe::{
        capture,
        scope::{ScopeId, outside},
    },
    sys::{creation_stack, fork},
};

/// Panics of one scope that are looked into; each takes some time.
const MOST: usize = 32;
/// How long a panicking thread waits to be looked into, on a machine that has much to do.
const PATIENCE: Duration = Duration::from_secs(10);

/// A task that panicked after its handle was dropped.
#[derive(Clone, Debug)]
pub(crate) struct Panicked {
    pub(crate) task: Resource,
    pub(crate) message: String,
    /// File and line of the panic.
    pub(crate) place: Option<(String, u32)>,
    /// The stack of the panic.
    pub(crate) stack: u32,
}

/// What one scope has noted.
#[derive(Debug, Default)]
struct Noted {
    /// What comes later would not have come without the check.
    is_over: bool,
    looks: usize,
    panicked: Vec<Panicked>,
}

/// Of the scopes that listen.
static NOTED: Mutex<BTreeMap<u64, Noted>> = Mutex::new(BTreeMap::new());

/// From here on panics of tasks of the scope are noted, until they are taken.
///
/// The hook of the process stays in place behind one that says nothing. Who replaces it later makes this see less.
pub(crate) fn listen(scope: ScopeId) {
    static CHAINED: Once = Once::new();
    if thread::panicking() {
        return;
    }
    CHAINED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            before(info);
            note(info);
        }));
    });
    lock(&NOTED).insert(scope.index(), Noted::default());
}

/// The body of the scope's test has ended: its runtime would end now, and with it the tasks that panic from here on.
pub(crate) fn body_has_ended(scope: ScopeId) {
    if let Some(noted) = lock(&NOTED).get_mut(&scope.index()) {
        noted.is_over = true;
    }
}

/// What was noted of the scope; no more is.
pub(crate) fn take(scope: ScopeId) -> Vec<Panicked> {
    let noted = lock(&NOTED).remove(&scope.index()).unwrap_or_default();
    let ended_it = |panicked: &Panicked| capture::is_caught_by_tokio(panicked.stack);
    noted.panicked.into_iter().filter(ended_it).collect()
}

/// Notes a panic of a task that nobody can await.
fn note(info: &PanicHookInfo<'_>) {
    let scope = ScopeId::current();
    let Some(id) = tokio::task::try_id().map(tasks::number) else {
        return;
    };
    let may_look = |noted: &mut Noted| {
        noted.looks += 1;
        noted.looks <= MOST && !noted.is_over
    };
    if fork::in_child() || !lock(&NOTED).get_mut(&scope.index()).is_some_and(may_look) {
        return;
    }
    let Ok(handle) = Handle::try_current() else {
        return;
    };
    let stack = creation_stack::here(info.location().map_or(0, |at| at.line() as usize));
    let Some(task) = outside(|| look(handle, scope, id)) else {
        return;
    };
    let panicked = Panicked {
        task,
        message: message(info),
        place: info.location().map(|at| (at.file().to_owned(), at.line())),
        stack,
    };
    if let Some(noted) = lock(&NOTED).get_mut(&scope.index()) {
        noted.panicked.push(panicked);
    }
}

/// The task, if it is known to be of the scope and to have no handle any more. Asked on another thread: a panic in a panic
/// hook would end the process.
fn look(handle: Handle, scope: ScopeId, id: u64) -> Option<Resource> {
    let (tell, told) = mpsc::channel();
    let work = move || {
        let task = tasks::outline(&handle)
            .ok()
            .and_then(|list| tasks::detached(&list, scope, id));
        // Nobody listens any more where it took too long.
        let _ = tell.send(task);
    };
    let builder = thread::Builder::new().name("leakcheck-panics".to_owned());
    builder.spawn(work).ok()?;
    told.recv_timeout(PATIENCE).ok()?
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a value that is no text").to_owned()
}
