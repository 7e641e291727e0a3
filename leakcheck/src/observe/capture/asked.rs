//! What memory that may be a task's was asked for, by the functions that did.

use super::{
    symbol::{self, Symbol},
    tokio_paths::{HARNESS, LOCAL_SET, SPAWNER, TASK},
};
use crate::{base::model::CodeOwner, sys::creation_stack};

/// What memory was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A task, of the test's own or of a package that it uses.
    Task,
    /// A task of a `LocalSet`.
    LocalTask,
    /// A blocking closure.
    Closure,
    /// Anything else, such as a channel.
    Other,
    /// Functions have no names.
    Unread,
}

/// What the memory was asked for that has this creation path.
pub(crate) fn asked_for(path: u32) -> Asked {
    let mut is_task = None;
    for address in creation_stack::frames(path) {
        for symbol in symbol::resolve(*address).iter() {
            let is_in = |start: &str| symbol.is_genuine() && symbol.function.starts_with(start);
            if symbol.is_outermost || is_in(HARNESS) || is_somebodys(symbol) {
                return of(is_task, Asked::Task);
            }
            if is_in(SPAWNER) {
                return of(is_task, Asked::Closure);
            }
            if is_in(LOCAL_SET) {
                return of(is_task, Asked::LocalTask);
            }
            if is_in("tokio::") {
                // The innermost one tells; those around it are who asked.
                is_task.get_or_insert(is_in(TASK));
            }
        }
        if symbol::is_unread(*address) {
            return Asked::Unread;
        }
    }
    of(is_task, Asked::Task)
}

/// This, if the innermost function of tokio's was one that makes tasks.
fn of(is_task: Option<bool>, asked: Asked) -> Asked {
    if is_task == Some(true) {
        asked
    } else {
        Asked::Other
    }
}

fn is_somebodys(symbol: &Symbol) -> bool {
    symbol.owner != CodeOwner::Internal && !symbol.function.is_empty()
}
