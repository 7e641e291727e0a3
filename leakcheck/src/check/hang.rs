//! A body that does not end, seen from another thread.

use std::{sync::Arc, time::Duration};

use leakcheck_introspect::{Graph, Task, TaskList};

use super::{
    cancelled_run::CancelledRun,
    inventory::{Inventory, Phase},
    lifecycle::Check,
};
use crate::{
    base::{
        model::{
            Body, Detail, Fate, Hang, HangCause, Kind, Leak, Note, Report, Resource,
            RuntimeRelation, Seen, StuckThread, Verdict, Waiting,
        },
        sync::Work,
    },
    check::findings,
    observe::sources::{self, fds, named, stacks, tasks},
    settings::env::Stacks,
};

/// What a body was activity and what was alive beside it, not yet put into words.
#[derive(Clone, Debug)]
pub(crate) struct HangSnapshot {
    present: Inventory,
    body: Reading,
}

/// What became of reading the body.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reading {
    /// It was not suspended all the time, or there is none.
    None,
    Read,
    /// It could not be, although it was suspended.
    Failed(String),
}

/// How a body was found to hang.
#[derive(Clone, Debug)]
pub(crate) struct Hung {
    pub(crate) cause: HangCause,
    /// How long it had run.
    pub(crate) after: Duration,
    pub(crate) fate: Fate,
    pub(crate) snapshot: HangSnapshot,
}

/// The tasks and the body, read when they were proven to wait for ever.
#[derive(Clone, Debug)]
pub(crate) struct Deadlock {
    tasks: Arc<TaskList>,
    body: Arc<TaskList>,
}

impl Hung {
    /// A body that ended by itself, `after` its `limit`, and that nobody had looked at.
    pub(crate) fn late(limit: Duration, after: Duration) -> Self {
        Self {
            cause: HangCause::Timeout(limit),
            after,
            fate: Fate::Late,
            snapshot: HangSnapshot {
                present: Inventory::default(),
                body: Reading::None,
            },
        }
    }

    /// The same where somebody had, when it was to be given up: what was alive then is told, and not where it waited.
    pub(crate) fn or_late(self, limit: Duration, after: Duration) -> Self {
        Self {
            snapshot: self.snapshot,
            ..Self::late(limit, after)
        }
    }

    /// The threads that were alive.
    pub(super) fn threads(&mut self) -> impl Iterator<Item = &mut Resource> {
        let seen = self.snapshot.present.resources.iter_mut();
        seen.filter(|seen| seen.kind() == Kind::Thread)
    }

    /// Whether the body came to an end after all.
    pub(crate) fn is_late(&self) -> bool {
        self.fate == Fate::Late
    }
}

impl HangSnapshot {
    /// What was alive, where there is no body.
    pub(super) fn of(present: Inventory) -> Self {
        Self {
            present,
            body: Reading::None,
        }
    }

    /// Whether the body was not suspended when it was to be read.
    pub(crate) fn lacks_body(&self) -> bool {
        self.body == Reading::None
    }

    /// What was proven stays true, but need not be provable again while threads go to sleep and wake up.
    pub(crate) fn prove(&mut self, deadlock: Deadlock) {
        self.present.lists = vec![deadlock.tasks, deadlock.body];
    }

    /// The body was polled while this was seen, so that the two are not of one moment.
    pub(crate) fn doubt(&mut self) {
        for list in &mut self.present.lists {
            Arc::make_mut(list).doubt();
        }
    }
}

impl Check {
    /// Looks at everything that the test has now; `body` is its future, where that is suspended.
    pub(crate) fn snapshot(
        &self,
        body: Option<Result<TaskList, leakcheck_introspect::Error>>,
    ) -> HangSnapshot {
        let _work = Work::begin();
        let mut present = self.view.present(Phase::Hung, &self.evidence);
        self.view.read(&mut present);
        // Whose it is takes longer to find out, and can be told later.
        sources::describe(&mut present.resources);
        let mut snapshot = HangSnapshot::of(present);
        if let Some(body) = body {
            self.read_body(&mut snapshot, body);
        }
        snapshot
    }

    /// Adds the body, and who else may keep what it waits for.
    pub(crate) fn read_body(
        &self,
        snapshot: &mut HangSnapshot,
        body: Result<TaskList, leakcheck_introspect::Error>,
    ) {
        let _work = Work::begin();
        let mut body = match body {
            Ok(body) => body,
            Err(error) => {
                snapshot.body = Reading::Failed(error.to_string());
                return;
            }
        };
        if let Some(runtime) = &self.view.runtime {
            body.keep_time_of(&runtime.handle);
        }
        named::name(&mut body);
        let body = Arc::new(body);
        let present = &mut snapshot.present;
        present.lists.push(Arc::clone(&body));
        if present.lacks_keepers(body.tasks().iter()) {
            present.read_others();
        }
        snapshot.body = Reading::Read;
    }

    /// The proof that nothing can ever wake the body, if there is one: it and every task wait for each other or for
    /// nothing, and no thread of the test could do anything about it.
    pub(crate) fn deadlock(&self, body: TaskList) -> Option<Deadlock> {
        let _work = Work::begin();
        let runtime = self
            .view
            .runtime
            .as_ref()
            .filter(|runtime| runtime.is_own())?;
        let counters = self.view.scope.counters();
        let is_alone = || counters.threads() == runtime.workers();
        let may_be_stuck = body.tasks().iter().all(may_be_stuck);
        let sees_threads = || sources::threads::coverage() == Seen::Full;
        if !may_be_stuck
            || !is_alone()
            || self.has_tasks_on_others()
            || !sees_threads()
            || self.view.may_be_called_back()
        {
            return None;
        }
        let list = tasks::read(&runtime.handle).ok()?;
        let is_whole = !tasks::HAS_TASK_HOOKS || counters.tasks() == list.tasks().len();
        let is_proven = {
            let graph = Graph::new([&list, &body]);
            let mut all = list.tasks().iter().chain(body.tasks());
            list.gap().is_none() && is_whole && all.all(|task| graph.is_stuck(task)) && is_alone()
        };
        is_proven.then(|| Deadlock {
            tasks: Arc::new(list),
            body: Arc::new(body),
        })
    }

    /// Where tasks are heard of, their number tells instead.
    fn has_tasks_on_others(&self) -> bool {
        !tasks::HAS_TASK_HOOKS
            && tasks::may_be_elsewhere(self.view.scope)
            && !tasks::list(Some(self.view.scope)).is_empty()
    }

    /// Puts into words what was seen.
    pub(crate) fn explain_hang(&self, hung: &Hung) -> Hang {
        let _work = Work::begin();
        let mut present = hung.snapshot.present.clone();
        // The body is one of those who hold things.
        present.place_tasks();
        self.view.attribute(&mut present, &self.evidence);
        fds::fold(&mut present.resources);
        findings::name_users(&mut present.resources);
        let package_dir = self.view.whom.package_dir();
        let lists: Vec<_> = present.lists.iter().map(Arc::as_ref).collect();
        let mut alive = self.view.findings(&present);
        for leak in alive
            .iter_mut()
            .filter(|leak| leak.relation == RuntimeRelation::Member)
        {
            // It was not told to end.
            leak.note = Some(Note::RunningPoolThread);
        }
        let alive = findings::fold(alive);
        let (waiting, depends) = match &hung.snapshot.body {
            _ if hung.fate == Fate::Late => (None, Vec::new()),
            Reading::Failed(why) => (Some(Waiting::unknown(why)), Vec::new()),
            Reading::None | Reading::Read => {
                let others = present.others.as_deref();
                let all = &present.resources;
                let dir = package_dir.as_deref();
                let body = findings::body_waiting(&lists, others, all, dir);
                body.map_or_else(Default::default, |(waiting, depends)| {
                    (Some(waiting), depends)
                })
            }
        };
        Hang {
            cause: hung.cause,
            after: hung.after,
            waiting,
            depends,
            thread: None,
            alive: alive.into_iter().map(without_advice).collect(),
            fate: hung.fate,
        }
    }

    /// What the thread of the body does, which does not come back and with which the process ends; the other threads are
    /// asked as well.
    pub(crate) fn stuck_thread(&self, tid: i32, hung: &mut Hung) -> StuckThread {
        let _work = Work::begin();
        let package_dir = self.view.whom.package_dir();
        let package_dir = package_dir.as_deref();
        if self.view.env.stacks == Stacks::Off || stacks::unavailable().is_some() {
            return findings::stuck_thread(tid, None, package_dir);
        }
        stacks::take(hung.threads());
        findings::stuck_thread(tid, stacks::ask(tid).as_ref(), package_dir)
    }

    /// Ends the check where no more can be found out, because the process has to end.
    pub(crate) fn cut_short(self, hang: Hang) -> Report {
        let _work = Work::begin();
        Report {
            subject: self.view.whom.subject(),
            verdict: Verdict::Inconclusive,
            body: Body::TimedOut,
            hang: Some(Box::new(hang)),
            cancellations: self.cancelled_run().map(CancelledRun::hung),
            breaches: self.breaches(),
            timeline: self.time_line(&[]).map(Box::new),
            waited: Duration::ZERO,
            spent: self.evidence.spent,
            has_read_debug_info: leakcheck_introspect::has_read(),
            leaks: Vec::new(),
            known: Vec::new(),
            lingered: Vec::new(),
            ignored: Vec::new(),
            coverage: self.view.coverage(),
            gaps: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The kernel's numbers of the threads of the test; zero for those that have not begun.
    pub(crate) fn threads(&self) -> impl Iterator<Item = i32> {
        let threads = sources::threads::list(Some(self.view.scope));
        threads
            .into_iter()
            .filter_map(|thread| match thread.detail {
                Detail::Thread { tid, .. } => Some(tid),
                _ => None,
            })
    }
}

/// Nothing is accused of being alive.
fn without_advice(leak: Leak) -> Leak {
    Leak {
        accept: None,
        ..leak
    }
}

/// Whether it may be one of those that wait for ever: most bodies wait for a timer, a descriptor or a notification, and
/// the list of tasks need not be read for them.
fn may_be_stuck(task: &Task) -> bool {
    task.is_complete()
        && task
            .waits()
            .iter()
            .all(|wait| wait.event().may_be_in_vain())
}
