//! On whom it depends that the tasks of a finding go on.

use std::collections::HashSet;

use leakcheck_introspect::{
    Class, Dependence as Found, Event, Graph, Hold, Keeper, Need, Role, Task, Tie as Seen, Wait,
    Waker,
};

use super::{search::Search, suspended::is_open};
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
        let of_wait = |wait: &Wait| of_wait(task, wait, search, package_dir);
        let needs = Needs {
            task,
            graph: &search.graph,
            of_wait: &of_wait,
        };
        match needs.of(task.needs()) {
            Needed::On(found) => all.extend(found),
            Needed::Over | Needed::Unknown => return Vec::new(),
        }
    }
    all.truncate(Leak::MOST_IDS);
    all
}

/// On whom it depends that something happens.
enum Needed {
    On(Vec<Dependence>),
    /// It is no wait any more.
    Over,
    Unknown,
}

/// Whom a task depends on with all that it waits for.
struct Needs<'s> {
    task: &'s Task,
    graph: &'s Graph<'s>,
    of_wait: &'s dyn Fn(&Wait) -> Vec<Dependence>,
}

impl Needs<'_> {
    fn of(&self, need: &Need) -> Needed {
        match need {
            Need::Wait(number) => self.of_one(*number),
            Need::Any(needs) => one_of(needs.iter().map(|need| self.of(need))),
            // Whatever the others do, it never goes on.
            Need::All(needs) if needs.iter().any(|need| self.never_comes(need)) => Needed::Unknown,
            Need::All(needs) => self.all_of(needs),
            Need::Unknown => Needed::Unknown,
        }
    }

    fn of_one(&self, number: usize) -> Needed {
        match self.task.waits().get(number) {
            Some(wait) if is_open(self.task, wait) => {
                let found = (self.of_wait)(wait).into_iter();
                Needed::on(found.map(|found| Dependence {
                    wait: number,
                    ..found
                }))
            }
            Some(_) => Needed::Over,
            None => Needed::Unknown,
        }
    }

    fn never_comes(&self, need: &Need) -> bool {
        match need {
            Need::Wait(number) => {
                let wait = self.task.waits().get(*number);
                wait.is_some_and(|wait| *wait.event() == Event::Never)
            }
            Need::Any(needs) => {
                !needs.is_empty() && needs.iter().all(|need| self.never_comes(need))
            }
            Need::All(needs) => needs.iter().any(|need| self.never_comes(need)),
            Need::Unknown => false,
        }
    }

    /// Those of all, where each depends on somebody. Where one may go on it is enough to depend on somebody who does not wait for
    /// what this one does meanwhile.
    fn all_of(&self, needs: &[Need]) -> Needed {
        let all: Vec<Needed> = needs.iter().map(|need| self.of(need)).collect();
        if !all.iter().any(|one| matches!(one, Needed::Unknown)) {
            return one_of(all.into_iter());
        }
        let of_others = all.into_iter().filter_map(|one| match one {
            Needed::On(found) if !found.iter().any(|found| self.leads_back(found)) => Some(found),
            _ => None,
        });
        Needed::on(of_others.flatten())
    }

    /// Whether it may depend in turn on the task: so it does on whoever else has what nobody was found to have.
    fn leads_back(&self, found: &Dependence) -> bool {
        const MOST: usize = 64;
        let ResourceId::Task(on) = found.on else {
            return false;
        };
        let (mut next, mut seen) = (vec![on], HashSet::from([on]));
        while let Some(number) = next.pop() {
            if number == self.task.id() || seen.len() > MOST {
                return true;
            }
            let waits = self.graph.find(number).map(Task::waits);
            for wait in waits.unwrap_or_default() {
                let ties = self.graph.dependences(wait);
                if ties.is_empty() && !is_of_nobody(wait) {
                    return true;
                }
                let ids = ties.iter().map(|tie| tie.task.id());
                next.extend(ids.filter(|id| seen.insert(*id)));
            }
        }
        false
    }
}

/// Whether no task has what ends it.
fn is_of_nobody(wait: &Wait) -> bool {
    matches!(
        wait.event(),
        Event::Never | Event::Deadline(_) | Event::Signal(_)
    )
}

impl Needed {
    fn on(found: impl Iterator<Item = Dependence>) -> Self {
        let found: Vec<Dependence> = found.collect();
        if found.is_empty() {
            Self::Unknown
        } else {
            Self::On(found)
        }
    }
}

/// Those of each, where all that are not over depend on somebody.
fn one_of(needed: impl Iterator<Item = Needed>) -> Needed {
    let mut all = Vec::new();
    for one in needed {
        match one {
            Needed::On(found) => all.extend(found),
            Needed::Over => {}
            Needed::Unknown => return Needed::Unknown,
        }
    }
    if all.is_empty() {
        Needed::Over
    } else {
        Needed::On(all)
    }
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

/// Whether the other end of a pipe in memory is what it has.
fn is_of_pipe(found: &Found<'_>) -> bool {
    let hold = found.hold;
    hold.is_some_and(|hold| hold.object().class() == Class::Pipe)
}

fn tie(waiter: &Task, found: &Found<'_>) -> Option<Tie> {
    let has_it = found.hold.is_some_and(|hold| hold.role() == Role::Guard);
    let is_own = found.task.address() == waiter.address();
    Some(match found.tie {
        // How another one has it is the other one's matter.
        Seen::Parked if has_it && !is_own => Tie::Lock,
        Seen::Parked => Tie::Parked,
        Seen::End => Tie::End,
        Seen::Sender if is_of_pipe(found) => Tie::Pipe,
        Seen::Sender => Tie::Sender,
        Seen::Queue => Tie::Queue,
        Seen::Guard => Tie::Lock,
        Seen::Line => Tie::Line,
        Seen::Closed => Tie::Closed,
        Seen::Token => Tie::Token,
        Seen::Receiver => Tie::Receiver,
        _ => return None,
    })
}
