//! What could not be looked at in this check, although in this program it can be: then nothing is claimed.

use super::{Check, Sets, present::Phase};
use crate::{
    base::model::{Gap, Kind},
    observe::sources::{tasks, timers::Armed},
    sys,
};

/// Of which kinds something could not be recorded so far, and why. Whose it was is not known either.
pub(super) fn unrecorded() -> Vec<(Kind, String)> {
    let gaps = [
        (Kind::Thread, sys::threads::gap()),
        (Kind::Timer, sys::timers::gap()),
        (Kind::Fd, sys::fds::gap()),
        (Kind::Process, sys::children::gap()),
    ];
    let gaps = gaps.into_iter();
    gaps.filter_map(|(kind, why)| Some((kind, why?))).collect()
}

impl Check {
    /// Whether something could not be recorded since the check began.
    pub(super) fn has_unrecorded(&self) -> bool {
        unrecorded() != self.unrecorded
    }

    /// Notes what cannot be looked at now.
    pub(super) fn note_gaps(&mut self, phase: Phase) {
        let mut gaps: Vec<(Kind, String)> = unrecorded();
        gaps.retain(|gap| !self.unrecorded.contains(gap));
        if phase != Phase::Stopped {
            gaps.extend(self.unread());
        }
        for (kind, why) in gaps {
            let is_known = |gap: &Gap| gap.kind == kind && gap.why == why;
            if self.options.wants(kind) && !self.gaps.iter().any(is_known) {
                self.gaps.push(Gap {
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
            let why = "the kernel does not let the memory of this process be read, which tells whether timers are armed";
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
