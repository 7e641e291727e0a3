//! Looks again and again while things end.

use std::time::Duration;

use super::{
    Check, PATIENCE,
    present::{Phase, Present},
};
use crate::model::ResourceId;

/// Looks, and remembers what the rules said of the same set.
pub(super) struct Look<'a> {
    check: &'a Check,
    phase: Phase,
    pub(super) first: Option<Present>,
    judged: Option<(Vec<ResourceId>, bool)>,
}

impl<'a> Look<'a> {
    pub(super) fn new(check: &'a Check, phase: Phase) -> Self {
        Self {
            check,
            phase,
            first: None,
            judged: None,
        }
    }

    /// Whether something is there that no rule accepts.
    pub(super) fn is_dirty(&mut self, elapsed: Duration) -> bool {
        let is_remembered = self.first.is_some() || self.check.env.report_dir.is_none();
        if elapsed < PATIENCE
            && is_remembered
            && self.phase == Phase::Running
            && self.check.has_new_tasks()
        {
            return true;
        }
        let present = self.check.present(self.phase);
        if present.is_empty() {
            return false;
        }
        if !is_remembered {
            self.first = Some(present.clone());
        }
        if elapsed < PATIENCE || present.unnamed > 0 {
            return true;
        }
        let ids = present.ids();
        if let Some((judged, dirty)) = &self.judged
            && *judged == ids
        {
            return *dirty;
        }
        let dirty = !self.check.sorted(&present).leaks.is_empty();
        self.judged = Some((ids, dirty));
        dirty
    }
}
