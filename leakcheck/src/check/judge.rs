//! What the rules and the baseline say of what is there.

use std::sync::Arc;

use crate::{
    base::model::{Kind, Leak, Remark, TimerKind},
    check::{findings, inventory::Inventory, view::View, watched_runtime::WatchedRuntime},
    settings::{
        config::{self, Split},
        ignore::{self, Sorted},
    },
};

impl View {
    pub(super) fn findings(&self, present: &Inventory) -> Vec<Leak> {
        let own = self.runtime.as_ref().and_then(WatchedRuntime::token);
        let package_dir = self.whom.package_dir();
        let lists: Vec<_> = present.lists.iter().map(Arc::as_ref).collect();
        let beside = findings::Beside {
            others: present.others.as_deref(),
            naps: Some(&present.naps),
        };
        let mut found = findings::findings(
            &present.resources,
            &lists,
            beside,
            own,
            package_dir.as_deref(),
        );
        if present.unnamed > 0 {
            found.insert(0, findings::unnamed_tasks(present.unnamed));
        }
        found
    }

    pub(super) fn sorted(&self, present: &Inventory) -> Sorted {
        let mut sorted = ignore::sort(self.findings(present), self.options.rules());
        // What somebody accepts may hold descriptors and timers, and who holds one is not always known.
        let accepts = |kind| {
            let mut ignored = sorted.ignored.iter();
            ignored.any(|ignored| ignored.kind == kind && !ignored.built_in)
        };
        if accepts(Kind::Task) || accepts(Kind::Thread) || accepts(Kind::BlockingTask) {
            let leaks = &mut sorted.leaks;
            let mut leave_out = |kind: Kind, is_one: fn(&Leak) -> bool| {
                let before = leaks.len();
                leaks.retain(|leak| !is_one(leak));
                if leaks.len() < before {
                    sorted.notes.push(Remark::HeldByAccepted(kind));
                }
            };
            leave_out(Kind::Fd, |leak| {
                matches!(leak.kind, Kind::Fd | Kind::Runtime)
            });
            leave_out(Kind::TempFile, |leak| leak.kind == Kind::TempFile);
            leave_out(Kind::Timer, |leak| {
                leak.kind == Kind::Timer && leak.timer == Some(TimerKind::Posix)
            });
        }
        // Rules are about the threads, which is how they have always been written.
        sorted.leaks = findings::join_numbered(findings::fold(sorted.leaks));
        sorted
    }

    /// Whether all of it is accepted, or known by the baseline. Who wants a report wants to learn what of the known ends in
    /// time by now.
    pub(super) fn is_accepted(&self, present: &Inventory) -> bool {
        let left = self.sorted(present).leaks;
        left.is_empty() || self.env.report_dir.is_none() && self.split(left).leaks.is_empty()
    }

    /// Tells leaks of the baseline from others.
    pub(super) fn split(&self, leaks: Vec<Leak>) -> Split {
        match config::baseline() {
            Some(baseline) if !leaks.is_empty() => baseline.split(&self.whom.subject(), leaks),
            _ => Split::of_unknown(leaks),
        }
    }
}
