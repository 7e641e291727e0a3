//! Two drivers for one wait: a thread that blocks, and a future inside a runtime.

mod clock;
mod pacer;

use std::time::{Duration, Instant};

use crate::{
    settle::{Settle, Step},
    sys::tally::Tally,
};
use pacer::Pacer;

/// Waits on this thread while `dirty`, for `limit` at most; returns how long it took.
pub(crate) fn blocking(
    tally: &'static Tally,
    limit: Duration,
    mut dirty: impl FnMut(Duration) -> bool,
) -> Duration {
    let start = Instant::now();
    if !dirty(Duration::ZERO) {
        return Duration::ZERO;
    }
    let expecting = tally.expect();
    let mut settle = Settle::without_yields(limit);
    loop {
        let seen = expecting.seen();
        let elapsed = start.elapsed();
        if !dirty(elapsed) {
            return elapsed;
        }
        match settle.step(elapsed) {
            Step::Yield => std::thread::yield_now(),
            Step::Wait(wait) => expecting.wait(seen, wait),
            Step::Stop => return elapsed,
        }
    }
}

/// Lets the runtime that polls this future go on while `dirty`, for `limit` at most; returns how long it took.
///
/// A paused clock is judged in its own time first, at no cost, and in real time after that, without moving it.
pub(crate) async fn in_runtime(
    tally: &'static Tally,
    limit: Duration,
    mut dirty: impl FnMut(Duration) -> bool,
) -> Duration {
    let start = Instant::now();
    if !dirty(Duration::ZERO) {
        return Duration::ZERO;
    }
    let mut settle = Settle::new(limit);
    let mut waiting = None;
    loop {
        let elapsed = start.elapsed();
        if !dirty(elapsed) {
            return elapsed;
        }
        match settle.step(elapsed) {
            Step::Yield => tokio::task::yield_now().await,
            Step::Wait(wait) => {
                if waiting.is_none() {
                    let pacer = Pacer::start(tally);
                    let held = clock::settle_paused(limit, &pacer, &mut dirty).await;
                    waiting = Some((pacer, held));
                    continue;
                }
                if let Some((pacer, _)) = &waiting {
                    pacer.wait(wait).await;
                }
            }
            Step::Stop => return elapsed,
        }
    }
}
