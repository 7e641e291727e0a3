//! What can never be stopped is reported, and neither the check nor the end of the runtime hangs on it.

use crate::{
    child::{assert_fails, run_all, subjects},
    expect_leaks::{assert_left, blocking_tasks, runtimes, tasks},
};

#[test]
fn a_blocking_closure() {
    let run = run!(blocks);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[blocking_tasks(1, "tokio::task::spawn_blocking(block);")],
    );
}

/// A thread that was started to be a worker may take a closure first, and a later thread is the worker then.
#[test]
fn blocking_closures_on_threads_that_come_late() {
    let run = run!(late_workers);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[blocking_tasks(8, "tokio::task::spawn_blocking(block);")],
    );
}

#[test]
fn a_blocking_closure_in_a_test_that_panics() {
    let run = run!(blocks_and_panics);
    assert_fails(&run);
    assert_eq!(run.report().body, "panicked");
    assert_left(
        &run.report().leaks,
        &[blocking_tasks(1, "tokio::task::spawn_blocking(block);")],
    );
}

#[test]
fn a_task_whose_drop_blocks() {
    for subject in ["drop_blocks", "drop_blocks_on_a_worker"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        assert_left(
            &run.report().leaks,
            &[tasks(1, "tokio::spawn(hold(Blocking));")],
        );
    }
}

#[test]
fn a_task_that_never_yields() {
    let run = run!(spins_on_a_worker);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[tasks(1, "tokio::spawn(async { park() });")],
    );
}

#[test]
fn a_runtime_that_was_forgotten() {
    let run = run!(forgets_a_runtime);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[runtimes(
            1,
            "let runtime = builder.worker_threads(2).build().unwrap();",
        )],
    );
}

#[test]
fn the_next_test_runs_all_the_same() {
    let stuck = subjects(module_path!());
    let run = run_all(
        &[&stuck, "--skip", "::late_workers", "--test-threads=1"],
        &[],
    );
    assert_fails(&run);
    assert!(run.text().contains("1 passed; 6 failed"), "{}", run.text());
    let next = run.reports.last().expect("each has a report");
    assert_eq!(next.test, "stuck::subject::z_next");
    assert_left(&next.leaks, &[]);
}

mod subject {
    use std::{future::pending, mem, thread};

    use leakcheck::leak_checked;
    use tokio::{runtime::Builder, sync::oneshot};

    /// Never ends, however often it is woken.
    fn park() {
        loop {
            thread::park();
        }
    }

    struct Blocking;

    impl Drop for Blocking {
        fn drop(&mut self) {
            park();
        }
    }

    async fn hold(_blocking: Blocking) {
        pending::<()>().await;
    }

    /// Returns when the closure runs: one that has not begun would end with the runtime.
    async fn block() {
        let (begins, begun) = oneshot::channel();
        let block = move || begins.send(()).map(|()| park());
        tokio::task::spawn_blocking(block);
        begun.await.unwrap();
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn blocks() {
        block().await;
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 32)]
    #[ignore = "leaks on purpose"]
    async fn late_workers() {
        tokio::join!(block(), block(), block(), block());
        tokio::join!(block(), block(), block(), block());
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn blocks_and_panics() {
        block().await;
        panic!("its own reason");
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn drop_blocks() {
        tokio::spawn(hold(Blocking));
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "leaks on purpose"]
    async fn drop_blocks_on_a_worker() {
        tokio::spawn(hold(Blocking));
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "leaks on purpose"]
    async fn spins_on_a_worker() {
        tokio::spawn(async { park() });
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn forgets_a_runtime() {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).build().unwrap();
        mem::forget(runtime);
    }

    #[leak_checked(settle = "20s")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "follows stuck ones"]
    async fn z_next() {
        tokio::task::spawn_blocking(thread::yield_now)
            .await
            .unwrap();
    }
}
