//! Whose descriptors are noted, and how one is that was just opened.

use std::{
    cell::Cell,
    ffi::c_int,
    marker::PhantomData,
    sync::atomic::{AtomicBool, Ordering},
};

use super::table;
use crate::sys::{
    context::{self, Context},
    creation_stack,
    imp::{
        errno, fork,
        spare::{self, Done},
        threads,
    },
};

thread_local! {
    // Constant and without destructor: usable in every phase of a thread's life.
    static UNTRACKED: Cell<u32> = const { Cell::new(0) };
}

/// Whether threads that work for no check are watched as well.
static EVERYONE: AtomicBool = AtomicBool::new(false);

/// Notes from here on what threads open that work for no check.
pub(crate) fn watch_everyone() {
    EVERYONE.store(true, Ordering::Relaxed);
}

/// See [`untracked`].
#[derive(Debug)]
pub(crate) struct Untracked {
    // Bound to its thread: the count is thread-local.
    _thread: PhantomData<*const ()>,
}

/// While this lives, what this thread opens is nobody's.
pub(crate) fn untracked() -> Untracked {
    UNTRACKED.set(UNTRACKED.get() + 1);
    Untracked {
        _thread: PhantomData,
    }
}

/// Whether what this thread does is nobody's.
#[cfg(feature = "heap")]
#[inline]
pub(crate) fn are_untracked() -> bool {
    UNTRACKED.get() != 0
}

impl Drop for Untracked {
    fn drop(&mut self) {
        UNTRACKED.set(UNTRACKED.get().saturating_sub(1));
    }
}

/// Whether this thread works for a check, or all threads are watched.
#[inline]
pub(super) fn is_noted() -> bool {
    let scope = context::current().scope;
    (scope != Context::UNCHECKED.scope || EVERYONE.load(Ordering::Relaxed))
        && scope != Context::NOBODY.scope
        && UNTRACKED.get() == 0
        && !fork::in_child()
}

/// What has made a descriptor, as far as it matters.
pub(super) const ANY: c_int = 0;
pub(super) const SELECTOR: c_int = 1;

/// Notes what a function has returned, and returns it.
pub(super) fn note(fd: c_int, how: c_int) -> c_int {
    // The standard streams are the process's.
    if fd > 2 {
        let errno = errno::get();
        if spare::run(record, &mut Opened { fd, how }) == Done::No {
            table::miss();
        }
        errno::set(errno);
    }
    fd
}

/// What has been opened, and by which kind of function.
struct Opened {
    fd: c_int,
    how: c_int,
}

fn record(&mut Opened { fd, how }: &mut Opened) {
    if fork::shares_memory() {
        return;
    }
    // Where nobody wants paths, nothing is charged; one that could not be taken hides nothing.
    if !creation_stack::is_enabled() {
        return table::forget(fd);
    }
    let origin = creation_stack::here(0);
    table::put(
        fd,
        table::Noted {
            scope: context::current().scope,
            origin,
            thread: threads::own_numbers().0,
            runtime: threads::own_runtime(),
            is_selector: how == SELECTOR,
        },
    );
}
