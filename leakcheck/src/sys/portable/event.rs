//! Waiting by looking again: no wake-up that works inside a dying thread is common to all platforms.

use std::time::{Duration, Instant};

use crate::base::sync::{AtomicU32, Ordering};

/// Returns when `word` no longer holds `seen`, or after `limit`.
pub(crate) fn wait(word: &AtomicU32, seen: u32, limit: Duration) {
    const STEP: Duration = Duration::from_millis(1);
    let end = Instant::now() + limit;
    while word.load(Ordering::Acquire) == seen {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        pause(left.min(STEP));
    }
}

/// Gives way for `time`, which a model checker has none of.
fn pause(time: Duration) {
    #[cfg(leakcheck_loom)]
    {
        _ = time;
        loom::thread::yield_now();
    }
    #[cfg(not(leakcheck_loom))]
    std::thread::sleep(time);
}

/// Waiters look for themselves.
pub(crate) fn wake(_word: &AtomicU32) {}
