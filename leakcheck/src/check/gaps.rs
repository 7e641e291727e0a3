//! What could not be looked at in this check, although in this program it can be: then nothing is claimed.

use super::{
    evidence::Evidence,
    inventory::Phase,
    quick::unrecorded,
    view::{Sets, View},
};
use crate::{
    base::model::{Gap, Kind},
    observe::sources::{tasks, timers::Armed},
};

impl View {
    /// Notes what cannot be looked at now.
    pub(super) fn note_gaps(&self, phase: Phase, evidence: &mut Evidence) {
        let mut gaps: Vec<(Kind, String)> = unrecorded();
        gaps.retain(|gap| !self.unrecorded.contains(gap));
        if phase != Phase::Stopped {
            gaps.extend(self.unread());
        }
        for (kind, why) in gaps {
            let is_known = |gap: &Gap| gap.kind == kind && gap.why == why;
            if self.options.wants(kind) && !evidence.gaps.iter().any(is_known) {
                evidence.gaps.push(Gap {
                    level: self.options.level_for(kind),
                    kind,
                    why,
                });
            }
        }
    }

    /// Of which kinds what there is cannot be read.
    fn unread(&self) -> Vec<(Kind, String)> {
        let mut gaps = Vec::new();
        if self.armed() == Armed::Unknown {
            let why = "the kernel does not let the memory of this process be read, which shows whether timers are armed";
            gaps.push((Kind::Timer, why.to_owned()));
        }
        let of_sets = || match self.sets {
            Sets::All => tasks::sets::gap(self.scope),
            Sets::Watched => None,
        };
        if self.options.wants(Kind::Task)
            && let Some(why) = tasks::gap(self.scope).or_else(of_sets)
        {
            gaps.push((Kind::Task, why));
        }
        gaps
    }
}
