//! From decoded tasks to what a person can use: where they wait, for what, and who could help.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
    mem::discriminant,
    time::{Duration, Instant},
};

use leakcheck_introspect::{
    Certainty, Class, Event as Seen, FrameKind, Graph, Hold, Keeper, Object, State as Stage, Task,
    TaskList, Wait, Waker,
};

use super::{
    own_handle,
    search::Search,
    suspended::{lines, open},
};
use crate::{
    base::model::{Awaited, Event, Frame, Holder, HolderKind, State, Waiting, without_numbers},
    observe::capture,
};

const SECOND: Duration = Duration::from_secs(1);

/// Holders of one thing that are listed.
const HOLDERS: usize = 8;

/// Why the place of a wait is not known.
const TOO_DEEP: &str =
    "it awaits more futures inside each other than are followed, and only the outer ones are shown";

/// What the tasks of one group are doing; `None` where none of them could be read.
pub(super) fn of(
    tasks: &[&Task],
    search: &Search<'_>,
    package_dir: Option<&str>,
) -> Option<Waiting> {
    let graph = &search.graph;
    // Of very many some were only recognised.
    let rank = |task: &&&Task| (task.root().is_none(), task.is_recognised());
    let first = *tasks.iter().min_by_key(rank)?;
    let events = open(first).enumerate().map(|(index, wait)| {
        let is_alike = |other: &Wait| discriminant(other.event()) == discriminant(wait.event());
        let all = tasks.iter().filter_map(|task| {
            let wait = open(task).nth(index)?;
            is_alike(wait).then_some((*task, wait))
        });
        awaited(&all.collect::<Vec<_>>(), search, package_dir)
    });
    let unread = first.unread().or(first.is_cut().then_some(TOO_DEEP));
    let waiting = Waiting {
        state: match first.state() {
            Stage::Running | Stage::Complete => State::Running,
            Stage::Scheduled if first.is_new() => State::New,
            Stage::Scheduled => State::Scheduled,
            Stage::Idle => State::Idle,
        },
        stack: stack(first, package_dir),
        events: events.collect(),
        is_forever: tasks.iter().all(|task| graph.is_stuck(task)),
        are_joined: tasks.iter().all(|task| task.needs().is_joined()),
        are_all: tasks
            .iter()
            .all(|task| task.is_recognised() || task.is_complete()),
        unread: unread.map(ToOwned::to_owned),
        keeps_own_handle: own_handle::of(tasks, package_dir),
        pause: search.pause(tasks),
        place: place(first, graph),
    };
    Some(waiting.polled(None))
}

/// Tells which tasks are to be told as one: those that are suspended at the same lines of the same functions, and wait for the
/// same, held by the same.
pub(crate) struct Places<'l> {
    graph: Graph<'l>,
    /// By the lines only; `None` where tasks wait for several things there.
    known: HashMap<u64, Option<u64>>,
}

impl<'l> Places<'l> {
    pub(crate) fn of(lists: impl IntoIterator<Item = &'l TaskList> + Clone) -> Self {
        let graph = Graph::new(lists.clone());
        let mut known: HashMap<u64, Option<u64>> = HashMap::new();
        for task in lists.into_iter().flat_map(TaskList::tasks) {
            if !task.is_recognised() {
                let place = place(task, &graph);
                known
                    .entry(lines(task))
                    .and_modify(|known| *known = known.filter(|known| *known == place))
                    .or_insert(Some(place));
            }
        }
        Self { graph, known }
    }

    pub(crate) fn of_task(&self, task: &Task) -> u64 {
        if !task.is_recognised() {
            return place(task, &self.graph);
        }
        // It waits for what the others there wait for, if that is one thing.
        let lines = lines(task);
        self.known.get(&lines).copied().flatten().unwrap_or(lines)
    }
}

/// The same for those of them that wait for the same kind of thing, held by the same kind of holder.
fn place(task: &Task, graph: &Graph<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    lines(task).hash(&mut hasher);
    for wait in open(task) {
        discriminant(wait.event()).hash(&mut hasher);
        wait.object().map(|object| object.class()).hash(&mut hasher);
        wait.certainty().hash(&mut hasher);
        let holders: BTreeSet<_> = graph
            .wakers(task, wait)
            .iter()
            .map(|waker| {
                // Which variable may have it says nothing, and one element of a collection is as good as another.
                let local = |hold: &Hold| match hold.certainty() {
                    Certainty::Certain => Some(without_numbers(hold.local())),
                    Certainty::Possible => None,
                };
                let keeper = waker.task();
                (
                    keeper.map(Task::address) == Some(task.address()),
                    keeper.map(Task::future),
                    waker.hold.map(local),
                )
            })
            .collect();
        holders.hash(&mut hasher);
    }
    hasher.finish()
}

fn stack(task: &Task, package_dir: Option<&str>) -> Vec<Frame> {
    let mut stack: Vec<Frame> = task
        .chain()
        .iter()
        .filter(|frame| matches!(frame.kind(), FrameKind::Suspended | FrameKind::Future))
        .map(|frame| {
            let place = frame
                .location()
                .map(|location| (location.file(), location.line()));
            capture::frame(frame.function(), place, package_dir)
        })
        .collect();
    stack.reverse();
    stack
}

/// What all of these tasks wait for in the same way.
fn awaited(all: &[(&Task, &Wait)], search: &Search<'_>, package_dir: Option<&str>) -> Awaited {
    let mut held_by = Vec::new();
    let mut tasks = Vec::new();
    for (task, wait) in all {
        let wakers = search.graph.wakers(task, wait);
        if wakers.is_empty() {
            tasks.extend(wait.task());
        }
        for waker in wakers {
            add(&mut held_by, holder(task, &waker, search, package_dir));
        }
    }
    // Those that hold it in the same way stand together, and behind others who does so to wait for it as well.
    held_by.sort_by(|one: &Holder, other| {
        let is_waiter = |holder: &Holder| {
            let mut waiters = all.iter().map(|(task, _)| task.id());
            holder.kind == HolderKind::Task && waiters.any(|waiter| waiter == holder.task)
        };
        let order = |holder: &Holder| (is_waiter(holder), !holder.is_certain, holder.kind);
        order(one)
            .cmp(&order(other))
            .then_with(|| (&one.name, &one.local).cmp(&(&other.name, &other.local)))
            .then_with(|| one.task.cmp(&other.task))
    });
    let unlisted = held_by.len().saturating_sub(HOLDERS);
    held_by.truncate(HOLDERS);
    tasks.truncate(HOLDERS);
    let is_certain = |(_, wait): &(&Task, &Wait)| wait.certainty() == Certainty::Certain;
    Awaited {
        event: event_of_all(all),
        is_certain: earliest(all).is_none_or(is_certain),
        held_by,
        is_full: all.iter().all(|(_, wait)| is_full(wait)),
        is_in_vain: all.iter().all(|(task, wait)| {
            let graph = &search.graph;
            graph.is_endless(task) && is_certain(&(*task, *wait)) && graph.is_in_vain(wait)
        }),
        unlisted,
        has_statics: search.has_statics,
        missing: search.missing(all),
        tasks,
    }
}

/// Whether messages take all the room of a channel, as far as its crate tells.
fn is_full(wait: &Wait) -> bool {
    let is_told = wait
        .object()
        .is_some_and(|object| object.class() == Class::Mpsc);
    matches!(wait.event(), Seen::Capacity) && (wait.is_full() || !is_told)
}

fn holder(
    waiter: &Task,
    waker: &Waker<'_>,
    search: &Search<'_>,
    package_dir: Option<&str>,
) -> Holder {
    let hold = waker.hold;
    let place = hold
        .and_then(Hold::location)
        .map(|location| (location.file(), location.line()));
    let local = hold.map(|hold| hold.local().to_owned());
    let (kind, task, name) = match waker.keeper {
        Keeper::Task(task) if task.address() == waiter.address() => {
            (HolderKind::Itself, task.id(), task.future())
        }
        Keeper::Task(task) if task.id() == 0 => (HolderKind::Body, 0, task.future()),
        Keeper::Task(task) => (HolderKind::Task, task.id(), task.future()),
        Keeper::Static(one) if one.is_thread_local() => (HolderKind::ThreadLocal, 0, one.name()),
        Keeper::Static(one) => (HolderKind::Static, 0, one.name()),
        Keeper::Thread(one) => (HolderKind::Thread, 0, search.name_of(one)),
        _ => (HolderKind::Task, 0, ""),
    };
    let is_static = kind.is_static();
    Holder {
        kind,
        task,
        name: name.to_owned(),
        is_certain: hold.is_none_or(|hold| hold.certainty() == Certainty::Certain),
        is_body: task == 0 && matches!(waker.keeper, Keeper::Task(_)),
        local: local.filter(|local| !local.is_empty()),
        also: Vec::new(),
        is_parked: hold.is_some_and(Hold::is_parked),
        is_queued: hold.is_some_and(|hold| hold.queued().is_some()),
        at: place.map(|place| {
            let function = hold.map_or("", Hold::function);
            capture::frame(
                if is_static { "" } else { function },
                Some(place),
                package_dir,
            )
        }),
    }
}

/// Adds a holder, or to one that is known the variable. Each of several tasks that holds what it waits for is told as one.
fn add(held_by: &mut Vec<Holder>, new: Holder) {
    let is_same = |known: &&mut Holder| {
        known.kind == new.kind
            && match new.kind {
                HolderKind::Itself => true,
                HolderKind::Static | HolderKind::ThreadLocal | HolderKind::Thread => {
                    known.name == new.name && known.at == new.at
                }
                _ => known.task == new.task,
            }
    };
    match held_by.iter_mut().find(is_same) {
        None => held_by.push(new),
        Some(known) if known.is_certain == new.is_certain => {
            known.is_parked &= new.is_parked;
            known.is_queued &= new.is_queued;
            let is_known = |local: &String| known.also.contains(local);
            if known.local != new.local
                && let Some(local) = new.local.filter(|local| !is_known(local))
            {
                known.also.push(local);
            }
        }
        // Where it may be says nothing beside where it is.
        Some(known) if new.is_certain => *known = new,
        Some(_) => {}
    }
}

/// The one of these whose timer fires first, if they wait for timers.
fn earliest<'w>(all: &'w [(&'w Task, &'w Wait)]) -> Option<&'w (&'w Task, &'w Wait)> {
    all.iter().min_by_key(|(_, wait)| deadline(wait))
}

fn deadline(wait: &Wait) -> Option<Instant> {
    match wait.event() {
        Seen::Deadline(at) => *at,
        _ => None,
    }
}

/// What all of them wait for: of what differs, only what is true of all.
fn event_of_all(all: &[(&Task, &Wait)]) -> Event {
    let waits = || all.iter().map(|(_, wait)| *wait);
    let Some((task, first)) = earliest(all) else {
        return Event::Other;
    };
    let is_one = waits().all(|wait| wait.event() == first.event());
    let object = first
        .object()
        .filter(|object| waits().all(|wait| wait.object() == Some(*object)));
    match event(first, object, task) {
        Event::Message { .. } if !is_one => Event::Message { senders: None },
        Event::Change { .. } if !is_one => Event::Change { senders: None },
        Event::Timer { left, .. } => {
            let last = waits().filter_map(deadline).max();
            let spread = last.zip(deadline(first)).map(|(last, first)| last - first);
            Event::Timer {
                left,
                others_later: spread.is_some_and(|spread| spread >= SECOND),
            }
        }
        event => event,
    }
}

/// What is waited for: of this object, if all who wait for it do so on one.
fn event(wait: &Wait, object: Option<Object>, task: &Task) -> Event {
    let class = wait.object().map(|object| object.class());
    let name = || object.and(wait.name()).map(ToOwned::to_owned);
    let address = object.map(|object| object.address());
    match wait.event() {
        Seen::Message { .. } if class == Some(Class::Oneshot) => Event::OneshotValue,
        Seen::Message { .. } if class == Some(Class::Pipe) => Event::Bytes,
        Seen::Message { senders } => Event::Message { senders: *senders },
        Seen::Change { senders } => Event::Change { senders: *senders },
        Seen::Capacity => Event::Capacity,
        Seen::Closed => Event::Closed,
        Seen::Permit if class == Some(Class::Mutex) => Event::Mutex,
        Seen::Permit if class == Some(Class::RwLock) => Event::RwLock,
        Seen::Permit => Event::Permit,
        Seen::Notification => Event::Notification,
        Seen::Arrivals => Event::Arrivals,
        Seen::End => Event::TaskEnd,
        Seen::Cancellation { .. } => Event::Cancellation,
        Seen::Deadline(deadline) => Event::Timer {
            left: deadline.map(|at| at.saturating_duration_since(task.read_at())),
            others_later: false,
        },
        Seen::Readiness => Event::Readiness {
            descriptor: address,
            name: name(),
        },
        Seen::Exit => Event::Exit {
            process: address,
            command: name(),
        },
        Seen::Signal(number) => Event::Signal(*number),
        Seen::Never => Event::Never,
        _ => Event::Other,
    }
}
