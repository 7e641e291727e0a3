//! Whether a runtime keeps still: whether its tasks are being polled.
//!
//! What was read between two equal readings of them was read while nothing was polled. Tokio stores them `Relaxed`, so that on a
//! machine that orders little nothing else ties them to the data of a poll: each is read between two barriers. The first reading
//! then comes before all that is read afterwards, and the second behind it. Where no barrier is to be had, nothing is proven.

use tokio::runtime::Handle;

use super::memory::barrier;
use crate::park_counts::ParkCounts;

/// Those of a runtime whose threads all sleep, or whose only thread is this one; `None` while others may poll.
pub(super) fn park_counts(handle: &Handle, is_driven_here: bool) -> Option<ParkCounts> {
    let is_behind = is_driven_here || barrier();
    let metrics = handle.metrics();
    let workers = 0..metrics.num_workers();
    let counts: Vec<u64> = workers
        .map(|worker| metrics.worker_park_unpark_count(worker))
        .collect();
    // Whoever sleeps has gone to sleep once more than woken up.
    let sleeps = |count: &u64| count % 2 == 1;
    let is_ahead = is_driven_here || barrier();
    let is_still = is_driven_here || counts.iter().all(sleeps);
    (is_behind && is_ahead && is_still).then_some(ParkCounts(counts))
}

#[cfg(test)]
mod tests;
