//! Work that a test declared to run in its background, and that is ended before the check looks.

use std::{
    any::Any,
    collections::BTreeMap,
    future::Future,
    panic::{self, AssertUnwindSafe},
    pin::pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use tokio::task::{JoinHandle, unconstrained};

use crate::{base::sync::lock_std as lock, check::wait, observe::scope::ScopeId};

type Payload = Box<dyn Any + Send>;

/// Something that runs and can be waited for.
pub(crate) trait Running: Send {
    fn is_finished(&self) -> bool;
    /// The panic that it ended with, if any. Called where it has ended.
    fn panic(self: Box<Self>) -> Option<Payload>;
}

impl<T: Send> Running for JoinHandle<T> {
    fn is_finished(&self) -> bool {
        JoinHandle::is_finished(self)
    }

    fn panic(self: Box<Self>) -> Option<Payload> {
        let result = pin!(unconstrained(*self)).poll(&mut Context::from_waker(Waker::noop()));
        match result {
            Poll::Ready(Err(error)) => error.try_into_panic().ok(),
            Poll::Ready(Ok(_)) | Poll::Pending => None,
        }
    }
}

impl<T: Send> Running for thread::JoinHandle<T> {
    fn is_finished(&self) -> bool {
        thread::JoinHandle::is_finished(self)
    }

    fn panic(self: Box<Self>) -> Option<Payload> {
        self.join().err()
    }
}

struct Work {
    stop: Box<dyn FnOnce() + Send>,
    running: Box<dyn Running>,
}

/// Declared work by scope, for those that will end it.
static DECLARED: Mutex<BTreeMap<u64, Vec<Work>>> = Mutex::new(BTreeMap::new());

/// From here on work may be declared in the scope, until it is stopped.
pub(crate) fn accept(scope: ScopeId) {
    lock(&DECLARED).insert(scope.index(), Vec::new());
}

/// Whether the scope has declared none; from here on it cannot, if so.
pub(crate) fn is_none(scope: ScopeId) -> bool {
    let mut declared = lock(&DECLARED);
    let is_none = declared.get(&scope.index()).is_none_or(Vec::is_empty);
    if is_none {
        declared.remove(&scope.index());
    }
    is_none
}

pub(crate) fn declare(stop: impl FnOnce() + Send + 'static, running: impl Running + 'static) {
    let mut declared = lock(&DECLARED);
    if let Some(work) = declared.get_mut(&ScopeId::current().index()) {
        work.push(Work {
            stop: Box::new(stop),
            running: Box::new(running),
        });
    }
}

/// Work of one scope that was told to end.
struct Stopping {
    running: Vec<Box<dyn Running>>,
    panic: Option<Payload>,
}

impl Stopping {
    /// Tells the work of a scope to end, in the scope; none if nothing was declared.
    fn of(scope: ScopeId) -> Option<Self> {
        let work = lock(&DECLARED).remove(&scope.index());
        let work = work.filter(|work| !work.is_empty())?;
        let _inside = scope.enter();
        let mut stopping = Self {
            running: Vec::new(),
            panic: None,
        };
        for Work { stop, running } in work {
            stopping.running.push(running);
            let stopped = panic::catch_unwind(AssertUnwindSafe(stop));
            stopping.panic = stopping.panic.take().or(stopped.err());
        }
        Some(stopping)
    }

    fn is_under_way(&self) -> bool {
        self.running.iter().any(|running| !running.is_finished())
    }

    /// The first panic. What has not ended is detached, and left to the check to report.
    fn end(self) -> Option<Payload> {
        let ended = self.running.into_iter().filter(|work| work.is_finished());
        // What a task returned is dropped here, and that may panic as well.
        let panics = ended.filter_map(|work| {
            panic::catch_unwind(AssertUnwindSafe(|| work.panic())).unwrap_or_else(Some)
        });
        let panics: Vec<Payload> = self.panic.into_iter().chain(panics).collect();
        panics.into_iter().next()
    }
}

/// Ends what runs in the background of a scope, from inside of the runtime; returns the first panic of it.
pub(crate) async fn stop_in_runtime(scope: ScopeId, limit: Duration) -> Option<Payload> {
    let stopping = Stopping::of(scope)?;
    wait::in_runtime(scope, limit, |_| stopping.is_under_way()).await;
    stopping.end()
}

/// Ends what runs in the background of a scope, from a thread that runs no tasks; returns the first panic of it.
pub(crate) fn stop_blocking(scope: ScopeId, limit: Duration) -> Option<Payload> {
    let stopping = Stopping::of(scope)?;
    wait::blocking(scope, limit, |_| stopping.is_under_way());
    stopping.end()
}
