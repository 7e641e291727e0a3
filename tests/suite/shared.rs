//! Tests on one static runtime answer for their own tasks only, also while those of an earlier test go on spawning.

use crate::{
    child::{assert_fails, run_all, subjects},
    expect_leaks::{Finding, assert_left, tasks},
};

#[test]
fn a_leaked_task_stays_its_owners() {
    let run = run_all(&[&subjects(module_path!()), "--test-threads=1"], &[]);
    let [breeds, works, leaks] = run.reports.as_slice() else {
        panic!("three tests are checked\n{}", run.text())
    };
    assert_left(&works.leaks, &[]);
    assert!(["clean", "lingering"].contains(&works.verdict.name()));
    assert_fails(&run);
    assert!(run.text().contains("1 passed; 2 failed"), "{}", run.text());
    assert_left(&leaks.leaks, &[tasks(1, "tokio::spawn(pending::<()>());")]);
    // Children may be alive at the moment of the look as well.
    let child = "tokio::spawn(async { BORN.fetch_add(1, Ordering::SeqCst) });";
    let parents: Vec<_> = breeds
        .leaks
        .iter()
        .filter(|leak| !Finding::from(*leak).is_of(child))
        .cloned()
        .collect();
    assert_left(&parents, &[tasks(1, "tokio::spawn(breed());")]);
    for report in &run.reports {
        assert!(
            report.leaks.iter().all(|leak| leak.kind == "task"),
            "the runtime's threads serve the whole process: {report:?}"
        );
    }
}

mod subject {
    use std::{
        future::pending,
        sync::{
            LazyLock,
            atomic::{AtomicUsize, Ordering},
        },
        time::Duration,
    };

    use leakcheck::{instrument, leak_checked};
    use tokio::runtime::{Builder, Runtime};

    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let mut builder = Builder::new_multi_thread();
        let builder = instrument(builder.worker_threads(2).enable_all());
        builder.build().expect("a runtime can be built")
    });

    static BORN: AtomicUsize = AtomicUsize::new(0);

    async fn breed() {
        loop {
            tokio::spawn(async { BORN.fetch_add(1, Ordering::SeqCst) });
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn a_breeds() {
        RUNTIME.block_on(async {
            tokio::spawn(breed());
        });
    }

    #[leak_checked(settle = "20s")]
    #[test]
    #[ignore = "follows a leaky one"]
    fn b_works() {
        RUNTIME.block_on(async {
            let enough = BORN.load(Ordering::SeqCst) + 20;
            while BORN.load(Ordering::SeqCst) < enough {
                tokio::spawn(tokio::task::yield_now()).await.unwrap();
            }
        });
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn c_leaks() {
        RUNTIME.block_on(async {
            tokio::spawn(pending::<()>());
        });
    }
}
