//! Whether the test had more alive at one time than its budgets allow.

use std::time::Duration;

use super::{lifecycle::Check, target::CheckTarget};
use crate::{
    base::model::{Breach, BreachSite, Frame, Limited, Measure, PeakPrecision},
    observe::{capture, sources::tasks},
    sys::{budget, threads, timeline::When},
};

/// Sites that are told of one breach.
const TOLD: usize = 5;

impl Check {
    /// Counts from here on what is too much.
    pub(crate) fn body_begins(&self) {
        self.time_line_of_body_begins();
        if self.view.scope.counters().counts_by_kind() {
            budget::body_begins(self.view.scope.index(), threads::next());
        }
    }

    /// Counts the tasks of its own runtime, where no hooks tell of each, and they have a budget; and notes which have ended.
    #[inline]
    pub(crate) fn count_tasks(&self) {
        if tasks::HAS_TASK_HOOKS {
            return;
        }
        tasks::look(self.view.scope, When::Due);
        if self.view.scope.counters().counts_by_kind() {
            let runtime = self.view.runtime.as_ref();
            if let Some(runtime) = runtime.filter(|runtime| runtime.is_own()) {
                let alive = runtime.handle.metrics().num_alive_tasks();
                tasks::count_alive(self.view.scope, alive);
            }
        }
    }

    /// Whether tasks are to be counted or looked at by the runtime's own threads as well.
    pub(crate) fn counts_tasks(&self) -> bool {
        let scope = self.view.scope;
        !tasks::HAS_TASK_HOOKS
            && (scope.keeps_times() || budget::is_limited(scope.index(), Limited::Task))
    }

    /// Whether the test went over a budget.
    pub(super) fn is_over_budget(&self) -> bool {
        self.is_of_test() && budget::is_breached(self.view.scope.index())
    }

    /// Ends its budgets.
    pub(super) fn end_budgets(&self) {
        if self.is_of_test() {
            budget::close(self.view.scope.index());
        }
    }

    /// Whether it is that of a test: a guard inside of one shares its scope.
    pub(super) fn is_of_test(&self) -> bool {
        matches!(self.view.whom, CheckTarget::Test(_))
    }

    /// The budgets that the test went over.
    pub(super) fn breaches(&self) -> Vec<Breach> {
        if !self.is_of_test() {
            return Vec::new();
        }
        let package_dir = self.view.whom.package_dir();
        let breach = |peak: budget::Peak| Breach {
            level: self.view.options.level_for(peak.limited.kind()),
            limit: peak.limit,
            peak: peak.highest,
            precision: match peak.limited {
                Limited::Task if !tasks::HAS_TASK_HOOKS => PeakPrecision::AtLeast,
                _ => PeakPrecision::Exact,
            },
            measure: Measure::Alive {
                after: Duration::from_millis(peak.after_ms),
            },
            noted: peak.makers.alive,
            sites: sites(&peak.makers.paths, package_dir.as_deref()),
            limited: peak.limited,
        };
        let peaks = budget::breaches(self.view.scope.index()).into_iter();
        peaks.map(breach).collect()
    }
}

/// The lines that made most of it, most first.
pub(super) fn sites(paths: &[(u32, usize)], package_dir: Option<&str>) -> Vec<BreachSite> {
    let mut sites: Vec<BreachSite> = Vec::new();
    for (origin, count) in paths {
        let Some(at) = capture::trace(*origin, package_dir).site else {
            continue;
        };
        let place = |frame: &Frame| (frame.file.clone(), frame.line, frame.function.clone());
        match sites.iter_mut().find(|site| place(&site.at) == place(&at)) {
            Some(site) => site.count += count,
            None => sites.push(BreachSite { count: *count, at }),
        }
    }
    sites.sort_by_key(|site| std::cmp::Reverse(site.count));
    sites.truncate(TOLD);
    sites
}
