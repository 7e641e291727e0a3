//! Runtimes inside runtimes and tasks inside tasks: what is left is its test's, at its own site.

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, tasks, threads},
};

#[test]
fn block_in_place() {
    let run = run!(blocks_in_place);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[
            tasks(1, "tokio::spawn(pending::<()>()); // Outside."),
            tasks(1, "tokio::spawn(pending::<()>()); // Inside."),
        ],
    );
}

#[test]
fn a_runtime_of_the_test_s_own() {
    let run = run!(has_a_runtime_of_its_own);
    assert_fails(&run);
    // The inner runtime has ended with its task; the outer one has not.
    assert_left(
        &run.report().leaks,
        &[tasks(1, "tokio::spawn(pending::<()>()); // Outside.")],
    );
}

#[test]
fn a_thread_of_a_task_of_a_thread() {
    let run = run!(hides_deeply);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[threads(1, "thread::spawn(thread::park);")],
    );
    // Without hooks, nobody knows which task a thread works for when it starts another.
    if cfg!(tokio_unstable) {
        let by: Vec<&str> = run.report().leaks[0]
            .created_by
            .iter()
            .map(|frame| frame.function.as_str())
            .collect();
        assert!(
            by.contains(&"suite::nested::subject::hides_deeply"),
            "the chain of parents leads back to the test: {by:?}"
        );
    }
}

#[test]
fn clean_ones() {
    assert_passes(&run!(cleans_up));
}

/// The runtime shuts itself down, which ends every task, and the test fails for that reason. The report names the task.
#[cfg(tokio_unstable)]
#[test]
fn a_runtime_that_gives_up() {
    let run = run!(gives_up);
    assert_fails(&run);
    let report = run.report();
    assert_eq!(report.body, "panicked");
    let panicked = tasks(
        1,
        "tokio::spawn(async { panic!(\"nobody handles this\") });",
    );
    assert_left(&report.leaks, &[panicked]);
    assert!(report.leaks[0].panic.is_some(), "{report:?}");
    assert_ne!(report.verdict, "inconclusive");
}

mod subject {
    use std::{future::pending, thread};

    use leakcheck::leak_checked;
    use tokio::{
        runtime::{Builder, Handle},
        task::block_in_place,
    };

    #[leak_checked(settle = "100ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "leaks on purpose"]
    async fn blocks_in_place() {
        let task = tokio::spawn(async {
            block_in_place(|| {
                Handle::current().block_on(async {
                    tokio::spawn(pending::<()>()); // Inside.
                });
            });
            tokio::spawn(pending::<()>()); // Outside.
        });
        task.await.unwrap();
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "leaks on purpose"]
    async fn has_a_runtime_of_its_own() {
        block_in_place(|| {
            let runtime = Builder::new_multi_thread().worker_threads(2).build();
            runtime.unwrap().block_on(async {
                tokio::spawn(pending::<()>());
            });
        });
        tokio::spawn(pending::<()>()); // Outside.
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn hides_deeply() {
        let handle = Handle::current();
        let outer = thread::spawn(move || {
            handle.spawn(async {
                thread::spawn(thread::park);
            })
        });
        outer.join().unwrap().await.unwrap();
    }

    #[leak_checked(settle = "20s")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "looked at from outside"]
    async fn cleans_up() {
        for _ in 0..10 {
            block_in_place(|| {
                let runtime = Builder::new_current_thread().build().unwrap();
                runtime.block_on(async { tokio::spawn(async {}).await.unwrap() });
                Handle::current().block_on(async { tokio::spawn(async {}).await.unwrap() });
            });
        }
    }

    #[cfg(tokio_unstable)]
    #[leak_checked(settle = "100ms")]
    #[tokio::test(unhandled_panic = "shutdown_runtime")]
    #[ignore = "fails on purpose"]
    async fn gives_up() {
        tokio::spawn(pending::<()>());
        tokio::spawn(async { panic!("nobody handles this") });
        pending::<()>().await;
    }
}
