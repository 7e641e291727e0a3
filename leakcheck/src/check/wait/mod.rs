//! Two drivers for one wait: a thread that blocks, and a future inside a runtime.

mod clock;
mod held_up;
mod pacer;
mod pulse;
mod reap;
mod watch;

use std::time::Duration;

use crate::{
    check::settle::{Settle, Step},
    observe::scope::ScopeId,
};
use pacer::Pacer;
use watch::StopWatch;

pub(crate) use clock::is_paused;
pub(crate) use held_up::HeldUp;
pub(crate) use pulse::Pulse;
pub(crate) use reap::let_reap;

/// Waits on this thread while `dirty`, for `limit` at most; returns how long it took, without the looks.
///
/// What the system does not let run is given the time all the same.
pub(crate) fn blocking(
    scope: ScopeId,
    limit: Duration,
    mut dirty: impl FnMut(Duration) -> bool,
) -> Duration {
    let mut watch = StopWatch::start();
    if !watch.look(&mut dirty) {
        return Duration::ZERO;
    }
    let mut held_up = HeldUp::since_now(scope, limit);
    let expecting = scope.counters().expect();
    let mut settle = Settle::without_turns(limit);
    loop {
        let seen = expecting.seen();
        if !watch.look(&mut dirty) {
            return watch.waited();
        }
        match settle.step(watch.waited(), watch.looked(), || held_up.is_any()) {
            Step::Turns(_) => std::thread::yield_now(),
            Step::Wait(wait) => expecting.wait(seen, wait),
            Step::Stop => return watch.waited(),
        }
    }
}

/// Lets the runtime that polls this future go on while `dirty`, for `limit` at most; returns how long it took, without the
/// looks.
///
/// A paused clock is judged in its own time first, at no cost, and in real time after that, without moving it.
pub(crate) async fn in_runtime(
    scope: ScopeId,
    limit: Duration,
    mut dirty: impl FnMut(Duration) -> bool,
) -> Duration {
    let mut watch = StopWatch::start();
    if !watch.look(&mut dirty) {
        return Duration::ZERO;
    }
    let mut held_up = HeldUp::since_now(scope, limit);
    let mut settle = Settle::new(limit);
    let mut waiting = None;
    loop {
        if !watch.look(&mut dirty) {
            return watch.waited();
        }
        match settle.step(watch.waited(), watch.looked(), || held_up.is_any()) {
            Step::Turns(turns) => {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            }
            Step::Wait(wait) => {
                if waiting.is_none() {
                    let pacer = Pacer::start(scope.counters());
                    let held = clock::settle_paused(limit, &pacer, || watch.look(&mut dirty)).await;
                    waiting = Some((pacer, held));
                    continue;
                }
                if let Some((pacer, _)) = &waiting {
                    pacer.wait(wait).await;
                }
            }
            Step::Stop => return watch.waited(),
        }
    }
}
