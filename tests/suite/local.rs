//! Inside of a `LocalSet` that is watched, a checkpoint sees its tasks and lets them go on.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

use std::{future::pending, time::Duration};

use leakcheck::{Checkpoint, Kind, Options, Report, watch_local};
use tokio::task::{LocalSet, spawn_local, yield_now};

fn quick() -> Checkpoint {
    Checkpoint::new(Options::new().settle(Duration::from_millis(50)))
}

fn tasks(report: &Report) -> usize {
    let leaks = report.leaks().iter();
    assert!(leaks.clone().all(|leak| leak.kind() == Kind::Task));
    leaks.map(leakcheck::Leak::count).sum()
}

#[leakcheck::test]
async fn what_is_left_is_found_and_what_ends_is_not() {
    let set = LocalSet::new();
    set.spawn_local(pending::<()>());
    watch_local(&set).expect("tests have debug info");
    set.run_until(async {
        spawn_local(pending::<()>());
        let before = quick();
        spawn_local(tokio::time::sleep(Duration::from_millis(1)));
        assert_eq!(tasks(&before.report().await), 0, "it had its time");
        let left = spawn_local(pending::<()>());
        assert_eq!(tasks(&before.report().await), 1);
        left.abort();
        assert_eq!(tasks(&before.report().await), 0);
    })
    .await;
}

#[leakcheck::test]
async fn the_task_that_asks_does_not_count() {
    let set = LocalSet::new();
    watch_local(&set).expect("tests have debug info");
    let asks = set.spawn_local(async {
        let before = quick();
        tasks(&before.report().await)
    });
    assert_eq!(set.run_until(asks).await.expect("it ends"), 0);
}

#[leakcheck::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_that_would_block_the_set_is_refused() {
    let set = LocalSet::new();
    watch_local(&set).expect("tests have debug info");
    set.run_until(async {
        let before = quick();
        let task = spawn_local(yield_now());
        assert!(before.blocking_report().is_err());
        task.await.expect("it ends");
        assert!(
            before
                .blocking_report()
                .is_ok_and(|report| report.is_clean())
        );
    })
    .await;
}
