//! One finding: things of one kind, made at one place.

use crate::base::model::Note;
use std::time::Duration;

use super::{
    Accepted, CancelledAt, CodeOwner, Dependence, Fact, Frame, Kept, Kind, Level, RuntimeRelation,
    TimerKind, Waiting,
};

/// Things of one kind that were made on one path and are still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    pub(crate) kind: Kind,
    /// Given by the check that reports it.
    pub(crate) level: Level,
    pub(crate) count: usize,
    pub(crate) name: Option<String>,
    pub(crate) created_at: Option<Frame>,
    pub(crate) created_through: Vec<Frame>,
    pub(crate) created_by: Vec<Frame>,
    pub(crate) stack: Vec<Frame>,
    pub(crate) age: Option<Duration>,
    pub(crate) polls: Option<u32>,
    pub(crate) tid: Option<i32>,
    pub(crate) note: Option<Note>,
    /// What a task panicked with that is not left behind, but that nobody could await.
    pub(crate) panic: Option<String>,
    /// What only this one is, where there is just one.
    pub(crate) facts: Vec<Fact>,
    /// Who keeps the time, of timers.
    pub(crate) timer: Option<TimerKind>,
    pub(crate) relation: RuntimeRelation,
    /// Ids of its tasks, of the first ones where there are many.
    pub(crate) tasks: Vec<u64>,
    /// Numbers of its threads.
    pub(crate) threads: Vec<u64>,
    /// Numbers of its things of other kinds, of the first ones where there are many.
    pub(crate) others: Vec<u64>,
    /// Who keeps each of its descriptors open, of the first ones where there are many.
    pub(crate) held: Vec<Kept>,
    pub(crate) waiting: Option<Waiting>,
    /// On whom it depends that its tasks go on, each of them with all that it waits for; empty where one may go on otherwise.
    pub(crate) depends: Vec<Dependence>,
    /// Whether the `JoinHandle` of each of its tasks was dropped.
    pub(crate) is_detached: bool,
    /// Whether the function that spawns them likely gives up their handles when it gives up waiting.
    pub(crate) is_given_up: bool,
    /// Whether somebody has aborted each of its tasks.
    pub(crate) is_aborted: bool,
    /// Where the body was cancelled each time that this was left; empty where it was not.
    pub(crate) cancelled: Vec<CancelledAt>,
    /// Creation stacks of its parents, the nearest first.
    pub(crate) ancestry: Vec<Frame>,
    pub(crate) accept: Option<String>,
    pub(crate) fingerprint: String,
}

impl Leak {
    /// Tasks whose ids are kept.
    pub(crate) const MOST_IDS: usize = 64;

    /// A task that awaits the ends of these, for tests.
    #[cfg(all(test, not(leakcheck_loom)))]
    pub(crate) fn awaiting(task: u64, ends: &[u64]) -> Self {
        let depends = ends.iter().map(|end| Dependence {
            waiter: task,
            wait: 0,
            on: super::ResourceId::Task(*end),
            tie: super::Tie::End,
            local: None,
            at: None,
        });
        Self {
            tasks: vec![task],
            depends: depends.collect(),
            ..Self::unknown(Kind::Task, 1)
        }
    }

    /// So many of a kind, of which nothing else is known.
    pub(crate) fn unknown(kind: Kind, count: usize) -> Self {
        Self {
            kind,
            level: Level::Deny,
            count,
            name: None,
            created_at: None,
            created_through: Vec::new(),
            created_by: Vec::new(),
            stack: Vec::new(),
            age: None,
            polls: None,
            tid: None,
            note: None,
            panic: None,
            facts: Vec::new(),
            timer: None,
            relation: RuntimeRelation::None,
            tasks: Vec::new(),
            threads: Vec::new(),
            others: Vec::new(),
            held: Vec::new(),
            waiting: None,
            depends: Vec::new(),
            is_detached: false,
            is_given_up: false,
            is_aborted: false,
            cancelled: Vec::new(),
            ancestry: Vec::new(),
            accept: None,
            fingerprint: String::new(),
        }
    }

    /// Whether the other was made on the same lines: an optimiser may make several paths of one.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.name == other.name && self.is_like_but_for_its_name(other)
    }

    pub(crate) fn is_like_but_for_its_name(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.relation == other.relation
            && self.panic == other.panic
            && self.created_at == other.created_at
            && self.created_through == other.created_through
            && self.created_by == other.created_by
            && self.waits_where(other)
            && self.waits_like(other)
            && self.is_blocked_like(other)
    }

    /// Whether both wait in the same functions, at the same lines; of threads those of the user's count, where there are any.
    fn waits_where(&self, other: &Self) -> bool {
        let (Some(one), Some(others)) = (self.waits_in(), other.waits_in()) else {
            return self.waits_in() == other.waits_in();
        };
        let is_own = |frame: &Frame| frame.owner == CodeOwner::User;
        let is_thread = self.kind != Kind::Task && one.iter().any(is_own);
        let is_same = |(one, other): (&Frame, &Frame)| {
            one == other
                || is_thread
                    && !is_own(one)
                    && (&one.function, one.owner) == (&other.function, other.owner)
        };
        one.len() == others.len() && one.iter().zip(others).all(is_same)
    }

    /// Whether both wait for the same, held by the same.
    fn waits_like(&self, other: &Self) -> bool {
        let place = |leak: &Self| leak.waiting.as_ref().map(|waiting| waiting.place);
        place(self) == place(other)
    }

    /// Whether both are blocked in the same, where they are threads.
    fn is_blocked_like(&self, other: &Self) -> bool {
        let state = |leak: &Self| leak.waiting.as_ref().map(|waiting| waiting.state);
        self.kind == Kind::Task || state(self) == state(other)
    }

    /// Whether the other is of one kind with it and was made on the same path, wherever the two wait.
    pub(crate) fn has_path_of(&self, other: &Self) -> bool {
        (self.kind, &self.fingerprint) == (other.kind, &other.fingerprint)
            && self.created_at == other.created_at
            && self.panic == other.panic
    }

    /// Adds the other's things to this.
    pub(crate) fn absorb(&mut self, other: &Self) {
        self.count += other.count;
        let room = Self::MOST_IDS.saturating_sub(self.tasks.len());
        self.tasks.extend(other.tasks.iter().take(room));
        self.threads.extend(&other.threads);
        let room = Self::MOST_IDS.saturating_sub(self.others.len());
        self.others.extend(other.others.iter().take(room));
        let room = Self::MOST_IDS.saturating_sub(self.held.len());
        self.held.extend(other.held.iter().take(room).cloned());
        self.age = self.age.max(other.age);
        self.polls = self.polls.max(other.polls);
        self.tid = None;
        // The path of the first says where the others are.
        if self.kind != Kind::TempFile {
            self.facts.clear();
        }
        if self.note != other.note {
            self.note = None;
        }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it fails the test ([`Level::Deny`]) or is a warning ([`Level::Warn`]).
    pub fn level(&self) -> Level {
        self.level
    }

    /// What the task panicked with, and where: then it is not left behind, but nobody could learn of its panic. See
    /// [`Options::unseen_panics`](crate::Options::unseen_panics).
    pub fn panic(&self) -> Option<&str> {
        self.panic.as_deref()
    }

    /// How many were made on this path and are still there.
    pub fn count(&self) -> usize {
        self.count
    }

    /// A thread's name, where it has one; of a task the path of its async function or block, of a blocking task that of its
    /// closure or function; of anything else what it is, such as `TCP socket`.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The innermost line of the user's own code on the creation stack, or of a
    /// dependency where none of the user's is on it.
    pub fn created_at(&self) -> Option<&Frame> {
        self.created_at.as_ref()
    }

    /// Frames of dependencies between [`created_at`](Self::created_at) and the call that made it, innermost first.
    pub fn created_through(&self) -> &[Frame] {
        &self.created_through
    }

    /// Who led there: callers, then the site of the parent task or thread, and so on back to the test.
    pub fn created_by(&self) -> &[Frame] {
        &self.created_by
    }

    /// The whole creation stack, innermost first.
    pub fn stack(&self) -> &[Frame] {
        &self.stack
    }

    /// Age of the oldest, to about 4 ms.
    pub fn age(&self) -> Option<Duration> {
        self.age
    }

    /// How often the most polled task of the group was polled.
    pub fn polls(&self) -> Option<u32> {
        self.polls
    }

    /// Kernel id of the thread, or of the one that runs the blocking task, where there is just one.
    pub fn tid(&self) -> Option<i32> {
        self.tid
    }

    /// Where the body was cancelled each time that this was left; empty where it had run to its end. See
    /// [`Options::cancel`](crate::Options::cancel).
    pub fn cancelled(&self) -> &[CancelledAt] {
        &self.cancelled
    }

    /// Whether its tasks were proven to wait for ever.
    pub(crate) fn is_forever(&self) -> bool {
        let waiting = self.waiting.as_ref();
        waiting.is_some_and(|waiting| waiting.is_forever)
    }

    /// The frames in which it waits, innermost first.
    pub(crate) fn waits_in(&self) -> Option<&[Frame]> {
        self.waiting
            .as_ref()
            .map(|waiting| waiting.stack.as_slice())
    }

    /// Ids of its tasks or blocking tasks, as `tokio::task::Id` shows them; of the first 64 where there are more.
    pub fn tasks(&self) -> &[u64] {
        &self.tasks
    }

    /// Where its tasks are suspended or its threads are blocked and what they wait for, where that could be read.
    pub fn waiting(&self) -> Option<&Waiting> {
        self.waiting.as_ref()
    }

    /// Stays the same from run to run: made of the kind and the functions on the creation path.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// What one ignore rule accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    pub(crate) rule: String,
    pub(crate) reason: String,
    pub(crate) source: Option<String>,
    pub(crate) count: usize,
    pub(crate) kind: Kind,
    pub(crate) built_in: bool,
    pub(crate) accepted: Accepted,
}

impl Ignored {
    /// The rule, as one would write it.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Why the rule exists.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Where the rule stands, if it is not in the test's own code or built in: `leakcheck.toml:7`, or the call of
    /// [`accept_for_process`](crate::accept_for_process).
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// How many things it accepted.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether the rule came with this crate.
    pub fn is_built_in(&self) -> bool {
        self.built_in
    }
}
