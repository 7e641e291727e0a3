//! From decoded tasks to what a person can use: where they wait, for what, and who could help.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Instant,
};

use leakcheck_introspect::{
    Certainty, Class, Event, FrameKind, Graph, Location, State as Stage, Task, Wait,
};

use crate::{
    capture,
    model::{Awaited, Frame, Holder, State, Waiting},
};

/// Holders of one thing that are listed.
const HOLDERS: usize = 8;

/// What the tasks of one group are doing; `None` where none of them could be read.
pub(super) fn of(tasks: &[&Task], graph: &Graph<'_>, package_dir: Option<&str>) -> Option<Waiting> {
    let first = *tasks
        .iter()
        .find(|task| task.root().is_some())
        .or(tasks.first())?;
    Some(Waiting {
        state: match first.state() {
            Stage::Running | Stage::Complete => State::Running,
            Stage::Scheduled => State::Scheduled,
            Stage::Idle => State::Idle,
        },
        stack: stack(first, package_dir),
        events: first
            .waits()
            .iter()
            .map(|wait| awaited(first, wait, graph, package_dir))
            .collect(),
        is_forever: tasks.iter().all(|task| graph.is_stuck(task)),
        unread: first.unread().map(ToOwned::to_owned),
    })
}

/// The same for all tasks that are suspended at the same lines of the same functions.
pub(crate) fn place(task: &Task) -> u64 {
    let mut hasher = DefaultHasher::new();
    for frame in task.chain() {
        frame.function().hash(&mut hasher);
        frame.location().map(Location::line).hash(&mut hasher);
    }
    hasher.finish()
}

fn stack(task: &Task, package_dir: Option<&str>) -> Vec<Frame> {
    let mut stack: Vec<Frame> = task
        .chain()
        .iter()
        .filter(|frame| frame.kind() != FrameKind::Finished)
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
        Event::Deadline(_) | Event::Readiness | Event::Never | Event::End
    );
    let perhaps = match wait.certainty() {
        Certainty::Certain => "",
        Certainty::Possible => "perhaps ",
    };
    Awaited {
        what: format!("{perhaps}{}", words(wait, class)),
        held_by,
        has_holders,
    }
}

/// What is waited for.
fn words(wait: &Wait, class: Option<Class>) -> String {
    let of_senders = |what: &str, senders: Option<u64>| match senders {
        None => what.to_owned(),
        Some(0) => format!("{what}, whose senders are gone"),
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
            let left = deadline.saturating_duration_since(Instant::now()).as_secs();
            match left {
                0 => "a timer that is about to fire".to_owned(),
                1 => "a timer that fires in 1 second".to_owned(),
                left => format!("a timer that fires in {left} seconds"),
            }
        }
        Event::Deadline(None) => "a timer".to_owned(),
        Event::Readiness => match wait.object() {
            Some(object) => format!("descriptor {} to become ready", object.address()),
            None => "a descriptor to become ready".to_owned(),
        },
        Event::Never => "a future that is never ready".to_owned(),
        _ => "something else".to_owned(),
    }
}
