//! A runtime that was left behind is one thing, however many threads it has.

use crate::{
    base::model::{Fact, Kind, Leak, RuntimeRelation, State, Waiting},
    observe::capture::{self, Trace},
};

/// Names of threads that are shown.
const NAMES: usize = 3;

/// What it is, in words.
const RUNTIME: &str = "tokio runtime";

/// Puts one runtime in the place of the worker threads that were started while it was built, and of what it waits with.
/// What several calls at one place built is one entry: nothing tells their threads apart.
///
/// The test's own runtime is not such a one: it was shut down, and what is left of it is a thread that does not end.
pub(crate) fn fold(leaks: Vec<Leak>) -> Vec<Leak> {
    let (parts, mut rest): (Vec<Leak>, Vec<Leak>) = leaks.into_iter().partition(is_part);
    let mut runtimes: Vec<Vec<Leak>> = Vec::new();
    for part in parts {
        let known = runtimes
            .iter_mut()
            .find(|runtime| is_one_place(&runtime[0], &part));
        match known {
            Some(runtime) => runtime.push(part),
            None => runtimes.push(vec![part]),
        }
    }
    rest.extend(runtimes.into_iter().filter_map(runtime));
    rest.sort_by_key(|leak| leak.kind);
    rest
}

fn is_part(leak: &Leak) -> bool {
    leak.kind == Kind::Runtime || is_worker(leak)
}

/// Whether these are workers that are not known to work. Where one is stuck in a task says more than that it is a worker.
fn is_worker(leak: &Leak) -> bool {
    let is_idle = |waiting: &Waiting| waiting.state == State::Idle || waiting.stack.is_empty();
    leak.kind == Kind::Thread
        && leak.relation != RuntimeRelation::Member
        && leak.waiting.as_ref().is_none_or(is_idle)
        && capture::builds_a_runtime(&leak.stack)
}

fn is_one_place(one: &Leak, other: &Leak) -> bool {
    one.created_at == other.created_at
        && one.created_through == other.created_through
        && one.created_by == other.created_by
}

/// One entry of all that runtimes are made of. As many were built as wait for descriptors, or one where that is not known.
fn runtime(parts: Vec<Leak>) -> Option<Leak> {
    let (workers, selectors): (Vec<&Leak>, Vec<&Leak>) =
        parts.iter().partition(|part| part.kind == Kind::Thread);
    let count: usize = selectors.iter().map(|selector| selector.count).sum();
    let age = parts.iter().filter_map(|part| part.age).max();
    let facts = threads(&workers).into_iter().collect();
    let first = parts.into_iter().next()?;
    let trace = Trace {
        site: first.created_at.clone(),
        through: first.created_through.clone(),
        callers: first.created_by.clone(),
        ..Trace::default()
    };
    Some(Leak {
        kind: Kind::Runtime,
        count: count.max(1),
        name: Some(RUNTIME.to_owned()),
        age,
        tid: None,
        facts,
        fingerprint: super::fingerprint::of(Kind::Runtime, Some(RUNTIME), &trace),
        waiting: None,
        ..first
    })
}

/// How many there are, with the names of the first ones.
fn threads(workers: &[&Leak]) -> Option<Fact> {
    let count: usize = workers.iter().map(|worker| worker.count).sum();
    let mut names: Vec<String> = workers
        .iter()
        .filter_map(|worker| worker.name.clone())
        .collect();
    let are_all_named = names.len() <= NAMES;
    names.truncate(NAMES);
    (count > 0).then_some(Fact::Workers {
        count,
        names,
        are_all_named,
    })
}
