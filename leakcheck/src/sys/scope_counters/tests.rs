//! No start is lost, no count is zero while something lives, and nobody who waits is forgotten.

use super::*;

/// Does something to a count as a thread of this shard would.
fn on<R>(number: usize, work: impl FnOnce() -> R) -> R {
    SHARD.set(Some(number));
    work()
}

#[cfg(not(leakcheck_loom))]
#[test]
fn starts_and_ends_on_different_threads_add_up() {
    let counters = ScopeCounters::default();
    let rounds = if cfg!(miri) { 3 } else { 100 };
    std::thread::scope(|threads| {
        for _ in 0..2 * SHARDS {
            threads.spawn(|| {
                (0..rounds).for_each(|_| counters.task_started());
                assert!(counters.tasks() > 0);
            });
        }
    });
    assert_eq!(counters.tasks(), 2 * SHARDS * rounds);
    for number in 0..2 * SHARDS * rounds {
        on(number % SHARDS, || counters.task_ended());
    }
    assert_eq!(counters.tasks(), 0);
}

#[cfg(not(leakcheck_loom))]
#[test]
fn every_scope_has_counts_of_its_own() {
    let scopes = [(); 3].map(|()| open().expect("far below the limit"));
    of(scopes[1]).task_started();
    assert_eq!(scopes.map(|scope| of(scope).tasks()), [0, 1, 0]);
    of(scopes[1]).task_ended();
    assert_eq!(scopes.map(|scope| of(scope).tasks()), [0, 0, 0]);
}

#[cfg(leakcheck_loom)]
mod at_once {
    use super::*;
    use loom::thread;

    fn counters() -> &'static ScopeCounters {
        Box::leak(Box::default())
    }

    /// A task that starts its successor before it ends never looks like no task, whoever polls it.
    #[test]
    fn a_relay_of_tasks_is_never_clean() {
        loom::model(|| {
            let counters = counters();
            on(0, || counters.task_started());
            let worker = thread::spawn(|| {
                on(1, || counters.task_started());
                on(2, || counters.task_ended());
                on(0, || counters.task_started());
                on(1, || counters.task_ended());
            });
            assert_ne!(counters.tasks(), 0);
            worker.join().unwrap();
            assert_eq!(counters.tasks(), 1);
        });
    }

    /// Whoever waits for the last ending is told of it, whichever comes first. Loom stops a wait without end.
    #[test]
    fn the_last_ending_ends_the_wait() {
        loom::model(|| {
            let counters = counters();
            on(0, || counters.task_started());
            counters.thread_started();
            let worker = thread::spawn(|| {
                on(1, || counters.task_ended());
                counters.thread_ended();
            });
            let expecting = counters.expect();
            loop {
                let seen = expecting.seen();
                if counters.tasks() == 0 && counters.threads() == 0 {
                    break;
                }
                expecting.wait(seen, Duration::from_secs(60));
            }
            worker.join().unwrap();
        });
    }
}
