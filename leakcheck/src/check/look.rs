//! Looks again and again while things end.

use std::{collections::HashSet, mem, sync::mpsc, thread, time::Duration};

use super::{
    Check, PATIENCE,
    present::{Phase, Present},
};
use crate::{
    base::{model::ResourceId, sync::Work},
    observe::{scope::outside, sources},
    sys,
};

/// Looks, and remembers what the rules said of the same set.
pub(super) struct Look<'a> {
    check: &'a Check,
    phase: Phase,
    /// How long the wait may take.
    limit: Duration,
    seen: Seen,
    judgement: Option<Judgement>,
}

/// What the looks have shown.
#[derive(Default)]
pub(super) struct Seen {
    /// At the first one that found something, where that is to be told.
    pub(super) first: Option<Present>,
    /// Whether there was nothing at the last one: what comes later comes of the end of a runtime.
    pub(super) is_clean: bool,
    /// At the last one.
    pub(super) of_statics: HashSet<ResourceId>,
}

/// Whether waiting on is of no use, because the rules accept a set or because none of it can ever end. Asked on a thread
/// of its own: reading debug info may take longer than the whole wait, which must not grow by it.
struct Judgement {
    of: (Vec<ResourceId>, usize),
    asked: mpsc::Receiver<bool>,
    answer: Option<bool>,
}

impl<'a> Look<'a> {
    pub(super) fn new(check: &'a Check, phase: Phase, limit: Duration) -> Self {
        Self {
            check,
            phase,
            limit,
            seen: Seen::default(),
            judgement: None,
        }
    }

    pub(super) fn seen(self) -> Seen {
        self.seen
    }

    /// Whether something is there that no rule is known to accept, and that may still end.
    pub(super) fn is_dirty(&mut self, elapsed: Duration) -> bool {
        // What looking opens is nobody's.
        let _untracked = sys::fds::untracked();
        let is_remembered = self.seen.first.is_some() || self.check.env.report_dir.is_none();
        self.seen.is_clean = false;
        if elapsed < PATIENCE
            && is_remembered
            && self.phase == Phase::Running
            && self.check.has_new_tasks()
        {
            return true;
        }
        let mut present = self.check.present(self.phase);
        self.seen.of_statics = mem::take(&mut present.of_statics);
        self.seen.is_clean = present.is_empty() && present.phantoms == 0;
        if present.is_empty() {
            return false;
        }
        if !is_remembered {
            let mut first = present.clone();
            sources::describe(&mut first.resources);
            self.seen.first = Some(first);
        }
        // Most of what is there at first is gone by now, and nothing was read for it.
        if elapsed >= PATIENCE
            && let Some(first) = &mut self.seen.first
        {
            self.check.identify_some_of(first, &present);
        }
        // At the end of the wait it is too late to ask, and what is asked then would take twice the memory.
        if elapsed < PATIENCE || elapsed >= self.limit {
            return true;
        }
        !self.is_settled(present)
    }

    /// Whether waiting on is known to be of no use.
    fn is_settled(&mut self, present: Present) -> bool {
        let ids = (present.ids(), present.unnamed);
        let may_ask = match &mut self.judgement {
            Some(judgement) => judgement.answer().is_some() && judgement.of != ids,
            None => true,
        };
        if may_ask {
            self.judgement = Some(Judgement {
                of: ids.clone(),
                asked: judge(self.check.clone(), present),
                answer: None,
            });
        }
        self.judgement
            .as_mut()
            .is_some_and(|judgement| judgement.of == ids && judgement.answer() == Some(true))
    }
}

impl Judgement {
    /// The answer, once it is there.
    fn answer(&mut self) -> Option<bool> {
        if self.answer.is_none() {
            self.answer = match self.asked.try_recv() {
                Ok(accepted) => Some(accepted),
                Err(mpsc::TryRecvError::Empty) => None,
                // No thread could be had: the wait goes to its end.
                Err(mpsc::TryRecvError::Disconnected) => Some(false),
            };
        }
        self.answer
    }
}

fn judge(check: Check, mut present: Present) -> mpsc::Receiver<bool> {
    let (tell, answer) = mpsc::channel();
    let work = move || {
        let _work = Work::begin();
        // Nobody knows what one does that no thread has come to yet.
        let is_about_to_begin = present.has_closures() && check.has_closures_to_begin();
        check.read(&mut present);
        check.describe(&mut present);
        present.fold_timers();
        let is_known = || present.unnamed == 0 && check.is_accepted(&present);
        let is_settled = !is_about_to_begin && (present.is_stuck() || is_known());
        // The asker may have stopped waiting.
        let _ = tell.send(is_settled);
    };
    // An error drops the sender, which the receiver sees.
    let _ = outside(|| {
        thread::Builder::new()
            .name("leakcheck-judge".to_owned())
            .spawn(work)
    });
    answer
}
