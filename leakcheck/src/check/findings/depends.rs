//! On whom it depends that the tasks of a finding go on.

use leakcheck_introspect::{Graph, Task, Tie as Seen, Wait};

use super::waiting::open;
use crate::{
    base::model::{Dependence, Leak, Tie},
    observe::capture,
};

/// On whom all of these tasks depend, each of them with all that it waits for; nothing where one may go on otherwise.
pub(super) fn of(tasks: &[&Task], graph: &Graph<'_>, package_dir: Option<&str>) -> Vec<Dependence> {
    let mut all = Vec::new();
    // Of very many only the first ones are read.
    for task in tasks.iter().filter(|task| !task.is_recognised()) {
        let mut of_task = Vec::new();
        for wait in open(task) {
            let found = of_wait(task, wait, graph, package_dir);
            if found.is_empty() {
                return Vec::new();
            }
            of_task.extend(found);
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
    graph: &Graph<'_>,
    package_dir: Option<&str>,
) -> Vec<Dependence> {
    let tied = graph.dependences(wait).into_iter().filter_map(|found| {
        let place = found.hold.and_then(|hold| hold.location());
        Some(Dependence {
            waiter: task.id(),
            on: found.task.id(),
            tie: tie(found.tie)?,
            local: found.hold.map(|hold| hold.local().to_owned()),
            at: place.map(|place| {
                let function = found.hold.map_or("", |hold| hold.function());
                capture::frame(function, Some((place.file(), place.line())), package_dir)
            }),
        })
    });
    let mut all: Vec<Dependence> = tied.collect();
    if all.is_empty() {
        // A blocking task is in no list.
        all.extend(wait.task().map(|on| Dependence {
            waiter: task.id(),
            on,
            tie: Tie::End,
            local: None,
            at: None,
        }));
    }
    all
}

const fn tie(seen: Seen) -> Option<Tie> {
    Some(match seen {
        Seen::End => Tie::End,
        Seen::Sender => Tie::Sender,
        Seen::Guard => Tie::Lock,
        Seen::Line => Tie::Line,
        Seen::Token => Tie::Token,
        Seen::Receiver => Tie::Receiver,
        _ => return None,
    })
}
