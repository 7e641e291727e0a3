//! Looks again and again while things end.

use std::{
    collections::HashSet,
    mem,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use super::{
    evidence::Evidence,
    inventory::{Inventory, Phase},
    view::{PATIENCE, View},
};
use crate::{
    base::{model::ResourceId, sync::Work},
    check::findings::{self, Naps},
    observe::{scope::outside, sources},
    sys,
};

/// Looks, and remembers what the rules said of the same set.
pub(super) struct SettlePoll<'a> {
    view: &'a View,
    so_far: &'a Evidence,
    phase: Phase,
    /// How long the wait may take.
    limit: Duration,
    seen: Seen,
    early: Option<EarlyVerdict>,
}

/// What the looks have shown.
#[derive(Default)]
pub(super) struct Seen {
    /// At the first one that found something, where that is to be told.
    pub(super) first: Option<Inventory>,
    /// Whether there was nothing at the last one: what comes later comes of the end of a runtime.
    pub(super) is_clean: bool,
    /// At the first one that could read it.
    pub(super) naps: Naps,
    /// At the last one.
    pub(super) of_statics: HashSet<ResourceId>,
}

/// Whether waiting on is of no use, because the rules accept a set or because none of it can ever end. Asked on a thread
/// of its own: reading debug info may take longer than the whole wait, which must not grow by it.
struct EarlyVerdict {
    of: (Vec<ResourceId>, usize),
    asked: mpsc::Receiver<Answer>,
    answer: Option<bool>,
}

/// What is answered, in this order.
enum Answer {
    /// What slept when it was asked.
    Naps(Naps),
    /// Whether waiting on is of no use, which takes longer to know.
    IsSettled(bool),
}

/// Further looks at tasks that run at the first one, and the time between two.
const MORE_LOOKS: u32 = 4;
const MOMENT: Duration = Duration::from_millis(10);

impl<'a> SettlePoll<'a> {
    pub(super) fn new(view: &'a View, so_far: &'a Evidence, phase: Phase, limit: Duration) -> Self {
        Self {
            view,
            so_far,
            phase,
            limit,
            seen: Seen::default(),
            early: None,
        }
    }

    pub(super) fn seen(mut self) -> Seen {
        self.hear();
        self.seen
    }

    /// Takes the answers to what was asked, once they are there.
    fn hear(&mut self) {
        if let Some(early) = &mut self.early {
            early.hear(&mut self.seen.naps);
        }
    }

    /// Whether something is there that no rule is known to accept, and that may still end.
    pub(super) fn is_dirty(&mut self, elapsed: Duration) -> bool {
        // What looking opens is nobody's.
        let _aside = sys::fds::untracked();
        let is_remembered = self.seen.first.is_some() || self.view.env.report_dir.is_none();
        self.seen.is_clean = false;
        if elapsed < PATIENCE
            && is_remembered
            && self.phase == Phase::Running
            && self.view.has_new_tasks()
        {
            return true;
        }
        let mut present = self.view.present(self.phase, self.so_far);
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
            self.view.identify_some_of(first, &present);
        }
        // At the end of the wait it is too late to ask, and what is asked then would take twice the memory.
        if elapsed < PATIENCE || elapsed >= self.limit {
            return true;
        }
        !self.is_settled(present)
    }

    /// Whether waiting on is known to be of no use.
    fn is_settled(&mut self, present: Inventory) -> bool {
        let ids = (present.ids(), present.unnamed);
        self.hear();
        let may_ask = match &self.early {
            Some(early) => early.answer.is_some() && early.of != ids,
            None => true,
        };
        if may_ask {
            self.early = Some(EarlyVerdict {
                of: ids.clone(),
                asked: judge(self.view.clone(), self.so_far.clone(), present),
                answer: None,
            });
        }
        self.hear();
        let early = self.early.as_ref();
        early.is_some_and(|early| early.of == ids && early.answer == Some(true))
    }
}

impl EarlyVerdict {
    fn hear(&mut self, slept: &mut Naps) {
        while self.answer.is_none() {
            match self.asked.try_recv() {
                Ok(Answer::Naps(naps)) => slept.add(naps),
                Ok(Answer::IsSettled(is_settled)) => self.answer = Some(is_settled),
                Err(mpsc::TryRecvError::Empty) => break,
                // No thread could be had: the wait goes to its end.
                Err(mpsc::TryRecvError::Disconnected) => self.answer = Some(false),
            }
        }
    }
}

fn judge(view: View, so_far: Evidence, mut present: Inventory) -> mpsc::Receiver<Answer> {
    let (tell, answer) = mpsc::channel();
    let work = move || {
        let _work = Work::begin();
        // Nobody knows what one does that no thread has come to yet.
        let is_about_to_begin = present.has_closures() && view.has_closures_to_begin();
        view.read(&mut present);
        // The asker may have stopped waiting.
        let lists = || present.lists.iter().map(Arc::as_ref);
        let _ = tell.send(Answer::Naps(Naps::of(lists())));
        let mut are_at_rest = findings::are_at_rest(lists());
        // A task that is on its way to the next sleep gets there a moment later, and until then nothing is settled.
        let mut looks = 0;
        while !are_at_rest && looks < MORE_LOOKS {
            thread::sleep(MOMENT);
            looks += 1;
            let later = view.lists();
            let _ = tell.send(Answer::Naps(Naps::of(&later)));
            are_at_rest = findings::are_at_rest(&later);
        }
        view.describe(&mut present, &so_far);
        present.fold_timers();
        let is_known = || present.unnamed == 0 && view.is_accepted(&present);
        let is_stuck = || present.is_stuck() && !view.may_be_called_back();
        let is_settled = !is_about_to_begin && (is_stuck() || is_known());
        let _ = tell.send(Answer::IsSettled(is_settled));
    };
    // An error drops the sender, which the receiver sees.
    let _ = outside(|| {
        thread::Builder::new()
            .name("leakcheck-judge".to_owned())
            .spawn(work)
    });
    answer
}
