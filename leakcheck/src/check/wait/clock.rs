//! A tokio clock that stands still. While the runtime is idle it jumps to the next timer, so waiting on it in real time
//! would let years pass and hide every leaked timer.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::mpsc,
    task::Poll,
    time::Duration,
};

use super::pacer::Pacer;
use crate::observe::scope::outside;

/// Keeps a paused clock from jumping for as long as it lives.
#[derive(Debug)]
pub(super) struct Held {
    // A runtime with an outstanding blocking task does not advance its clock; this one waits for the drop.
    _release: mpsc::Sender<()>,
}

/// Lets a paused clock run on by `limit` in its own time, in growing steps, while `dirty`; then holds it.
///
/// Returns `None` at once where the clock is not paused.
pub(super) async fn settle_paused(
    limit: Duration,
    pacer: &Pacer,
    mut dirty: impl FnMut() -> bool,
) -> Option<Held> {
    if !is_paused() {
        return None;
    }
    let mut step = Duration::from_millis(1);
    let mut passed = Duration::ZERO;
    while passed < limit && dirty() {
        let next = step.min(limit.saturating_sub(passed));
        if !sleep_within(next, limit, pacer).await {
            break; // Something keeps the runtime busy, so the clock does not move.
        }
        passed += next;
        step *= 2;
    }
    let (release, wait) = mpsc::channel::<()>();
    outside(|| {
        tokio::task::spawn_blocking(move || {
            // Ends with the error that tells of the drop.
            let _ = wait.recv();
        })
    });
    Some(Held { _release: release })
}

/// Sleeps in the runtime's time, but no longer than `real` in real time; false where that was too short, although the runtime
/// came by a few times and could have moved its clock.
async fn sleep_within(virtual_time: Duration, real: Duration, pacer: &Pacer) -> bool {
    // Short waits, because the pacer finishes one that is abandoned before it takes the next.
    const LOOK: Duration = Duration::from_millis(16);
    const LOOKS: u32 = 8;
    let start = std::time::Instant::now();
    let mut sleep = pin!(tokio::time::sleep(virtual_time));
    let mut limit = pin!(async {
        let mut looks = 0;
        while start.elapsed() < real || looks < LOOKS {
            pacer.wait(LOOK).await;
            looks += 1;
        }
    });
    poll_fn(|cx| {
        if sleep.as_mut().poll(cx).is_ready() {
            Poll::Ready(true)
        } else if limit.as_mut().poll(cx).is_ready() {
            Poll::Ready(false)
        } else {
            Poll::Pending
        }
    })
    .await
}

/// Whether the clock stands still: there is no way to ask, but a running one moves within microseconds.
pub(crate) fn is_paused() -> bool {
    const LOOK: Duration = Duration::from_micros(50);
    let before = tokio::time::Instant::now();
    let start = std::time::Instant::now();
    while start.elapsed() < LOOK {
        std::hint::spin_loop();
    }
    tokio::time::Instant::now() == before
}
