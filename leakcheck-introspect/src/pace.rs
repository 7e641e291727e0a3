//! Whether tasks are being polled.

use tokio::runtime::Handle;

/// What stays the same for as long as nobody polls the tasks of a runtime: how often its threads have gone to sleep and
/// woken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pace(Vec<u64>);

impl Pace {
    /// Of tasks that the reading thread alone may poll.
    pub(crate) const fn own() -> Self {
        Self(Vec::new())
    }

    /// Of a runtime whose threads all sleep, or whose only thread is this one; `None` while others may poll.
    pub(crate) fn of(handle: &Handle, is_driven_here: bool) -> Option<Self> {
        let metrics = handle.metrics();
        let workers = 0..metrics.num_workers();
        let counts: Vec<u64> = workers
            .map(|worker| metrics.worker_park_unpark_count(worker))
            .collect();
        // Whoever sleeps has gone to sleep once more than woken up.
        let sleeps = |count: &u64| count % 2 == 1;
        (is_driven_here || counts.iter().all(sleeps)).then_some(Self(counts))
    }
}
