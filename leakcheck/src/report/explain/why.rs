//! Which mistake it was: one row for each pattern, the first that holds.

use leakcheck_report::Pattern;

use super::{Causes, dependency, links::Link};
use crate::{
    base::model::{
        Awaited, CodeOwner, Dependence, Event, Fact, Holder, HolderKind, Kind, Leak, Missing,
        Owned, Pause, ProcessState, ResourceId, RuntimeRelation, State, Tie, TimerKind,
    },
    observe::capture,
};

/// A mistake, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Why {
    pub(crate) pattern: Pattern,
    pub(crate) certainty: Certainty,
}

/// How sure a mistake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// It follows from exact facts.
    Proven,
    Likely,
}

use Certainty::{Likely, Proven};

impl Why {
    /// Whether it is a mistake in how something waits, be it a task or not.
    pub(crate) const fn is_of_waits(self) -> bool {
        matches!(
            self.pattern,
            Pattern::Deadlock
                | Pattern::FullQueue
                | Pattern::LockAcrossAwait
                | Pattern::LostWakeup
                | Pattern::OwnSender
                | Pattern::SelfDeadlock
        )
    }

    /// Whether it says no more than that something was left.
    pub(crate) const fn is_plain(self) -> bool {
        matches!(
            self.pattern,
            Pattern::Detached
                | Pattern::LostMemory
                | Pattern::OpenDescriptor
                | Pattern::OutlivedParent
                | Pattern::TempLeft
                | Pattern::Unreaped
                | Pattern::UnjoinedBlocking
                | Pattern::UnjoinedThread
        )
    }
}

/// A finding among others.
struct Finding<'a> {
    leak: &'a Leak,
    at: usize,
    causes: &'a Causes<'a>,
}

/// Whether a pattern holds, and how sure that is.
type Check = fn(&Finding<'_>) -> Option<Certainty>;

/// Patterns in the order in which they are tried: what says more comes first.
#[rustfmt::skip]
const PATTERNS: &[(Pattern, Check)] = &[
    (Pattern::UnseenPanic, |found| when(found.leak.panic.is_some(), Proven)),
    (Pattern::InDependency, |found| when(found.is_of_dependency() && !found.is_own_future(), Proven)),
    (Pattern::BlockingInAsync, |found| when(found.is(Kind::Task) && found.blocks(), Proven)),
    (Pattern::AbortIgnored, |found| when(found.leak.is_aborted && found.runs(), Proven)),
    (Pattern::NeverPolled, |found| when(found.has_state(State::New), Proven)),
    (Pattern::Busy, |found| when(found.is_busy(), Likely)),
    (Pattern::Futurelock, |found| found.waits_for_its_own_future()),
    (Pattern::SelfDeadlock, |found| when(found.depends_on_itself(Tie::Lock), Proven)),
    (Pattern::OwnSender, |found| when(found.keeps_what_it_receives_from(), Proven)),
    (Pattern::Deadlock, |found| found.is_in_a_circle()),
    (Pattern::Never, |found| when(!found.is_cancelled() && found.never_comes(|event| matches!(event, Event::Never)), Proven)),
    (Pattern::LostWakeup, |found| when(found.is_out_of_reach(|event| matches!(event, Event::Notification)), Proven)),
    (Pattern::TokenOrphaned, |found| when(found.is_out_of_reach(|event| matches!(event, Event::Cancellation)), Proven)),
    (Pattern::ReplyLost, |found| found.is_replied_to_by_nobody()),
    (Pattern::KeptByStatic, |found| found.is_kept_by_a_static()),
    (Pattern::Forgotten, |found| when(found.is_searched_in_vain(), Likely)),
    (Pattern::LockAcrossAwait, |found| when(found.causes.lock(found.at).is_some(), Proven)),
    (Pattern::OwnerCycle, |found| found.keeps_itself()),
    (Pattern::FullQueue, |found| found.sends_in_vain()),
    (Pattern::NotCancelSafe, |found| found.at_least(found.is_cancelled())),
    (Pattern::AcceptLoop, |found| when(found.is_ready_later() && found.accepts(), Likely)),
    (Pattern::ReadLoop, |found| when(found.is_ready_later(), Likely)),
    (Pattern::RetryLoop, |found| when(found.pauses(Pause::Retry), Likely)),
    (Pattern::Periodic, |found| when(found.ticks() && !found.is_last() || found.pauses(Pause::Interval), Likely)),
    (Pattern::HandleTimeout, |found| when(found.leak.is_given_up && found.causes.follows(found.at).is_none(), Likely)),
    (Pattern::Detached, |found| found.at_least(found.leak.is_detached)),
    (Pattern::UnjoinedBlocking, |found| found.at_least(found.is_closure())),
    (Pattern::UnjoinedThread, |found| found.at_least(found.is(Kind::Thread))),
    (Pattern::UndeletedTimer, |found| found.at_least(found.leak.timer == Some(TimerKind::Posix))),
    (Pattern::KeptTimer, |found| found.at_least(found.is(Kind::Timer))),
    (Pattern::Zombie, |found| found.at_least(found.leak.facts.contains(&Fact::State(ProcessState::Zombie)))),
    (Pattern::OutlivedParent, |found| found.at_least(Fact::held(&found.leak.facts).is_some())),
    (Pattern::Unreaped, |found| found.at_least(found.is(Kind::Process))),
    (Pattern::TempLeft, |found| found.at_least(found.is(Kind::TempFile))),
    (Pattern::MemoryCycle, |found| when(found.owns_itself(), Proven)),
    (Pattern::LostMemory, |found| found.at_least(found.is(Kind::Heap))),
    (Pattern::OpenDescriptor, |found| found.at_least(found.is(Kind::Fd))),
    (Pattern::KeptRuntime, |found| found.at_least(found.is(Kind::Runtime))),
    (Pattern::KeptRegistration, |found| found.at_least(found.is(Kind::Custom))),
];

/// The mistake of the finding at this place, if it is a known one.
pub(crate) fn why(leaks: &[Leak], at: usize, causes: &Causes<'_>) -> Option<Why> {
    let leak = leaks.get(at)?;
    let found = Finding { leak, at, causes };
    let mut rows = PATTERNS.iter();
    rows.find_map(|(pattern, holds)| {
        holds(&found).map(|certainty| Why {
            pattern: *pattern,
            certainty,
        })
    })
}

fn when(holds: bool, certainty: Certainty) -> Option<Certainty> {
    holds.then_some(certainty)
}

impl Finding<'_> {
    /// Whether a dependency chose to make it. A timer is a part of what the test has of it, and ends with that; so does a
    /// temporary file, as a rule, and memory.
    fn is_of_dependency(&self) -> bool {
        self.leak.timer != Some(TimerKind::Tokio)
            && !self.is(Kind::TempFile)
            && !self.is(Kind::Heap)
            && dependency::of(self.leak).is_some()
    }

    /// Whether it is memory that is kept by itself, as its types tell.
    fn owns_itself(&self) -> bool {
        let lost = Fact::lost_memory(&self.leak.facts);
        self.is(Kind::Heap) && lost.is_some_and(|lost| lost.owned == Owned::Itself)
    }

    /// Whether it is a task whose future is the user's own, whoever has spawned it, and what that has put around it.
    fn is_own_future(&self) -> bool {
        let frames = self.leak.waits_in().unwrap_or_default();
        let mut inwards = frames.iter().rev();
        let outermost = inwards.find(|frame| !capture::is_runner(frame));
        self.is(Kind::Task) && outermost.is_some_and(|frame| frame.owner == CodeOwner::User)
    }

    /// Whether it was left by a body that was cancelled, and not by one that ran to its end.
    fn is_cancelled(&self) -> bool {
        !self.leak.cancelled.is_empty()
    }

    fn runs(&self) -> bool {
        matches!(self.state(), Some(State::Running | State::Blocked(_)))
    }

    /// Whether it waits for room. That messages take it all is known where it is known who receives.
    fn sends_in_vain(&self) -> Option<Certainty> {
        let mut depends = self.leak.depends.iter();
        let is_full = depends.any(|found| found.tie == Tie::Receiver);
        let waits = self.waits_only(|event| matches!(event, Event::Capacity));
        let events = self.leak.waiting.as_ref()?.events();
        (waits && events.iter().all(|event| event.is_full)).then_some(if is_full {
            Proven
        } else {
            Likely
        })
    }

    fn is(&self, kind: Kind) -> bool {
        self.leak.kind == kind
    }

    /// What goes without saying where something follows from something else.
    fn at_least(&self, holds: bool) -> Option<Certainty> {
        when(holds && self.causes.follows(self.at).is_none(), Proven)
    }

    /// Whether it is a closure, or the thread of one that is not known.
    fn is_closure(&self) -> bool {
        self.is(Kind::BlockingTask)
            || self.is(Kind::Thread) && self.leak.relation == RuntimeRelation::Member
    }

    fn state(&self) -> Option<State> {
        self.leak.waiting.as_ref().map(|waiting| waiting.state)
    }

    fn has_state(&self, state: State) -> bool {
        self.state() == Some(state)
    }

    /// Whether it blocks its worker, which others do not take over.
    fn blocks(&self) -> bool {
        let has_left = || self.is_in(|function| function.ends_with("::block_in_place"));
        matches!(self.state(), Some(State::Blocked(_))) && !has_left()
    }

    /// Whether it never comes to rest. What waits for something was woken, or had no turn yet.
    fn is_busy(&self) -> bool {
        let waiting = self.leak.waiting.as_ref();
        let waits =
            waiting.is_some_and(|waiting| waiting.events.iter().any(|event| event.is_certain));
        let runs = !waits && self.has_state(State::Running);
        // Between two turns it waits for nothing.
        let yields = || self.is_in(|function| function.ends_with("::yield_now"));
        self.is(Kind::Task) && (runs || yields())
    }

    /// Whether all that it waits for is so, and it certainly waits for it, and for nothing else.
    fn waits_only(&self, is_so: fn(&Event) -> bool) -> bool {
        self.leak.waiting.as_ref().is_some_and(|waiting| {
            let mut events = waiting.events.iter();
            waiting.are_all
                && !waiting.events.is_empty()
                && events.all(|event| event.is_certain && is_so(&event.event))
        })
    }

    /// Whether its tasks depend on each other, and on nobody else.
    fn depends_on_its_own(&self) -> bool {
        let is_own = |found: &Dependence| match found.on {
            ResourceId::Task(task) => self.leak.tasks.contains(&task),
            ResourceId::Thread(_) | ResourceId::Other(..) => false,
        };
        let depends = &self.leak.depends;
        depends.iter().all(is_own) && !depends.iter().all(Dependence::is_on_itself)
    }

    /// Whether it waits in vain for what is so, and nobody else was found who has that.
    fn is_out_of_reach(&self, is_so: fn(&Event) -> bool) -> bool {
        let is_in_vain =
            self.leak.is_forever() && self.waits_only(is_so) || self.joins_in_vain(is_so);
        let is_with_others = |event: &Awaited| {
            let mut holders = event.held_by.iter();
            is_so(&event.event) && holders.any(|holder| !self.is_own(holder))
        };
        let events = self.leak.waiting.as_ref().map(|waiting| &waiting.events);
        is_in_vain && !events.into_iter().flatten().any(is_with_others)
    }

    /// Whether this holder is one of its own tasks. Of very many holders those of others are listed first.
    fn is_own(&self, holder: &Holder) -> bool {
        holder.kind == HolderKind::Itself
            || holder.kind == HolderKind::Task && self.leak.tasks.contains(&holder.task)
    }

    /// Whether nothing of what it waits for ever comes, and is so.
    fn never_comes(&self, is_so: fn(&Event) -> bool) -> bool {
        self.waits_only(is_so) || self.joins_in_vain(is_so)
    }

    /// Whether it joins several futures, and one of them never ends, because that is so.
    fn joins_in_vain(&self, is_so: fn(&Event) -> bool) -> bool {
        self.leak.waiting.as_ref().is_some_and(|waiting| {
            let mut events = waiting.events.iter();
            let is_one =
                |event: &Awaited| event.is_in_vain && event.is_certain && is_so(&event.event);
            waiting.are_joined && events.any(is_one)
        })
    }

    fn receives(&self) -> bool {
        self.waits_only(|event| {
            matches!(
                event,
                Event::Message { .. } | Event::Bytes | Event::Change { .. } | Event::OneshotValue
            )
        })
    }

    fn keeps_what_it_receives_from(&self) -> bool {
        let is_kept = self.depends_on_itself(Tie::Sender) || self.depends_on_itself(Tie::Pipe);
        self.receives() && is_kept
    }

    /// Whether its tasks keep themselves from all that they wait for, of which one may be enough, in this way.
    fn depends_on_itself(&self, tie: Tie) -> bool {
        let depends = &self.leak.depends;
        let is_kept = |of: &[Dependence]| of.iter().any(Dependence::is_kept_by_itself);
        Dependence::by_wait(depends).all(is_kept)
            && depends
                .iter()
                .any(|found| found.is_on_itself() && found.tie == tie)
    }

    /// Whether what it waits for is with a future of its own that is not polled. Of permits another may come back, or a new one.
    fn waits_for_its_own_future(&self) -> Option<Certainty> {
        if self.depends_on_itself(Tie::Parked) {
            return Some(Proven);
        }
        let event = self.only_event()?;
        let is_lock = matches!(event.event, Event::Mutex | Event::RwLock | Event::Permit);
        let is_own = |holder: &Holder| {
            holder.is_certain && holder.is_parked && holder.kind == HolderKind::Itself
        };
        let is_all = event.unlisted == 0 && !event.held_by.is_empty();
        when(
            is_lock && is_all && event.held_by.iter().all(is_own),
            Likely,
        )
    }

    /// Whether what it owns has its handle; one that it has itself keeps nothing alive.
    fn keeps_itself(&self) -> Option<Certainty> {
        let own = self.leak.waiting.as_ref()?.keeps_own_handle()?;
        let may_end_it = own.may_end && !own.path().is_empty();
        when(own.is_certain() && may_end_it, Likely)
    }

    /// What it waits for, if that is one thing.
    fn only_event(&self) -> Option<&Awaited> {
        let waiting = self.leak.waiting.as_ref()?;
        match waiting.events() {
            [only] if only.is_certain && waiting.are_all => Some(only),
            _ => None,
        }
    }

    /// Whether the sender of what it waits for is in a message that nobody has received, and nowhere else; whether anybody could
    /// still receive that is another matter.
    fn is_replied_to_by_nobody(&self) -> Option<Certainty> {
        let event = self.only_event()?;
        let mut certain = event.held_by.iter().filter(|holder| holder.is_certain);
        let is_queued = event.held_by.iter().any(|holder| holder.is_certain);
        // A task that has the queue may yet come to it.
        let is_task = |holder: &Holder| holder.kind == HolderKind::Task;
        let is_proven = self.leak.is_forever();
        when(
            matches!(event.event, Event::OneshotValue)
                && is_queued
                && certain.all(|holder| holder.is_queued)
                && (is_proven || !event.held_by.iter().any(is_task)),
            if is_proven { Proven } else { Likely },
        )
    }

    fn is_kept_by_a_static(&self) -> Option<Certainty> {
        let is_static = |holder: &Holder| holder.is_certain && holder.kind.is_static();
        let event = self.only_event()?;
        let are_all = event.held_by.iter().all(is_static) && event.missing.is_none();
        // Whoever comes to these may let it happen, wherever they are.
        let is_open = matches!(
            event.event,
            Event::Notification | Event::Cancellation | Event::Arrivals
        );
        when(
            !event.held_by.is_empty() && are_all,
            if is_open { Likely } else { Proven },
        )
    }

    /// Whether all that can be searched was searched for the other end of what it waits for.
    fn is_searched_in_vain(&self) -> bool {
        self.only_event().is_some_and(|event| {
            let is_whole = |missing: &Missing| missing.is_whole && !missing.has_threads;
            event.held_by.is_empty() && event.missing.as_ref().is_some_and(is_whole)
        })
    }

    fn is_in_a_circle(&self) -> Option<Certainty> {
        if self.depends_on_its_own() {
            return self.leak.is_forever().then_some(Proven);
        }
        let edge = self.causes.circle(self.at)?;
        Some(match edge.link {
            Link::Depends(_) if self.leak.is_forever() => Proven,
            // Others may have the same connection, or come to what is waited for.
            Link::Depends(_)
            | Link::Exit
            | Link::FarEnd
            | Link::Pipe
            | Link::Closes
            | Link::ClosesWithSeveral
            | Link::Used(_) => Likely,
        })
    }

    /// Whether it waits for one descriptor, and for nothing else.
    fn is_ready_later(&self) -> bool {
        let waiting = self.leak.waiting.as_ref();
        let is_one = waiting.is_some_and(|waiting| waiting.events.len() == 1);
        self.is(Kind::Task)
            && is_one
            && self.waits_only(|event| matches!(event, Event::Readiness { .. }))
    }

    /// Whether the innermost function is one that accepts connections.
    fn accepts(&self) -> bool {
        self.is_in(|function| function.ends_with("Listener::accept"))
    }

    /// Whether it waits for the next tick of an interval, and for nothing else.
    fn ticks(&self) -> bool {
        self.waits_only(|event| matches!(event, Event::Timer { .. }))
            && self.is_in(|function| function.ends_with("Interval::tick"))
    }

    /// Whether it may end at its next turn, because what it works for is gone.
    fn is_last(&self) -> bool {
        let waiting = self.leak.waiting.as_ref();
        waiting.is_some_and(|waiting| waiting.pause == Some(Pause::Last))
    }

    /// Whether it sleeps for this, and does nothing else; what goes by an interval does not go by what it does in between.
    fn pauses(&self, pause: Pause) -> bool {
        let waiting = self.leak.waiting.as_ref();
        waiting.is_some_and(|waiting| waiting.pause == Some(pause))
            && self.waits_only(|event| matches!(event, Event::Timer { .. }))
            && !self.ticks()
    }

    fn is_in(&self, is_meant: fn(&str) -> bool) -> bool {
        let frames = self.leak.waits_in().unwrap_or_default();
        frames.iter().any(|frame| is_meant(&frame.function))
    }
}
