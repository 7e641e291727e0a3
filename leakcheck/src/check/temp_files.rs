//! What a test left in temporary folders: looked at once, when all else is settled. Nothing is waited for.

use super::lifecycle::Check;
use crate::{
    base::{
        model::{Gap, Kind},
        sync::Work,
    },
    observe::sources::{fds::charge, temp_files},
};

impl Check {
    /// Adds the files and folders to what was found. Those of a repeated test are not told: it reports what grows.
    pub(crate) fn collect_temp_files(&mut self) {
        let kind = Kind::TempFile;
        let counters = self.view.scope.counters();
        // Whether there may be any is all that a clean test asks.
        if counters.temp_files() == 0
            || !self.view.options.wants(kind)
            || self.evidence.grown.is_some()
        {
            return;
        }
        let _work = Work::begin();
        if let Some(why) = temp_files::unrecorded(self.view.scope) {
            let level = self.view.options.level_for(kind);
            self.evidence.gaps.push(Gap { kind, why, level });
        }
        let mut left = self.view.new_of(temp_files::list(self.view.scope));
        charge(&mut left, self.view.watching());
        self.evidence.found.add(left);
    }
}
