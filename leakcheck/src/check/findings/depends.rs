//! On whom it depends that the tasks of a finding go on.

use leakcheck_introspect::{
    Dependence as Found, Hold, Keeper, Role, Task, Tie as Seen, Wait, Waker,
};

use super::{search::Search, waiting::open};
use crate::{
    base::model::{Dependence, Frame, Leak, ResourceId, Tie},
    observe::capture,
};

/// On whom all of these tasks depend, each of them with all that it waits for; nothing where one may go on otherwise.
pub(super) fn of(
    tasks: &[&Task],
    search: &Search<'_>,
    package_dir: Option<&str>,
) -> Vec<Dependence> {
    let mut all = Vec::new();
    // Of very many only the first ones are read.
    for task in tasks.iter().filter(|task| !task.is_recognised()) {
        let mut of_task = Vec::new();
        for (number, wait) in open(task).enumerate() {
            let found = of_wait(task, wait, search, package_dir);
            if found.is_empty() {
                return Vec::new();
            }
            of_task.extend(found.into_iter().map(|found| Dependence {
                wait: number,
                ..found
            }));
        }
        if of_task.is_empty() || !task.is_complete() {
            return Vec::new();
        }
        all.extend(of_task);
    }
    all.truncate(Leak::MOST_IDS);
    all
}

fn of_wait(
    task: &Task,
    wait: &Wait,
    search: &Search<'_>,
    package_dir: Option<&str>,
) -> Vec<Dependence> {
    let mut all = on_tasks(task, wait, search, package_dir);
    if all.is_empty() {
        all = kept_by_threads(task, wait, search, package_dir);
    }
    if all.is_empty() {
        // A blocking task is in no list.
        all.extend(wait.task().map(|on| Dependence {
            waiter: task.id(),
            wait: 0,
            on: ResourceId::Task(on),
            tie: Tie::End,
            local: None,
            at: None,
        }));
    }
    all
}

fn on_tasks(
    task: &Task,
    wait: &Wait,
    search: &Search<'_>,
    package_dir: Option<&str>,
) -> Vec<Dependence> {
    let found = search.graph.dependences(wait);
    // Who else reads, nobody knows: but one that never ends is enough.
    let is_one_of_many = |found: &Found<'_>| {
        let is_shared = found
            .hold
            .is_some_and(|hold| hold.role() == Role::Guard && !hold.is_exclusive());
        let is_own = found.task.address() == task.address();
        is_shared && !is_own && !search.graph.is_stuck(found.task)
    };
    if found.iter().any(is_one_of_many) {
        return Vec::new();
    }
    let told = |found: Found<'_>| {
        Some(Dependence {
            waiter: task.id(),
            wait: 0,
            on: ResourceId::Task(found.task.id()),
            tie: tie(task, &found)?,
            local: found.hold.map(|hold| hold.local().to_owned()),
            at: found.hold.and_then(|hold| frame(hold, package_dir)),
        })
    };
    found.into_iter().filter_map(told).collect()
}

/// Threads that have all ends which somebody else must have, as they are counted.
fn kept_by_threads(
    task: &Task,
    wait: &Wait,
    search: &Search<'_>,
    package_dir: Option<&str>,
) -> Vec<Dependence> {
    let wakers = search.graph.wakers(task, wait);
    let are_all = wait.ends() == Some(search.graph.ends_found(task, wait)) && search.is_whole;
    let of_thread = |waker: Waker<'_>| match (waker.keeper, waker.hold) {
        (Keeper::Thread(thread), Some(hold)) => Some(Dependence {
            waiter: task.id(),
            wait: 0,
            on: ResourceId::Thread(thread.number()),
            tie: Tie::Kept,
            local: Some(hold.local().to_owned()),
            at: frame(hold, package_dir),
        }),
        _ => None,
    };
    let all: Option<Vec<Dependence>> = wakers.into_iter().map(of_thread).collect();
    all.filter(|_| are_all).unwrap_or_default()
}

/// Where the function waits that has it.
fn frame(hold: &Hold, package_dir: Option<&str>) -> Option<Frame> {
    let place = hold.location()?;
    Some(capture::frame(
        hold.function(),
        Some((place.file(), place.line())),
        package_dir,
    ))
}

fn tie(waiter: &Task, found: &Found<'_>) -> Option<Tie> {
    let has_it = found.hold.is_some_and(|hold| hold.role() == Role::Guard);
    let is_own = found.task.address() == waiter.address();
    Some(match found.tie {
        // How another one has it is the other one's matter.
        Seen::Parked if has_it && !is_own => Tie::Lock,
        Seen::Parked => Tie::Parked,
        Seen::End => Tie::End,
        Seen::Sender => Tie::Sender,
        Seen::Queue => Tie::Queue,
        Seen::Guard => Tie::Lock,
        Seen::Line => Tie::Line,
        Seen::Closed => Tie::Closed,
        Seen::Receiver => Tie::Receiver,
        _ => return None,
    })
}
