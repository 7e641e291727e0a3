//! What is said of runtimes that were left behind.

use super::*;
use crate::{
    base::model::{Call, State, Waiting},
    settings::ignore::{self, Ignore},
};

/// A worker thread of a runtime that this line built.
fn worker(name: &str, count: usize, line: u32) -> Leak {
    let of_tokio = |function: &str| {
        let file = "tokio-1.54.1/src/runtime/builder.rs";
        frame(function, file, 1, None, Internal)
    };
    let site = frame(
        "my_app::pool::Pool::connect",
        "src/pool.rs",
        line,
        Some(9),
        User,
    );
    Leak {
        count,
        created_at: Some(site.clone()),
        stack: vec![
            of_tokio("tokio::runtime::blocking::pool::Spawner::spawn_thread"),
            of_tokio("tokio::runtime::builder::Builder::build"),
            site,
        ],
        tasks: Vec::new(),
        ..thread(Some(name))
    }
}

fn shown(name: &str, leaks: Vec<Leak>) {
    golden(name, &text(&report(crate::check::findings::fold(leaks))));
}

#[test]
fn one_with_one_worker() {
    shown("runtime.txt", vec![worker("tokio-rt-worker", 1, 3)]);
}

#[test]
fn two_with_workers_of_many_names() {
    let names = ["a", "b", "c", "d"];
    let first = names.into_iter().map(|name| worker(name, 1, 3));
    let others = [worker("tokio-rt-worker", 2, 4), thread(Some("flusher"))];
    shown("runtimes.txt", first.chain(others).collect());
}

/// What a runtime at this line waits with.
fn selector(count: usize, line: u32) -> Leak {
    Leak {
        kind: Kind::Runtime,
        name: None,
        tid: None,
        ..worker("", count, line)
    }
}

#[test]
fn as_many_as_wait_for_descriptors() {
    let leaks = vec![
        selector(2, 3),
        worker("tokio-rt-worker", 4, 3),
        selector(1, 4),
    ];
    shown("runtimes_counted.txt", leaks);
}

#[test]
fn what_is_no_part_of_another_runtime_stays() {
    let own = Leak {
        relation: RuntimeRelation::Member,
        ..worker("tokio-rt-worker", 2, 3)
    };
    let leaks = vec![task(1), thread(None), own];
    assert_eq!(crate::check::findings::fold(leaks.clone()), leaks);
}

/// Where a worker is stuck says more than that it is one.
#[test]
fn workers_that_are_stuck_stay_threads() {
    let doing = |state: State| Leak {
        waiting: Some(Waiting {
            state,
            stack: vec![frame("my_app::work", "src/work.rs", 7, Some(5), User)],
            events: Vec::new(),
            is_forever: false,
            are_joined: false,
            are_all: true,
            unread: None,
            keeps_own_handle: None,
            pause: None,
            place: 0,
        }),
        ..worker("tokio-rt-worker", 1, 3)
    };
    let stuck = doing(State::Blocked(Call::Function("mpsc::recv")));
    let left = crate::check::findings::fold(vec![doing(State::Idle), stuck.clone()]);
    assert_eq!(left[0], stuck);
    assert_eq!((left[1].kind, left.len()), (Kind::Runtime, 2));

    // Whether it is stuck cannot be told of one without a stack.
    let mut unknown = stuck;
    unknown.waiting.as_mut().expect("it waits").stack.clear();
    let left = crate::check::findings::fold(vec![unknown]);
    assert_eq!((left[0].kind, left.len()), (Kind::Runtime, 1));
}

#[test]
fn rules_are_about_the_workers_or_about_the_runtime() {
    let workers = || vec![worker("tokio-rt-worker", 2, 3)];
    let left = |rule: Ignore| ignore::sort(workers(), &[rule]).leaks.len();
    let site = "my_app::pool::Pool::connect";
    assert_eq!(left(Ignore::created_by(site)), 0);
    assert_eq!(left(Ignore::created_by(site).on(Kind::Runtime)), 0);
    assert_eq!(left(Ignore::thread_name("tokio-rt-*")), 0);
    assert_eq!(left(Ignore::created_by(site).on(Kind::Task)), 1);
}
