//! Workers that a static starts for the whole process are accepted by a rule of this crate, and nothing beside them is.

use leakcheck_tests::Report;

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, runtimes, threads},
};

/// How many threads built-in rules accepted, all of them for a stated reason.
#[track_caller]
fn known_workers(report: &Report) -> usize {
    for entry in &report.ignored {
        assert!(entry.built_in && entry.kind == "thread", "{entry:?}");
        assert!(!entry.reason.is_empty(), "{entry:?}");
    }
    report.ignored.iter().map(|entry| entry.count).sum()
}

#[test]
fn threads_of_a_static() {
    for subject in ["lazy_lock", "once_lock", "once"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_passes(&run);
        assert_left(&run.report().leaks, &[]);
        assert_eq!(known_workers(run.report()), 1, "{:?}", run.report());
    }
}

#[test]
fn a_static_runtime() {
    let run = run!(static_runtime);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
    assert_eq!(
        known_workers(run.report()),
        3,
        "two workers and an idle pool thread: {:?}",
        run.report()
    );
}

#[test]
fn a_leak_beside_them_is_one() {
    let run = run!(static_and_leak);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[threads(1, "thread::spawn(thread::park); // Beside it.")],
    );
    assert_eq!(known_workers(run.report()), 1, "{:?}", run.report());
}

/// The runtime is not one for the whole process: the test made it and left it.
#[test]
fn a_runtime_that_is_not_static_is_a_leak() {
    let run = run!(forgotten_runtime);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[runtimes(
            1,
            "let runtime = builder.worker_threads(2).build().unwrap();",
        )],
    );
    assert_eq!(known_workers(run.report()), 0);
}

/// Tokio runs workers and closures on threads of one pool, and what those start is not of the pool.
#[test]
fn what_a_pool_thread_starts_is_no_pool_thread() {
    for (subject, line) in [
        (
            "thread_of_a_worker",
            "drop(thread::spawn(thread::park)); // By a worker.",
        ),
        (
            "thread_of_a_closure",
            "drop(thread::spawn(thread::park)); // By a closure.",
        ),
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        assert_left(&run.report().leaks, &[threads(1, line)]);
    }
}

mod subject {
    use std::{
        mem,
        sync::{LazyLock, Once, OnceLock},
        thread::{self, Thread},
    };

    use leakcheck::leak_checked;
    use tokio::runtime::{Builder, Runtime};

    fn start() -> Thread {
        thread::spawn(thread::park).thread().clone()
    }

    #[leak_checked]
    #[test]
    #[ignore = "looked at from outside"]
    fn lazy_lock() {
        static WORKER: LazyLock<Thread> = LazyLock::new(start);
        assert_ne!(WORKER.id(), thread::current().id());
    }

    #[leak_checked]
    #[test]
    #[ignore = "looked at from outside"]
    fn once_lock() {
        static WORKER: OnceLock<Thread> = OnceLock::new();
        WORKER.get_or_init(start);
    }

    #[leak_checked]
    #[test]
    #[ignore = "looked at from outside"]
    fn once() {
        static WORKER: Once = Once::new();
        WORKER.call_once(|| drop(start()));
    }

    #[leak_checked]
    #[test]
    #[ignore = "looked at from outside"]
    fn static_runtime() {
        static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(2).build().unwrap()
        });
        RUNTIME.block_on(async { tokio::task::spawn_blocking(|| ()).await.unwrap() });
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn static_and_leak() {
        static WORKER: OnceLock<Thread> = OnceLock::new();
        WORKER.get_or_init(start);
        thread::spawn(thread::park); // Beside it.
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "leaks on purpose"]
    async fn thread_of_a_worker() {
        let task = tokio::spawn(async {
            drop(thread::spawn(thread::park)); // By a worker.
        });
        task.await.unwrap();
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn thread_of_a_closure() {
        let closure = tokio::task::spawn_blocking(|| {
            drop(thread::spawn(thread::park)); // By a closure.
        });
        closure.await.unwrap();
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn forgotten_runtime() {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).build().unwrap();
        mem::forget(runtime);
    }
}
