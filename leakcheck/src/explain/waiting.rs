//! From decoded tasks to what a person can use: where they wait, for what, and who could help.

use std::hash::{DefaultHasher, Hash, Hasher};

use leakcheck_introspect::{
    Certainty, Class, Event, FrameKind, Graph, Location, State as Stage, Task, Wait,
};

use crate::{
    capture,
    model::{Awaited, Frame, Holder, State, Waiting},
    sources::timers,
};

/// Holders of one thing that are listed.
const HOLDERS: usize = 8;

/// The number of the signal that `ctrl_c` waits for, on every Unix.
const SIGINT: i32 = 2;

/// Why the place of a wait is not known.
const TOO_DEEP: &str =
    "it awaits more futures inside each other than are followed, and only the outer ones are shown";

/// What the tasks of one group are doing; `None` where none of them could be read.
pub(super) fn of(tasks: &[&Task], graph: &Graph<'_>, package_dir: Option<&str>) -> Option<Waiting> {
    let first = *tasks
        .iter()
        .find(|task| task.root().is_some())
        .or(tasks.first())?;
    let is_open = |wait: &&Wait| !is_over(first, wait);
    let unread = first.unread().or(first.is_cut().then_some(TOO_DEEP));
    let waiting = Waiting {
        state: match first.state() {
            Stage::Running | Stage::Complete => State::Running,
            Stage::Scheduled if first.is_new() => State::New,
            Stage::Scheduled => State::Scheduled,
            Stage::Idle => State::Idle,
        },
        stack: stack(first, package_dir),
        events: first
            .waits()
            .iter()
            .filter(is_open)
            .map(|wait| awaited(first, wait, graph, package_dir))
            .collect(),
        is_forever: tasks.iter().all(|task| graph.is_stuck(task)),
        unread: unread.map(ToOwned::to_owned),
    };
    Some(waiting.polled(None))
}

/// Whether it is no wait any more. A timer that a hand-written future has, and whose time has come, is left over.
fn is_over(task: &Task, wait: &Wait) -> bool {
    let has_fired = |deadline| deadline <= task.read_at();
    wait.is_over()
        || wait.certainty() == Certainty::Possible
            && matches!(wait.event(), Event::Deadline(Some(deadline)) if has_fired(*deadline))
}

/// The same for all tasks that are suspended at the same lines of the same functions.
pub(crate) fn place(task: &Task) -> u64 {
    let mut hasher = DefaultHasher::new();
    for frame in task.chain() {
        frame.function().hash(&mut hasher);
        frame.location().map(Location::line).hash(&mut hasher);
    }
    task.is_new().hash(&mut hasher);
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

fn awaited(task: &Task, wait: &Wait, graph: &Graph<'_>, package_dir: Option<&str>) -> Awaited {
    let class = wait.object().map(|object| object.class());
    let mut held_by: Vec<Holder> = Vec::new();
    for waker in graph.wakers(task, wait) {
        let place = waker
            .hold
            .and_then(|hold| hold.location())
            .map(|location| (location.file(), location.line()));
        held_by.push(Holder {
            task: waker.task.id(),
            name: waker.task.future().to_owned(),
            is_certain: waker
                .hold
                .is_none_or(|hold| hold.certainty() == Certainty::Certain),
            is_body: waker.task.id() == 0,
            is_itself: waker.task.address() == task.address(),
            local: waker.hold.map(|hold| hold.local().to_owned()),
            at: place.map(|place| {
                let function = waker.hold.map_or("", |hold| hold.function());
                capture::frame(function, Some(place), package_dir)
            }),
        });
    }
    held_by.truncate(HOLDERS);
    let has_holders = !matches!(
        wait.event(),
        Event::Deadline(_)
            | Event::Readiness
            | Event::Exit
            | Event::Signal(_)
            | Event::Never
            | Event::End
    );
    let perhaps = match wait.certainty() {
        Certainty::Certain => "",
        Certainty::Possible => "perhaps ",
    };
    Awaited {
        what: format!("{perhaps}{}", words(task, wait, class)),
        held_by,
        has_holders,
    }
}

/// What is waited for.
fn words(task: &Task, wait: &Wait, class: Option<Class>) -> String {
    let of_senders = |what: &str, senders: Option<u64>| match senders {
        None | Some(0) => what.to_owned(),
        Some(1) => format!("{what}; 1 sender is alive"),
        Some(senders) => format!("{what}; {senders} senders are alive"),
    };
    match wait.event() {
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
        Event::Readiness => match (wait.object(), wait.name()) {
            (Some(object), Some(name)) => {
                format!("descriptor {} ({name}) to become ready", object.address())
            }
            (Some(object), None) => format!("descriptor {} to become ready", object.address()),
            (None, _) => "a descriptor to become ready".to_owned(),
        },
        Event::Exit => match (wait.object(), wait.name()) {
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
