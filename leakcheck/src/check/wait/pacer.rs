//! Turns real time and endings into wake-ups of a future, without the runtime's own clock.

use std::{
    future::poll_fn,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    thread,
    time::Duration,
};

use crate::{observe::scope::outside, sys::scope_counters::ScopeCounters};

/// A thread that waits for a future; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Pacer {
    shared: Arc<Shared>,
    /// Whether the thread could be started.
    running: bool,
}

#[derive(Debug, Default)]
struct Shared {
    request: Mutex<Request>,
    changed: Condvar,
}

#[derive(Debug, Default)]
enum Request {
    #[default]
    Idle,
    Wait(Duration, Waker),
    Done,
    Stop,
}

impl Pacer {
    pub(super) fn start(counters: &'static ScopeCounters) -> Self {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let started = outside(|| {
            thread::Builder::new()
                .name("leakcheck-pacer".to_owned())
                .stack_size(128 << 10)
                .spawn(move || theirs.serve(counters))
        });
        Self {
            shared,
            running: started.is_ok(),
        }
    }

    /// Returns after `limit` of real time, or at an ending in the scope.
    pub(super) async fn wait(&self, limit: Duration) {
        if !self.running {
            // No thread is to be had: better to block for a moment than to spin.
            thread::sleep(limit.min(Duration::from_millis(1)));
            return tokio::task::yield_now().await;
        }
        let mut asked = false;
        poll_fn(|cx| {
            let mut request = self.shared.request();
            if asked && matches!(*request, Request::Done) {
                *request = Request::Idle;
                return Poll::Ready(());
            }
            match &mut *request {
                Request::Wait(_, waker) => waker.clone_from(cx.waker()),
                _ => *request = Request::Wait(limit, cx.waker().clone()),
            }
            asked = true;
            self.shared.changed.notify_one();
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Pacer {
    fn drop(&mut self) {
        *self.shared.request() = Request::Stop;
        self.shared.changed.notify_one();
    }
}

impl Shared {
    /// What is valid at every step.
    fn request(&self) -> MutexGuard<'_, Request> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, counters: &'static ScopeCounters) {
        let expecting = counters.expect();
        loop {
            let seen = expecting.seen();
            let limit = {
                let mut request = self.request();
                loop {
                    match &*request {
                        Request::Wait(limit, _) => break *limit,
                        Request::Stop => return,
                        Request::Idle | Request::Done => {
                            request = self
                                .changed
                                .wait(request)
                                .unwrap_or_else(PoisonError::into_inner);
                        }
                    }
                }
            };
            expecting.wait(seen, limit);
            let mut request = self.request();
            match std::mem::replace(&mut *request, Request::Done) {
                Request::Wait(_, waker) => {
                    drop(request);
                    waker.wake();
                }
                Request::Stop => return,
                Request::Idle | Request::Done => {}
            }
        }
    }
}
