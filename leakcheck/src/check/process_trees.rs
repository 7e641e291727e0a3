//! What the child processes of a test have started, and that goes on without them: looked at once, when all else is settled.

use std::{collections::HashSet, time::Duration};

use super::{inventory::Inventory, lifecycle::Check};
use crate::{
    base::{
        model::{Kind, Leak, Remark, Resource, ResourceId},
        sync::Work,
    },
    check::wait,
    observe::sources::{
        fds::charge,
        process_trees::{self, Orphan},
    },
    sys::{self, children},
};

impl Check {
    /// Adds those processes to what was found, and to the children that were found what runs below them. Those of a repeated test
    /// are not told: it reports what grows.
    pub(crate) fn collect_process_trees(&mut self) {
        let scope = self.view.scope;
        // Whether it has started any child is all that a clean test asks.
        if scope.counters().children() == 0 {
            return;
        }
        if self.view.options.wants(Kind::Process) && self.evidence.grown.is_none() {
            let _work = Work::begin();
            // What looking opens is nobody's.
            let _aside = sys::fds::untracked();
            process_trees::describe_below(&mut self.evidence.found.resources);
            self.add_orphans();
        }
        children::forget_given(scope.index());
    }

    /// Waits for those that are about to end, as for everything else: for a moment before it is asked whose they are, which takes
    /// names, and then for those that count.
    fn add_orphans(&mut self) {
        const MOMENT: Duration = Duration::from_millis(100);
        let scope = self.view.scope;
        let mut left = process_trees::orphans(scope);
        self.wait_for(&mut left, MOMENT);
        if self.counts(&left) {
            self.wait_for(&mut left, Duration::MAX);
        }
        // By now a child of another test may be known to have the same.
        if !left.is_empty() {
            left = process_trees::orphans(scope);
        }
        self.add(&left);
    }

    fn wait_for(&mut self, left: &mut Vec<Orphan>, most: Duration) {
        if left.is_empty() {
            return;
        }
        let scope = self.view.scope;
        let limit = self.view.limit().saturating_sub(self.evidence.waited);
        self.evidence.waited += wait::blocking(scope, limit.min(most), |_| {
            left.retain(Orphan::holds);
            // What has ended may have started another.
            if left.is_empty() {
                *left = process_trees::orphans(scope);
            }
            !left.is_empty()
        });
    }

    fn add(&mut self, orphans: &[Orphan]) {
        let found = self.judged(orphans);
        self.evidence.found.of_statics.extend(found.of_statics);
        self.evidence.found.resources.extend(found.resources);
    }

    /// Ends the processes of these findings, where that is asked for.
    pub(super) fn end_processes(&self, leaks: &[Leak]) -> Option<Remark> {
        if !self.view.options.ends_processes() || self.evidence.grown.is_some() {
            return None;
        }
        let leaks = leaks.iter().filter(|leak| leak.kind == Kind::Process);
        let numbers: HashSet<u64> = leaks.flat_map(|leak| &leak.others).copied().collect();
        let resources = &self.evidence.found.resources;
        let processes = || {
            resources
                .iter()
                .filter(|found| found.kind() == Kind::Process)
        };
        let is_reported = |found: &&Resource| match found.id {
            ResourceId::Other(_, number) => numbers.contains(&number),
            _ => false,
        };
        // Of very many the numbers are not all kept.
        let made: HashSet<u32> = processes()
            .filter(is_reported)
            .map(|found| found.origin)
            .collect();
        if made.is_empty() {
            return None;
        }
        let _work = Work::begin();
        let _aside = sys::fds::untracked();
        let [ended, left] =
            process_trees::end(processes().filter(|found| made.contains(&found.origin)));
        let is_any = !ended.is_empty() || !left.is_empty();
        is_any.then_some(Remark::Ended { ended, left })
    }

    /// Those that are the test's, and apart those of statics, which are known without a name of any function.
    fn judged(&self, orphans: &[Orphan]) -> Inventory {
        let mut found = Inventory::default();
        let all = orphans.iter().map(Orphan::resource).collect();
        self.view.with_others(&mut found, all);
        charge(&mut found.resources, self.view.watching());
        found
    }

    /// Whether there is one among them that is the test's, and that no rule accepts: it is no use to wait for others.
    fn counts(&self, orphans: &[Orphan]) -> bool {
        let found = self.judged(orphans);
        !found.resources.is_empty() && !self.view.is_accepted(&found)
    }
}
