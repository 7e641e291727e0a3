//! What one would write with tokio's own hooks.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use backtrace::Backtrace;
use tokio::{runtime::Builder, task::Id};

/// Hooks that do nothing: what tokio's own call of them costs.
pub(crate) fn idle(builder: &mut Builder) {
    builder
        .on_task_spawn(|_| ())
        .on_before_task_poll(|_| ())
        .on_after_task_poll(|_| ())
        .on_task_terminate(|_| ());
}

/// Live tasks by id, without any stack.
pub(crate) fn ids(builder: &mut Builder) {
    map(builder, || ());
}

/// Live tasks by id, each with a full unwind of its spawn.
pub(crate) fn unwinding(builder: &mut Builder) {
    map(builder, Backtrace::new_unresolved);
}

/// A locked map of the live tasks with what `describe` says at the spawn of each.
fn map<T: Send + 'static>(builder: &mut Builder, describe: fn() -> T) {
    let live: Arc<Mutex<HashMap<Id, T>>> = Arc::default();
    let ended = Arc::clone(&live);
    builder
        .on_task_spawn(move |meta| {
            let value = describe();
            let mut live = live.lock().unwrap_or_else(PoisonError::into_inner);
            live.insert(meta.id(), value);
        })
        .on_task_terminate(move |meta| {
            let mut live = ended.lock().unwrap_or_else(PoisonError::into_inner);
            live.remove(&meta.id());
        });
}
