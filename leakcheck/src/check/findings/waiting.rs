//! From decoded tasks to what a person can use: where they wait, for what, and who could help.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
    mem::discriminant,
    time::Duration,
};

use leakcheck_introspect::{
    Certainty, Class, Event, FrameKind, Graph, Hold, Location, Object, State as Stage, Task,
    TaskList, Wait, Waker,
};

use crate::{
    base::model::{Awaited, Frame, Holder, State, Waiting, without_numbers},
    observe::{capture, sources::timers},
};

const SECOND: Duration = Duration::from_secs(1);

/// Holders of one thing that are listed.
const HOLDERS: usize = 8;

/// The number of the signal that `ctrl_c` waits for, on every Unix.
const SIGINT: i32 = 2;

/// Why the place of a wait is not known.
const TOO_DEEP: &str =
    "it awaits more futures inside each other than are followed, and only the outer ones are shown";

/// What the tasks of one group are doing; `None` where none of them could be read.
pub(super) fn of(tasks: &[&Task], graph: &Graph<'_>, package_dir: Option<&str>) -> Option<Waiting> {
    // Of very many some were only recognised.
    let rank = |task: &&&Task| (task.root().is_none(), task.is_recognised());
    let first = *tasks.iter().min_by_key(rank)?;
    let events = open(first).enumerate().map(|(index, wait)| {
        let is_alike = |other: &Wait| discriminant(other.event()) == discriminant(wait.event());
        let all = tasks.iter().filter_map(|task| {
            let wait = open(task).nth(index)?;
            is_alike(wait).then_some((*task, wait))
        });
        awaited(&all.collect::<Vec<_>>(), graph, package_dir)
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
        unread: unread.map(ToOwned::to_owned),
        place: place(first, graph),
    };
    Some(waiting.polled(None))
}

/// What it still waits for. A timer that a hand-written future has, and whose time has come, is left over.
fn open(task: &Task) -> impl Iterator<Item = &Wait> {
    let has_fired = |deadline| deadline <= task.read_at();
    task.waits().iter().filter(move |wait| {
        let is_left_over = wait.certainty() == Certainty::Possible
            && matches!(wait.event(), Event::Deadline(Some(deadline)) if has_fired(*deadline));
        !wait.is_over() && !is_left_over
    })
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

/// The same for all tasks that are suspended at the same lines of the same functions.
fn lines(task: &Task) -> u64 {
    let mut hasher = DefaultHasher::new();
    for frame in task.chain() {
        frame.function().hash(&mut hasher);
        frame.location().map(Location::line).hash(&mut hasher);
    }
    task.is_new().hash(&mut hasher);
    hasher.finish()
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
                (
                    waker.task.address() == task.address(),
                    waker.task.future(),
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
fn awaited(all: &[(&Task, &Wait)], graph: &Graph<'_>, package_dir: Option<&str>) -> Awaited {
    let mut held_by = Vec::new();
    let mut tasks = Vec::new();
    for (task, wait) in all {
        let wakers = graph.wakers(task, wait);
        if wakers.is_empty() {
            tasks.extend(wait.task());
        }
        for waker in wakers {
            add(&mut held_by, holder(task, &waker, package_dir));
        }
    }
    // Those that hold it in the same way stand together.
    held_by.sort_by(|one: &Holder, other| {
        let order = |holder: &Holder| (!holder.is_certain, !holder.is_itself);
        order(one)
            .cmp(&order(other))
            .then_with(|| (&one.name, &one.local).cmp(&(&other.name, &other.local)))
    });
    let unlisted = held_by.len().saturating_sub(HOLDERS);
    held_by.truncate(HOLDERS);
    tasks.truncate(HOLDERS);
    let has_holders = all.iter().all(|(_, wait)| {
        !matches!(
            wait.event(),
            Event::Deadline(_)
                | Event::Readiness
                | Event::Exit
                | Event::Signal(_)
                | Event::Never
                | Event::End
        )
    });
    Awaited {
        what: words_of_all(all),
        held_by,
        unlisted,
        has_holders,
        tasks,
    }
}

fn holder(waiter: &Task, waker: &Waker<'_>, package_dir: Option<&str>) -> Holder {
    let place = waker
        .hold
        .and_then(|hold| hold.location())
        .map(|location| (location.file(), location.line()));
    Holder {
        task: waker.task.id(),
        name: waker.task.future().to_owned(),
        is_certain: waker
            .hold
            .is_none_or(|hold| hold.certainty() == Certainty::Certain),
        is_body: waker.task.id() == 0,
        is_itself: waker.task.address() == waiter.address(),
        local: waker.hold.map(|hold| hold.local().to_owned()),
        also: Vec::new(),
        at: place.map(|place| {
            let function = waker.hold.map_or("", |hold| hold.function());
            capture::frame(function, Some(place), package_dir)
        }),
    }
}

/// Adds a holder, or to one that is known the variable. Each of several tasks that holds what it waits for is told as one.
fn add(held_by: &mut Vec<Holder>, new: Holder) {
    let is_same = |known: &&mut Holder| {
        known.is_itself == new.is_itself && (new.is_itself || known.task == new.task)
    };
    match held_by.iter_mut().find(is_same) {
        None => held_by.push(new),
        Some(known) if known.is_certain == new.is_certain => {
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

/// What all of them wait for: of what differs, only what is true of all.
fn words_of_all(all: &[(&Task, &Wait)]) -> String {
    let waits = || all.iter().map(|(_, wait)| *wait);
    let deadline = |wait: &Wait| match wait.event() {
        Event::Deadline(at) => *at,
        _ => None,
    };
    let Some((task, first)) = all.iter().min_by_key(|(_, wait)| deadline(wait)) else {
        return String::new();
    };
    let perhaps = match first.certainty() {
        Certainty::Certain => "",
        Certainty::Possible => "perhaps ",
    };
    let is_one = waits().all(|wait| wait.event() == first.event());
    let event = match first.event() {
        Event::Message { .. } if !is_one => &Event::Message { senders: None },
        Event::Change { .. } if !is_one => &Event::Change { senders: None },
        event => event,
    };
    let object = first
        .object()
        .filter(|object| waits().all(|wait| wait.object() == Some(*object)));
    let last = waits().filter_map(deadline).max();
    let others = match (deadline(first), last) {
        (Some(first), Some(last)) if last - first >= SECOND => "; those of others fire later",
        _ => "",
    };
    format!("{perhaps}{}{others}", words(event, object, first, task))
}

/// What is waited for: this event of this object, if all who wait for it do so on one.
fn words(event: &Event, object: Option<Object>, wait: &Wait, task: &Task) -> String {
    let class = wait.object().map(|object| object.class());
    let name = object.and(wait.name());
    let of_senders = |what: &str, senders: Option<u64>| match senders {
        None | Some(0) => what.to_owned(),
        Some(1) => format!("{what}; 1 sender is alive"),
        Some(senders) => format!("{what}; {senders} senders are alive"),
    };
    match event {
        Event::Message { .. } if class == Some(Class::Oneshot) => {
            "the value of a oneshot channel".to_owned()
        }
        Event::Message { senders } => of_senders("a message", *senders),
        Event::Change { senders } => of_senders("a change of a watched value", *senders),
        Event::Capacity => "room in a full channel".to_owned(),
        Event::Closed => "the other side of a channel to go away".to_owned(),
        Event::Permit if class == Some(Class::Mutex) => "a mutex".to_owned(),
        Event::Permit if class == Some(Class::RwLock) => "a read-write lock".to_owned(),
        Event::Permit => "a permit of a semaphore".to_owned(),
        Event::Notification => "a notification".to_owned(),
        Event::Arrivals => "others to arrive at a barrier".to_owned(),
        Event::End => "the end of a task".to_owned(),
        Event::Cancellation => "the cancellation of a token".to_owned(),
        Event::Deadline(Some(deadline)) => {
            let left = deadline.saturating_duration_since(task.read_at());
            match left.as_secs() {
                0 => "a timer that is about to fire".to_owned(),
                _ => format!("a timer that {}", timers::fires_in(left)),
            }
        }
        Event::Deadline(None) => "a timer".to_owned(),
        Event::Readiness => match (object, name) {
            (Some(object), Some(name)) => {
                format!("descriptor {} ({name}) to become ready", object.address())
            }
            (Some(object), None) => format!("descriptor {} to become ready", object.address()),
            (None, _) => "a descriptor to become ready".to_owned(),
        },
        Event::Exit => match (object, name) {
            (_, Some(command)) => format!("the end of process {command}"),
            (Some(object), None) => format!("the end of process {}", object.address()),
            (None, None) => "the end of a process".to_owned(),
        },
        Event::Signal(Some(SIGINT)) => "ctrl-c (SIGINT)".to_owned(),
        Event::Signal(_) => "a signal".to_owned(),
        Event::Never => "a future that is never ready".to_owned(),
        _ => "something else".to_owned(),
    }
}
