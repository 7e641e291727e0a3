//! Who could wake whom.

use std::collections::HashSet;

use crate::{
    Certainty, Class, Enders, Event, Handles, Hold, Need, Object, Queued, Role, State, Static,
    Statics, Task, TaskList, ThreadStack, Wait, kept::Kept,
};

/// Edges between the tasks of some lists.
#[derive(Debug)]
pub struct Graph<'l> {
    pub(crate) tasks: Vec<&'l Task>,
    /// Those that hold anything: of very many tasks few are read that far.
    pub(crate) holding: Vec<&'l Task>,
    statics: &'l [Static],
    threads: &'l [ThreadStack],
    /// Addresses of the tasks that wait for ever.
    stuck: HashSet<u64>,
    /// The same with those that never come to an end: what they join goes on, but for one that never comes.
    endless: HashSet<u64>,
    kept: Kept<'l>,
}

/// Somebody who could make a wait end.
#[derive(Clone, Copy, Debug)]
pub struct Waker<'l> {
    /// Who it is.
    pub keeper: Keeper<'l>,
    /// How it could; `None` where the task itself is waited for.
    pub hold: Option<&'l Hold>,
}

/// Who has something.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Keeper<'l> {
    /// A task.
    Task(&'l Task),
    /// A static, which anybody may use at any time.
    Static(&'l Static),
    /// A thread.
    Thread(&'l ThreadStack),
}

impl<'l> Waker<'l> {
    /// The task, if it is one.
    pub fn task(&self) -> Option<&'l Task> {
        match self.keeper {
            Keeper::Task(task) => Some(task),
            Keeper::Static(_) | Keeper::Thread(_) => None,
        }
    }
}

impl<'l> Graph<'l> {
    /// The edges between all tasks of these lists, which were read at the same time.
    pub fn new(lists: impl IntoIterator<Item = &'l TaskList>) -> Self {
        Self::assuming(TaskList::is_of_one_moment, lists)
    }

    /// The same, with those lists taken for what was there at one moment that are `believed`.
    pub(crate) fn assuming(
        believed: impl Fn(&TaskList) -> bool,
        lists: impl IntoIterator<Item = &'l TaskList>,
    ) -> Self {
        let may_be_stuck =
            |task: &&Task| task.state == State::Idle && task.is_complete && !task.waits.is_empty();
        let may_be_endless =
            |task: &&Task| task.state == State::Idle && task.needs != Need::Unknown;
        let mut graph = Self {
            stuck: HashSet::new(),
            endless: HashSet::new(),
            kept: Kept::default(),
            tasks: Vec::new(),
            holding: Vec::new(),
            statics: &[],
            threads: &[],
        };
        for list in lists {
            if believed(list) {
                let stuck = list.tasks.iter().filter(may_be_stuck);
                graph.stuck.extend(stuck.map(|task| task.address));
                let endless = list.tasks.iter().filter(may_be_endless);
                graph.endless.extend(endless.map(|task| task.address));
            }
            graph.tasks.extend(&list.tasks);
            let holding = list.tasks.iter().filter(|task| !task.holds.is_empty());
            graph.holding.extend(holding);
        }
        // The largest set whose waits nothing outside of it can end. It begins with every task that only its known waits can
        // wake. A task that something outside of the set could wake leaves it, and then counts as outside for the others.
        // Beginning with the whole set and not with none is what finds circles: each of their tasks waits for another.
        loop {
            graph.keep();
            let freed = graph.addresses(|task| {
                graph.is_stuck(task) && !task.waits.iter().all(|wait| graph.is_in_vain(wait))
            });
            let ending = graph
                .addresses(|task| graph.is_endless(task) && !graph.needs_what_never_comes(task));
            if freed.is_empty() && ending.is_empty() {
                return graph;
            }
            graph.stuck.retain(|address| !freed.contains(address));
            graph.endless.retain(|address| !ending.contains(address));
        }
    }

    /// Finds out anew what the stuck tasks keep.
    fn keep(&mut self) {
        self.kept = Kept::by(&self.holding, |task| self.is_stuck(task));
        let stuck = self.tasks.iter().filter(|task| self.is_stuck(task));
        let waits = stuck.flat_map(|task| &task.waits);
        let in_vain: Vec<&Wait> = waits.filter(|wait| self.is_in_vain(wait)).collect();
        self.kept.bar(in_vain);
    }

    /// Of the tasks that are so.
    fn addresses(&self, is_so: impl Fn(&Task) -> bool) -> HashSet<u64> {
        let tasks = self.tasks.iter().filter(|task| is_so(task));
        tasks.map(|task| task.address).collect()
    }

    fn needs_what_never_comes(&self, task: &Task) -> bool {
        let is_in_vain = |number: usize| {
            let wait = task.waits.get(number);
            wait.is_some_and(|wait| self.is_in_vain(wait))
        };
        task.needs.is_in_vain(&is_in_vain)
    }

    /// The same with what statics hold, read at the same time. That proves nothing: whoever uses a static may do so at any time.
    #[must_use]
    pub fn with_statics(mut self, statics: &'l Statics) -> Self {
        self.statics = &statics.list;
        self
    }

    /// The same with what is on the stacks of threads, which proves nothing either.
    #[must_use]
    pub fn with_threads(mut self, threads: &'l [ThreadStack]) -> Self {
        self.threads = threads;
        self
    }

    /// Who was found to hold what could end this wait of `waiter`. What was not found may still exist.
    pub fn wakers(&self, waiter: &Task, wait: &Wait) -> Vec<Waker<'l>> {
        let Some(object) = wait.object else {
            return Vec::new();
        };
        if let Event::End = wait.event {
            let tasks = self.tasks.iter();
            let ends = tasks.filter(|task| task.address == object.address);
            let ends = ends.map(|task| Waker {
                keeper: Keeper::Task(task),
                hold: None,
            });
            return ends.collect();
        }
        let Some(role) = wait.event.ended_by() else {
            return Vec::new();
        };
        // A reference to what one waits on oneself helps nobody.
        let helps_others = matches!(
            wait.event,
            Event::Notification | Event::Arrivals | Event::Cancellation { .. }
        );
        let of_others = |task: &&&'l Task| !(helps_others && task.address == waiter.address);
        let tasks = self.holding.iter().filter(of_others);
        let tasks = tasks.map(|task| (Keeper::Task(task), &task.holds[..]));
        let statics = self.statics.iter();
        let statics = statics.map(|one| (Keeper::Static(one), &one.holds[..]));
        let threads = self.threads.iter();
        let threads = threads.map(|one| (Keeper::Thread(one), &one.holds[..]));
        let fits = |hold: &&Hold| hold.role == role && is_for(wait, hold.object);
        let held = |(keeper, holds): (Keeper<'l>, &'l [Hold])| {
            let hold = holds.iter().filter(fits).map(Some);
            hold.map(move |hold| Waker { keeper, hold })
        };
        let mut wakers: Vec<Waker<'l>> = tasks.chain(statics).flat_map(held).collect();
        // Of one that it has given away, a thread has the bytes still. So none of them has more than are not known, and what it
        // came to last is where it is.
        let certain = wakers.iter().filter_map(|waker| waker.hold);
        let certain = places(certain.filter(|hold| hold.certainty == Certainty::Certain));
        let left = wait.ends().map(|ends| ends.saturating_sub(certain));
        let left = left.map_or(usize::MAX, |left| {
            usize::try_from(left).unwrap_or(usize::MAX)
        });
        for thread in threads {
            wakers.extend(held(thread).take(left));
        }
        without_senders(wakers)
    }

    /// The task with this number.
    pub fn find(&self, id: u64) -> Option<&'l Task> {
        let mut tasks = self.tasks.iter().copied();
        tasks.find(|task| task.id == id)
    }

    /// How many different ends that could make it happen were found: one that two variables lead to counts once.
    pub fn ends_found(&self, waiter: &Task, wait: &Wait) -> u64 {
        let wakers = self.wakers(waiter, wait).into_iter();
        places(wakers.filter_map(|waker| waker.hold))
    }

    /// Whether the task was proven to wait for ever: nothing outside of the tasks that wait for ever can wake it.
    ///
    /// Left aside is that somebody aborts it.
    pub fn is_stuck(&self, task: &Task) -> bool {
        self.stuck.contains(&task.address)
    }

    /// Whether the task was proven never to end its await: of what it joins, one never comes. What it joins beside that may go
    /// on.
    ///
    /// Left aside is that somebody aborts it, or that it panics.
    pub fn is_endless(&self, task: &Task) -> bool {
        self.endless.contains(&task.address)
    }

    /// Whether only tasks that wait for ever could end the wait.
    pub fn is_in_vain(&self, wait: &Wait) -> bool {
        let Some(object) = wait.object else {
            return wait.event == Event::Never;
        };
        if wait.is_over {
            // The task is about to run.
            return false;
        }
        match &wait.enders {
            Enders::OfClass => {}
            Enders::All(handles) => return handles.iter().all(|handles| self.are_stuck(handles)),
            Enders::Open => return false,
        }
        match wait.event {
            Event::End => self.endless.contains(&object.address),
            // The channel counts its senders. If as many different ones are held inside, there is no other.
            Event::Message { .. } | Event::Change { .. } => {
                let senders = wait.ends();
                senders.is_some_and(|senders| self.stuck_senders(object) >= senders)
                    && !self.kept.is_elsewhere(object, Role::Sender)
            }
            // Who wants to be alone waits for every reader, and a reader for who is alone.
            Event::Permit => {
                let is_for_it = |hold: &Hold| {
                    let is_guard = hold.role == Role::Guard;
                    let excludes = hold.is_exclusive || wait.is_exclusive;
                    let is_misread =
                        || hold.is_exclusive && self.kept.is_elsewhere(object, Role::Guard);
                    (is_guard && excludes && !is_misread()) || hold.is_parked_before(wait)
                };
                self.kept.of(object).any(is_for_it) || self.kept.is_before(wait)
            }
            // There is one receiver, and nothing else makes room among messages.
            Event::Capacity => wait.is_full && self.kept.has(object, Role::Receiver),
            Event::Closed => {
                matches!(object.class, Class::Mpsc | Class::Oneshot)
                    && self.kept.has(object, Role::Receiver)
            }
            // Whoever notifies, or arrives, must come to the object.
            Event::Notification | Event::Arrivals => self.kept.has(object, Role::Owner),
            Event::Cancellation { .. }
            | Event::Deadline(_)
            | Event::Readiness
            | Event::Exit
            | Event::Signal(_)
            | Event::Never => false,
        }
    }

    /// Whether stuck tasks have all of these handles. More than there are were misread.
    fn are_stuck(&self, handles: &Handles) -> bool {
        let held = self.kept.of(handles.object);
        let held = held.filter(|hold| handles.party.has(hold.role));
        handles.count > 0 && places(held) == handles.count
    }

    /// Different senders that stuck tasks hold: one that two variables lead to counts once.
    fn stuck_senders(&self, object: Object) -> u64 {
        let holds = self.kept.of(object);
        places(holds.filter(|hold| hold.role == Role::Sender))
    }
}

/// Leaves out who only has a sender of the channel in which something waits that another one may receive.
fn without_senders(mut wakers: Vec<Waker<'_>>) -> Vec<Waker<'_>> {
    let is_by = |waker: &Waker<'_>, end| waker.hold.is_some_and(|hold| hold.queued == Some(end));
    let received: HashSet<u64> = wakers
        .iter()
        .filter(|waker| is_by(waker, Queued::ToReceive))
        .filter_map(|waker| Some(waker.hold?.place))
        .collect();
    wakers.retain(|waker| {
        let place = waker.hold.map(|hold| hold.place);
        !is_by(waker, Queued::Sent) || place.is_none_or(|place| !received.contains(&place))
    });
    wakers
}

/// Whether the wait is for this object, or can be ended by whoever has it.
fn is_for(wait: &Wait, object: Object) -> bool {
    let Enders::All(handles) = &wait.enders else {
        return wait.object.is_some_and(|own| own.is_same(object));
    };
    handles.iter().any(|handles| handles.object.is_same(object))
}

/// How many different handles these are.
pub(crate) fn places<'h>(holds: impl Iterator<Item = &'h Hold>) -> u64 {
    let places: HashSet<u64> = holds.map(|hold| hold.place).collect();
    places.len() as u64
}

impl Event {
    /// What somebody must have of the object to make this happen.
    fn ended_by(&self) -> Option<Role> {
        match self {
            Self::Message { .. } | Self::Change { .. } => Some(Role::Sender),
            Self::Capacity | Self::Closed => Some(Role::Receiver),
            Self::Permit => Some(Role::Guard),
            Self::Notification | Self::Arrivals | Self::Cancellation { .. } => Some(Role::Owner),
            Self::End
            | Self::Deadline(_)
            | Self::Readiness
            | Self::Exit
            | Self::Signal(_)
            | Self::Never => None,
        }
    }
}

impl Hold {
    /// Whether it is a place in the queue of a lock, before that of a wait, which a future has that nobody polls: it gets the
    /// lock at its turn, and keeps it.
    pub(crate) fn is_parked_before(&self, wait: &Wait) -> bool {
        let is_before = self
            .ahead
            .zip(wait.ahead)
            .is_some_and(|(other, own)| other < own);
        is_before
            && self.role == Role::Waiter
            && self.is_parked
            // Of several permits the next one may be left for whoever stands behind.
            && (self.is_exclusive || wait.is_exclusive)
    }
}

impl Object {
    /// Whether it is the same thing.
    pub(crate) fn is_same(self, other: Self) -> bool {
        self.identity() == other.identity()
    }

    /// What it is equal in to all that reach the same thing: a lock may be reached as such or as the semaphore inside it.
    pub(crate) fn identity(self) -> Self {
        let class = match self.class {
            Class::Mutex | Class::RwLock => Class::Semaphore,
            other => other,
        };
        Self { class, ..self }
    }
}
