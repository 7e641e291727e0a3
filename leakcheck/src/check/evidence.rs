//! What a check has found out so far.

use std::{collections::HashSet, time::Duration};

use super::{inventory::Inventory, view::PATIENCE};
use crate::base::model::{Gap, Leak, Remark, ResourceId};

/// What a check has found out so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    pub(super) found: Inventory,
    /// Closures that were found, by their cells: what is known of them goes by their threads.
    pub(super) told: HashSet<ResourceId>,
    /// What was there when the runtime was told to stop.
    pub(super) before_stop: HashSet<ResourceId>,
    /// What has grown, where the test was repeated; it stands for what was found.
    pub(super) grown: Option<Vec<Leak>>,
    /// Tasks that panicked when nobody could await them any more.
    pub(super) panicked: Vec<Leak>,
    /// What a reader of the report should know besides.
    pub(super) remarks: Vec<Remark>,
    /// What could not be looked at.
    pub(super) gaps: Vec<Gap>,
    /// What was there at the first dirty look.
    pub(super) first: Option<Inventory>,
    /// Where the body's future was, where that has ended.
    #[cfg(feature = "heap")]
    pub(super) ended_body: Option<crate::sys::heap_block::Span>,
    pub(super) waited: Duration,
    pub(super) spent: Duration,
}

impl Evidence {
    /// Whether there is nothing to report: neither something left, nor something that took long to end.
    pub(super) fn is_nothing(&self) -> bool {
        self.found.is_empty()
            && self.found.of_statics.is_empty()
            && self.grown.as_ref().is_none_or(Vec::is_empty)
            && self.panicked.is_empty()
            && self.found.phantoms == 0
            && self.gaps.is_empty()
            && self.waited < PATIENCE
    }
}
