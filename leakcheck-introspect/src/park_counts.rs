//! Counts that tell whether tasks are being polled.

/// What stays the same for as long as nobody polls the tasks of a runtime: how often its threads have gone to sleep and
/// woken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParkCounts(pub(crate) Vec<u64>);

impl ParkCounts {
    /// Of tasks that the reading thread alone may poll.
    pub(crate) const fn own() -> Self {
        Self(Vec::new())
    }
}
