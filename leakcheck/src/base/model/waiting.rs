//! Where a task is suspended or a thread is blocked, and what it waits for.

use super::{Call, Event, Frame, Missing, OwnHandle};

/// What the tasks of a finding are doing, read out of the program's own debug info, or its threads, from their stacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub(crate) state: State,
    pub(crate) stack: Vec<Frame>,
    pub(crate) events: Vec<Awaited>,
    pub(crate) is_forever: bool,
    /// Whether all of them must happen, and not one.
    pub(crate) are_joined: bool,
    /// Whether nothing else can wake it, as far as its future shows.
    pub(crate) are_all: bool,
    pub(crate) unread: Option<String>,
    pub(crate) keeps_own_handle: Option<OwnHandle>,
    /// What it sleeps for, where that is more than one sleep.
    pub(crate) pause: Option<Pause>,
    /// The same for tasks that wait at one place for the same, held by the same; 0 for threads, and for tasks that
    /// have not run yet.
    pub(crate) place: u64,
}

/// Whether something runs or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// A task that waits to be woken, or a runtime's thread without work.
    Idle,
    /// A task that was woken and waits for its turn.
    Scheduled,
    /// A task that was spawned and waits for its first turn.
    New,
    /// A task that a thread runs, or a thread that runs.
    Running,
    /// A thread that is blocked inside this call.
    Blocked(Call),
}

/// A sleep of a task that waits for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// It slept at the same place before, until an earlier moment.
    Interval,
    /// It sleeps between attempts.
    Retry,
    /// It has a `Weak` of something that is gone: it may end after this one.
    Last,
}

/// Something that would wake a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact by itself")]
pub struct Awaited {
    pub(crate) event: Event,
    /// Whether it certainly waits for that.
    pub(crate) is_certain: bool,
    pub(crate) held_by: Vec<Holder>,
    /// Whether messages take all the room that it waits for, as far as that is known.
    pub(crate) is_full: bool,
    /// Whether it was proven that this one never happens, so that a task never goes on that needs it.
    pub(crate) is_in_vain: bool,
    /// How many more hold it.
    pub(crate) unlisted: usize,
    /// Whether it was looked for among statics as well.
    pub(crate) has_statics: bool,
    pub(crate) missing: Option<Missing>,
    /// Ids of the tasks whose end is waited for and that are in no list: closures of `spawn_blocking`.
    pub(crate) tasks: Vec<u64>,
}

/// Who could wake a task: a task, the test's body, or a static or thread that has the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact by itself")]
pub struct Holder {
    pub(crate) kind: HolderKind,
    pub(crate) task: u64,
    pub(crate) name: String,
    /// Whether it is no task but the test's body.
    pub(crate) is_body: bool,
    pub(crate) is_certain: bool,
    pub(crate) local: Option<String>,
    /// Further variables of the same task that hold it.
    pub(crate) also: Vec<String>,
    /// Whether a future in that variable has it which is not polled.
    pub(crate) is_parked: bool,
    /// Whether it is in a message that nobody has received.
    pub(crate) is_queued: bool,
    pub(crate) at: Option<Frame>,
}

/// What somebody is who has the other end of what a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HolderKind {
    /// The waiting task, or the waiting body, itself.
    Itself,
    /// Another task.
    Task,
    /// The test's body.
    Body,
    /// A static variable.
    Static,
    /// A static variable of the thread that looked.
    ThreadLocal,
    /// A thread, in a function on its stack.
    Thread,
}

impl HolderKind {
    /// Whether it is a variable that no function has.
    pub(crate) const fn is_static(self) -> bool {
        matches!(self, Self::Static | Self::ThreadLocal)
    }

    /// The word that the JSON form uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Task => "task",
            Self::Body => "body",
            Self::Static => "static",
            Self::ThreadLocal => "thread-local",
            Self::Thread => "thread",
        }
    }
}

impl Waiting {
    /// Of something that waits, and that cannot be read.
    pub(crate) fn unknown(why: &str) -> Self {
        Self {
            state: State::Idle,
            stack: Vec::new(),
            events: Vec::new(),
            is_forever: false,
            are_joined: false,
            are_all: false,
            unread: Some(why.to_owned()),
            keeps_own_handle: None,
            pause: None,
            place: 0,
        }
    }

    /// The same of a task that was polled so many times: one that never was waits nowhere and for nothing yet.
    pub(crate) fn polled(mut self, polls: Option<u32>) -> Self {
        if polls == Some(0) && self.state == State::Scheduled {
            self.state = State::New;
        }
        if self.state == State::New {
            self.stack.clear();
            self.events.clear();
            self.place = 0;
        }
        self
    }

    /// Whether it runs or waits.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The chain of awaits of a task, innermost first; of a thread the frames from the call that blocks it outwards.
    pub fn stack(&self) -> &[Frame] {
        &self.stack
    }

    /// What would wake it: one of these, if there are several, or all of them, if they are joined.
    pub fn events(&self) -> &[Awaited] {
        &self.events
    }

    /// Whether it was proven that none of it can happen.
    pub fn is_forever(&self) -> bool {
        self.is_forever
    }

    /// The handle of the task that it owns itself. Of several tasks each has one.
    pub fn keeps_own_handle(&self) -> Option<&OwnHandle> {
        self.keeps_own_handle.as_ref()
    }

    /// Why nothing is known but the state, where that is so.
    pub fn unread(&self) -> Option<&str> {
        self.unread.as_deref()
    }
}

impl Awaited {
    /// What it is.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// Whether it certainly waits for that; otherwise what a hand-written future has inside may be left over.
    pub fn is_certain(&self) -> bool {
        self.is_certain
    }

    /// Who was found to be able to make it happen, each once, of a finding of several tasks those of all. What
    /// was not found may still exist.
    pub fn held_by(&self) -> &[Holder] {
        &self.held_by
    }

    /// How many more than those of [`held_by`](Self::held_by) were found.
    pub fn unlisted(&self) -> usize {
        self.unlisted
    }

    /// What is counted to be alive, of what was looked for among tasks and statics, and was not found there. `None` where it
    /// is not counted, where all was found, and where it was not looked for.
    pub fn missing(&self) -> Option<&Missing> {
        self.missing.as_ref()
    }

    /// Ids of the blocking tasks whose end is waited for.
    pub fn tasks(&self) -> &[u64] {
        &self.tasks
    }
}

impl Holder {
    /// What it is.
    pub fn kind(&self) -> HolderKind {
        self.kind
    }

    /// The task's id; 0 for what is no task.
    pub fn task(&self) -> u64 {
        self.task
    }

    /// The task's future, or the name of the static or thread.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is the test's body.
    pub fn is_body(&self) -> bool {
        self.is_body
    }

    /// Whether it certainly holds it; otherwise the variable may have been moved out of.
    pub fn is_certain(&self) -> bool {
        self.is_certain
    }

    /// The variable that holds the other end, with the path of fields inside it; of a static that path alone. `None` where
    /// the task itself is waited for, and where the static is the other end itself.
    pub fn local(&self) -> Option<&str> {
        self.local.as_deref()
    }

    /// Further variables of this task, or further paths inside this static, that hold it as well.
    pub fn also(&self) -> &[String] {
        &self.also
    }

    /// Where the function that has this variable is suspended, or where the static is declared.
    pub fn at(&self) -> Option<&Frame> {
        self.at.as_ref()
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn tasks_that_have_not_run_yet_are_told_as_one() {
        let scheduled = |place| Waiting {
            state: State::Scheduled,
            place,
            ..Waiting::unknown("")
        };
        assert_ne!(scheduled(1).polled(Some(1)), scheduled(2).polled(Some(1)));
        assert_eq!(scheduled(1).polled(Some(0)), scheduled(2).polled(Some(0)));
    }
}
