//! The side of the test: a body is told to the watchdog when it takes its time, and not before.

use std::{
    cell::RefCell,
    sync::Arc,
    task::Waker,
    time::{Duration, Instant},
};

use leakcheck_introspect::FutureAddress;

use super::{
    watched_body::{Stage, WatchedBody},
    watchlist::{register, unregister},
};
use crate::{
    base::sync::lock_std as lock,
    check::{Check, Hung},
};

/// Which bodies are looked at without a time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Among {
    /// Those on a runtime of their own, each of whose tasks can be read.
    Own(Parks),
    /// No body: what else may wake it is not known.
    Others,
}

/// When the thread of a body tells that it has nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parks {
    /// When it parks: it runs the tasks as well.
    WhenAllWait,
    /// Whenever the body waits.
    WhenItWaits,
}

/// Watches a body from its start to its end.
#[derive(Debug)]
pub(crate) struct Watch<'c> {
    check: &'c Check,
    among: Among,
    start: Instant,
    /// How long it took, once it has ended.
    took: Option<Duration>,
    /// Whether it was polled, or is about to be.
    has_begun: bool,
    watched_body: Option<Arc<WatchedBody>>,
}

thread_local! {
    /// The body that waits on this thread, until the thread parks.
    static WAITING: RefCell<Option<Arc<WatchedBody>>> = const { RefCell::new(None) };
}

impl<'c> Watch<'c> {
    /// Begins right before the body does. Without a time limit it costs nothing until the body waits.
    pub(crate) fn begin(check: &'c Check, among: Among) -> Self {
        let start = Instant::now();
        let watched_body = check.time_limit().map(|_| {
            let watched_body = Arc::new(WatchedBody::new(
                check.clone(),
                start,
                among != Among::Others,
            ));
            register(&watched_body);
            watched_body
        });
        Self {
            check,
            among,
            start,
            took: None,
            has_begun: false,
            watched_body,
        }
    }

    /// The body has come to its end by itself.
    pub(crate) fn ends(&mut self) {
        self.took = Some(self.start.elapsed());
        self.check.count_tasks();
    }

    /// By how much it took longer than it may.
    fn is_late(&self) -> Option<(Duration, Duration)> {
        let (limit, took) = self.check.time_limit().zip(self.took)?;
        (took > limit).then_some((limit, took))
    }

    /// Whether the body must not be polled any more, but dropped. It is polled once, however late it begins.
    pub(crate) fn is_given_up(&mut self) -> bool {
        if !std::mem::replace(&mut self.has_begun, true) {
            return false;
        }
        let watched_body = self.watched_body.as_ref();
        watched_body.is_some_and(|watched_body| {
            if watched_body.stage() != Stage::GivenUp {
                return false;
            }
            watched_body.read_at_last();
            watched_body.advance(Stage::GivenUp, Stage::Drops)
        })
    }

    pub(crate) fn begins_poll(&self) {
        if let Some(watched_body) = &self.watched_body {
            if self.among == Among::Others {
                // What others poll may go from thread to thread.
                watched_body.is_here();
            }
            watched_body.begins_poll();
        }
    }

    /// The body was polled and waits.
    pub(crate) fn is_suspended(
        &mut self,
        waker: &Waker,
        address: impl FnOnce() -> Option<FutureAddress>,
    ) {
        // A child has a copy of everything but the watchdog, which may have held any lock.
        if self.check.is_of_parent() {
            return;
        }
        self.check.count_tasks();
        let Some(watched_body) = &self.watched_body else {
            if let Among::Own(parks) = self.among {
                let watched_body = Arc::new(WatchedBody::new(self.check.clone(), self.start, true));
                watched_body.is_suspended(waker, address());
                match parks {
                    Parks::WhenAllWait => WAITING.set(Some(Arc::clone(&watched_body))),
                    Parks::WhenItWaits => register(&watched_body),
                }
                self.watched_body = Some(watched_body);
            }
            return;
        };
        watched_body.is_suspended(waker, address());
        if watched_body.stage() == Stage::GivenUp {
            // It was, before there was anything to wake.
            waker.wake_by_ref();
        }
    }

    /// The body has ended or was given up: this says how it hung, and that it has ended too late, whether or not anybody was
    /// let run to see that.
    pub(crate) fn end(mut self) -> Option<Hung> {
        let watched_body = self.watched_body.take()?;
        Self::leave(&watched_body);
        if watched_body.is_of_parent() {
            return None;
        }
        let hung = lock(&watched_body.hung).take();
        let Some((limit, took)) = self.is_late() else {
            return hung;
        };
        Some(match hung {
            Some(hung) => hung.or_late(limit, took),
            None => Hung::late(limit, took),
        })
    }

    fn leave(watched_body: &Arc<WatchedBody>) {
        if watched_body.is_of_parent() {
            return;
        }
        // The thread may be about to end, and what it keeps with it.
        let _ = WAITING.try_with(RefCell::take);
        unregister(watched_body);
        watched_body.end();
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(watched_body) = self.watched_body.take() {
            Self::leave(&watched_body);
        }
    }
}

/// The thread of a runtime has nothing to do: if a body waits on it, the watchdog may have a look in a while.
pub(crate) fn parks() {
    let waiting = WAITING.try_with(RefCell::take).ok().flatten();
    if let Some(watched_body) = waiting
        && !watched_body.is_of_parent()
    {
        register(&watched_body);
    }
}
