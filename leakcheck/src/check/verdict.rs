//! From what was found to a report.

use std::{collections::HashSet, sync::Arc, time::Instant};

use super::{Check, PATIENCE, present::Present, watched::Watched};
use crate::{
    base::{
        model::{Body, Gap, Ignored, Kind, Leak, Remark, Report, ResourceId, TimerKind, Verdict},
        sync::Work,
    },
    check::findings,
    settings::{
        config::{self, Came, Split},
        ignore::{self, Sorted},
    },
};

impl Check {
    pub(super) fn findings(&self, present: &Present) -> Vec<Leak> {
        let own = self.runtime.as_ref().and_then(Watched::token);
        let package_dir = self.whom.package_dir();
        let lists: Vec<_> = present.lists.iter().map(Arc::as_ref).collect();
        let mut found = findings::findings(&present.resources, &lists, own, package_dir.as_deref());
        if present.unnamed > 0 {
            found.insert(0, findings::unnamed_tasks(present.unnamed));
        }
        found
    }

    pub(super) fn sorted(&self, present: &Present) -> Sorted {
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
    pub(super) fn is_accepted(&self, present: &Present) -> bool {
        let left = self.sorted(present).leaks;
        left.is_empty() || self.env.report_dir.is_none() && self.split(left).leaks.is_empty()
    }

    /// Tells leaks of the baseline from others.
    fn split(&self, leaks: Vec<Leak>) -> Split {
        match config::baseline() {
            Some(baseline) if !leaks.is_empty() => baseline.split(&self.whom.subject(), leaks),
            _ => Split::of_unknown(leaks),
        }
    }

    /// Ends the check.
    pub(crate) fn conclude(self, body: Body) -> Report {
        let _work = Work::begin();
        let start = Instant::now();
        let coverage = self.coverage();
        let mut notes = self.remarks.clone();
        let mut sorted = if let Some(leaks) = self.grown.clone() {
            Sorted {
                leaks,
                ..Sorted::default()
            }
        } else if self.found.is_empty() {
            Sorted::default()
        } else {
            self.sorted(&self.found)
        };
        sorted.ignored.extend(self.of_statics());
        notes.extend(sorted.notes);
        for leak in &mut sorted.leaks {
            leak.level = self.options.level_for(leak.kind);
        }
        let split = self.split(std::mem::take(&mut sorted.leaks));
        sorted.leaks = split.leaks;
        notes.extend(split.notes);
        let level = self.options.level_for_unseen_panics();
        let panicked = self.panicked.iter().cloned();
        sorted
            .leaks
            .extend(panicked.map(|leak| Leak { level, ..leak }));
        let is_unread =
            |leak: &Leak| leak.kind == Kind::Task && leak.waiting.is_none() && leak.panic.is_none();
        if let Some(why) = &self.found.unread
            && sorted.leaks.iter().any(is_unread)
        {
            notes.push(Remark::WaitsUnread(why.clone()));
        }
        notes.extend(self.unapplied_rules(&sorted.leaks));
        notes.extend(config::settings().and_then(|settings| {
            settings.note(&Came {
                options: &self.options,
                leaks: &sorted.leaks,
                body,
                has_waited: self.waited >= PATIENCE,
            })
        }));
        let lingering = self.waited >= PATIENCE;
        let lingered = match &self.first {
            Some(first) if lingering && self.env.report_dir.is_some() => self.lingered(first),
            _ => Vec::new(),
        };
        let mut gaps = self.gaps.clone();
        if self.found.phantoms > 0 {
            gaps.push(Gap {
                kind: Kind::Task,
                why: format!(
                    "{} more tasks are listed than the runtime counts as alive, so nothing is claimed about tasks",
                    self.found.phantoms
                ),
                level: self.options.level_for(Kind::Task),
            });
        }
        notes.extend(gaps.iter().map(|gap| Remark::Gap(gap.why.clone())));
        let verdict = if self.found.phantoms > 0 {
            Verdict::Inconclusive
        } else if !sorted.leaks.is_empty() {
            Verdict::Leaked
        } else if !gaps.is_empty() {
            Verdict::Inconclusive
        } else if lingering && sorted.ignored.is_empty() && split.known.is_empty() {
            Verdict::Lingering
        } else {
            Verdict::Clean
        };
        Report {
            subject: self.whom.subject(),
            verdict,
            body,
            hang: None,
            waited: self.waited,
            spent: self.spent + start.elapsed(),
            has_read_debug_info: leakcheck_introspect::has_read(),
            leaks: sorted.leaks,
            known: split.known,
            lingered,
            ignored: sorted.ignored,
            coverage,
            gaps,
            notes,
        }
    }

    /// What was accepted by no more than its path, kind by kind.
    fn of_statics(&self) -> Vec<Ignored> {
        let is_thread = |id: &&ResourceId| matches!(id, ResourceId::Thread(_));
        let threads = self.found.of_statics.iter().filter(is_thread).count();
        let others = self.found.of_statics.len() - threads;
        [(Kind::Thread, threads), (Kind::Process, others)]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| ignore::of_statics(kind, count))
            .collect()
    }

    /// What was there at first and is not any more.
    fn lingered(&self, first: &Present) -> Vec<Leak> {
        let left: HashSet<ResourceId> = self.found.ids().into_iter().collect();
        let mut ended = Present {
            of_statics: HashSet::new(),
            resources: first
                .resources
                .iter()
                .filter(|resource| !left.contains(&resource.id))
                .cloned()
                .collect(),
            unnamed: first.unnamed.saturating_sub(self.found.unnamed),
            phantoms: 0,
            is_armed: false,
            lists: Vec::new(),
            unread: None,
        };
        self.attribute(&mut ended);
        findings::fold(self.findings(&ended))
    }
}
