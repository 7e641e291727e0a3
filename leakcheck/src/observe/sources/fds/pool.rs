//! What is opened on a pool thread is opened for whoever has handed it a closure, which its own stack does not tell.

use std::{cell::Cell, sync::Mutex};

use crate::{
    base::sync::lock_std as lock,
    observe::capture::{
        self,
        tokio_paths::{BLOCKING_TASK, SCHEDULER, SPAWNER},
    },
    sys::creation_stack,
};

/// How far the paths of the process were looked through.
static LOOKED: Mutex<Looked> = Mutex::new(Looked {
    next: 1,
    is_found: false,
});

#[derive(Debug)]
struct Looked {
    next: u32,
    is_found: bool,
}

/// Whether a closure was running that a pool thread was handed, and no task.
pub(super) fn runs_closure(path: u32) -> bool {
    let is_closure = Cell::new(false);
    capture::address(path, |called| {
        is_closure.set(called.is_genuine && called.function.contains(BLOCKING_TASK));
        is_closure.get() || called.is_in(SCHEDULER)
    });
    is_closure.get()
}

/// Whether anybody `chosen` by a path has ever handed a closure to a pool. Each path is looked at once.
pub(super) fn works_for(chosen: impl Fn(u32) -> bool) -> bool {
    let mut looked = lock(&LOOKED);
    while !looked.is_found && !creation_stack::frames(looked.next).is_empty() {
        let path = looked.next;
        looked.next += 1;
        let hands = capture::address(path, |called| called.is_in(SPAWNER));
        looked.is_found = hands.is_some() && chosen(path);
    }
    looked.is_found
}
