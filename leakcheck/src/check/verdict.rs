//! From what was found to a report.

use std::{collections::HashSet, time::Instant};

use super::{inventory::Inventory, lifecycle::Check, view::PATIENCE};
use crate::{
    base::{
        model::{Body, Breach, Gap, Ignored, Kind, Leak, Remark, Report, ResourceId, Verdict},
        sync::Work,
    },
    check::findings,
    settings::{
        config::{self, Came},
        ignore::{self, Sorted},
    },
};

impl Check {
    /// Ends the check.
    pub(crate) fn conclude(self, body: Body) -> Report {
        let _work = Work::begin();
        let start = Instant::now();
        let coverage = self.view.coverage();
        let mut notes = self.evidence.remarks.clone();
        let (over_rates, unknown_rates) = self.judge_rates();
        let breaches: Vec<Breach> = self.breaches().into_iter().chain(over_rates).collect();
        notes.extend(unknown_rates);
        self.end_budgets();
        let mut sorted = if let Some(leaks) = self.evidence.grown.clone() {
            Sorted {
                leaks,
                ..Sorted::default()
            }
        } else if self.evidence.found.is_empty() {
            Sorted::default()
        } else {
            self.view.sorted(&self.evidence.found)
        };
        sorted.ignored.extend(self.of_statics());
        notes.extend(sorted.notes);
        for leak in &mut sorted.leaks {
            leak.level = self.view.options.level_for(leak.kind);
        }
        let split = self.view.split(std::mem::take(&mut sorted.leaks));
        sorted.leaks = split.leaks;
        notes.extend(split.notes);
        let level = self.view.options.level_for_unseen_panics();
        let panicked = self.evidence.panicked.iter().cloned();
        sorted
            .leaks
            .extend(panicked.map(|leak| Leak { level, ..leak }));
        let is_unread =
            |leak: &Leak| leak.kind == Kind::Task && leak.waiting.is_none() && leak.panic.is_none();
        if let Some(why) = &self.evidence.found.unread
            && sorted.leaks.iter().any(is_unread)
        {
            notes.push(Remark::WaitsUnread(why.clone()));
        }
        notes.extend(self.view.unapplied_rules(&sorted.leaks));
        notes.extend(config::settings().and_then(|settings| {
            settings.note(&Came {
                options: &self.view.options,
                leaks: &sorted.leaks,
                breaches: &breaches,
                body,
                has_waited: self.evidence.waited >= PATIENCE,
            })
        }));
        let lingering = self.evidence.waited >= PATIENCE;
        let lingered = match &self.evidence.first {
            Some(first) if lingering && self.view.env.tells_what_lingered() => self.lingered(first),
            _ => Vec::new(),
        };
        let mut gaps = self.evidence.gaps.clone();
        if self.evidence.found.phantoms > 0 {
            gaps.push(Gap {
                kind: Kind::Task,
                why: format!(
                    "{} more tasks are listed than the runtime counts as alive, so nothing is claimed about tasks",
                    self.evidence.found.phantoms
                ),
                level: self.view.options.level_for(Kind::Task),
            });
        }
        notes.extend(gaps.iter().map(|gap| Remark::Gap(gap.why.clone())));
        notes.extend(self.end_processes(&sorted.leaks));
        let timeline = self.time_line(&sorted.leaks).map(Box::new);
        self.end_time_line();
        let verdict = if self.evidence.found.phantoms > 0 {
            Verdict::Inconclusive
        } else if !sorted.leaks.is_empty() {
            Verdict::Leaked
        } else if !breaches.is_empty() {
            Verdict::OverBudget
        } else if !gaps.is_empty() {
            Verdict::Inconclusive
        } else if lingering && sorted.ignored.is_empty() && split.known.is_empty() {
            Verdict::Lingering
        } else {
            Verdict::Clean
        };
        Report {
            subject: self.view.whom.subject(),
            verdict,
            body,
            hang: None,
            cancellations: None,
            breaches,
            timeline,
            waited: self.evidence.waited,
            spent: self.evidence.spent + start.elapsed(),
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
        let threads = self
            .evidence
            .found
            .of_statics
            .iter()
            .filter(is_thread)
            .count();
        let others = self.evidence.found.of_statics.len() - threads;
        [(Kind::Thread, threads), (Kind::Process, others)]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| ignore::of_statics(kind, count))
            .collect()
    }

    /// What was there at first and is not any more.
    fn lingered(&self, first: &Inventory) -> Vec<Leak> {
        let left: HashSet<ResourceId> = self.evidence.found.ids().into_iter().collect();
        let mut ended = Inventory {
            of_statics: HashSet::new(),
            resources: first
                .resources
                .iter()
                .filter(|resource| !left.contains(&resource.id))
                .cloned()
                .collect(),
            unnamed: first.unnamed.saturating_sub(self.evidence.found.unnamed),
            phantoms: 0,
            is_armed: false,
            lists: Vec::new(),
            naps: findings::Naps::default(),
            others: None,
            unread: None,
        };
        self.view.attribute(&mut ended, &self.evidence);
        findings::fold(self.view.findings(&ended))
    }
}
