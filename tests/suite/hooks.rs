//! Tokio's hooks tell of ends without starts, ends before starts and ends after joins; none of them becomes a task
//! that is not there, and none hides one that is.

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, tasks},
};

#[test]
fn no_task_is_invented() {
    for subject in [
        "ends_without_start",
        "ends_without_start_on_workers",
        "files",
        "ends_before_start",
        "starts_during_shutdown",
        "ends_after_join",
        "ends_unpolled",
        "local_tasks",
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_passes(&run);
        let report = run.report();
        assert!(
            ["clean", "lingering"].contains(&report.verdict.name()),
            "{subject}: {report:?}"
        );
        assert_left(&report.leaks, &[]);
    }
}

#[test]
fn no_task_is_hidden() {
    let run = run!(leaks_among_them);
    assert_fails(&run);
    assert_eq!(run.report().verdict, "leaked");
    assert_left(
        &run.report().leaks,
        &[tasks(3, "tokio::spawn(pending::<()>()); // Stays.")],
    );
}

mod subject {
    use std::future::pending;

    use leakcheck::{instrument, leak_checked};
    use tokio::{
        runtime::{Builder, Handle, Runtime},
        task::{LocalSet, spawn_blocking, yield_now},
    };

    fn instrumented(workers: usize) -> Runtime {
        let mut builder = match workers {
            0 => Builder::new_current_thread(),
            _ => Builder::new_multi_thread(),
        };
        instrument(builder.worker_threads(workers.max(1)))
            .build()
            .unwrap()
    }

    #[leak_checked(settle = "20s")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn ends_without_start() {
        for _ in 0..100 {
            spawn_blocking(|| ()).await.unwrap();
        }
    }

    #[leak_checked(settle = "20s")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    #[ignore = "looked at from outside"]
    async fn ends_without_start_on_workers() {
        for _ in 0..100 {
            spawn_blocking(|| ()).await.unwrap();
        }
    }

    #[leak_checked(settle = "20s")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn files() {
        for _ in 0..20 {
            tokio::fs::read(file!()).await.unwrap_or_default();
        }
    }

    #[leak_checked(settle = "20s")]
    #[test]
    #[ignore = "looked at from outside"]
    fn ends_before_start() {
        for workers in [0, 2] {
            let runtime = instrumented(workers);
            let handle = runtime.handle().clone();
            drop(runtime);
            for _ in 0..100 {
                handle.spawn(pending::<()>());
            }
        }
    }

    /// Spawns once more when it is dropped.
    struct Reborn;

    impl Drop for Reborn {
        fn drop(&mut self) {
            if let Ok(handle) = Handle::try_current() {
                handle.spawn(pending::<()>());
            }
        }
    }

    #[leak_checked(settle = "20s")]
    #[test]
    #[ignore = "looked at from outside"]
    fn starts_during_shutdown() {
        for workers in [0, 2] {
            let runtime = instrumented(workers);
            for _ in 0..100 {
                let reborn = Reborn;
                runtime.spawn(async move {
                    let _reborn = reborn;
                    pending::<()>().await;
                });
            }
            runtime.block_on(yield_now());
        }
    }

    #[leak_checked(settle = "20s")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    #[ignore = "looked at from outside"]
    async fn ends_after_join() {
        for _ in 0..500 {
            tokio::spawn(async {}).await.unwrap();
        }
    }

    #[leak_checked(settle = "20s")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn ends_unpolled() {
        for _ in 0..100 {
            tokio::spawn(pending::<()>()).abort();
        }
    }

    #[leak_checked(settle = "20s")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn local_tasks() {
        let local = LocalSet::new();
        let task = local.spawn_local(async { tokio::spawn(async {}).await.unwrap() });
        local.run_until(task).await.unwrap();
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    #[ignore = "leaks on purpose"]
    async fn leaks_among_them() {
        for round in 0..300 {
            if round % 100 == 0 {
                tokio::spawn(pending::<()>()); // Stays.
            }
            spawn_blocking(|| ()).await.unwrap();
            tokio::spawn(async {}).await.unwrap();
            tokio::spawn(pending::<()>()).abort();
        }
    }
}
