//! What a pool thread opens is the test's, unless an initialiser of a static may have asked for it.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use crate::child::{assert_fails, assert_passes};

#[test]
fn a_file_that_a_pool_thread_opened_is_found() {
    let run = run!(file_is_forgotten);
    assert_fails(&run);
    let leaks = &run.report().leaks;
    let found: Vec<(&str, usize)> = leaks
        .iter()
        .map(|leak| (leak.kind.as_str(), leak.count))
        .collect();
    assert_eq!(found, [("fd", 1)], "{}", run.text());
}

#[test]
fn one_that_an_initialiser_may_have_asked_for_is_not() {
    assert_passes(&run!(file_is_in_a_static));
    assert_passes(&run!(file_is_in_a_static_by_a_task));
}

mod subject {
    use std::mem::forget;

    use leakcheck::leak_checked;
    use tokio::{fs::File, sync::OnceCell};

    /// A file that is there.
    const FILE: &str = "/proc/self/status";

    static KEPT: OnceCell<File> = OnceCell::const_new();

    async fn keep() {
        KEPT.get_or_init(|| async { File::open(FILE).await.unwrap() })
            .await;
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn file_is_forgotten() {
        forget(File::open(FILE).await.unwrap());
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn file_is_in_a_static() {
        // What starts the thread of the pool.
        drop(File::open(FILE).await.unwrap());
        keep().await;
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "looked at from outside"]
    async fn file_is_in_a_static_by_a_task() {
        drop(File::open(FILE).await.unwrap());
        tokio::spawn(keep()).await.unwrap();
    }
}
