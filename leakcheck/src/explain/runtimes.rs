//! A runtime that was left behind is one thing, however many threads it has.

use crate::{
    capture::{self, Trace},
    model::{Kind, Leak, State, Tie, Waiting},
};

/// Names of threads that are shown.
const NAMES: usize = 3;

/// Puts one runtime in the place of the worker threads that were started while it was built. What several calls at one
/// place built is one entry: nothing tells their threads apart.
///
/// The test's own runtime is not such a one: it was shut down, and what is left of it is a thread that does not end.
pub(crate) fn fold(leaks: Vec<Leak>) -> Vec<Leak> {
    let (workers, mut rest): (Vec<Leak>, Vec<Leak>) = leaks.into_iter().partition(is_worker);
    let mut runtimes: Vec<Vec<Leak>> = Vec::new();
    for worker in workers {
        let known = runtimes
            .iter_mut()
            .find(|runtime| is_one_place(&runtime[0], &worker));
        match known {
            Some(runtime) => runtime.push(worker),
            None => runtimes.push(vec![worker]),
        }
    }
    rest.extend(runtimes.into_iter().filter_map(runtime));
    rest.sort_by_key(|leak| leak.kind);
    rest
}

/// Whether these are workers without work. Where one is stuck in a task says more than that it is a worker.
fn is_worker(leak: &Leak) -> bool {
    let is_idle = |waiting: &Waiting| waiting.state == State::Idle;
    leak.kind == Kind::Thread
        && leak.tie != Tie::Member
        && leak.waiting.as_ref().is_none_or(is_idle)
        && capture::builds_a_runtime(&leak.stack)
}

fn is_one_place(one: &Leak, other: &Leak) -> bool {
    one.created_at == other.created_at
        && one.created_through == other.created_through
        && one.created_by == other.created_by
}

/// One entry of all its worker threads.
fn runtime(workers: Vec<Leak>) -> Option<Leak> {
    let count: usize = workers.iter().map(|worker| worker.count).sum();
    let age = workers.iter().filter_map(|worker| worker.age).max();
    let mut names: Vec<String> = workers
        .iter()
        .filter_map(|worker| Some(format!("\"{}\"", worker.name.as_ref()?)))
        .collect();
    let more = if names.len() > NAMES { ", .." } else { "" };
    names.truncate(NAMES);
    let threads = if count == 1 {
        "1 worker thread".to_owned()
    } else {
        format!("{count} worker threads")
    };
    let names = names.join(", ") + more;
    let first = workers.into_iter().next()?;
    let name = "tokio runtime";
    let trace = Trace {
        site: first.created_at.clone(),
        through: first.created_through.clone(),
        callers: first.created_by.clone(),
        ..Trace::default()
    };
    Some(Leak {
        kind: Kind::Runtime,
        count: 1,
        name: Some(name.to_owned()),
        age,
        tid: None,
        facts: vec![format!("{threads} {names}").trim_end().to_owned()],
        fingerprint: super::fingerprint(Kind::Runtime, Some(name), &trace),
        waiting: None,
        ..first
    })
}
