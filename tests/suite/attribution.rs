//! Of 64 checked tests that run at once, exactly the one that leaks fails, whatever else the machine does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crate::{
    child::{assert_fails, run_all, subjects},
    expect_leaks::{assert_left, tasks, threads},
};

/// How often a plain run repeats it; `LEAKCHECK_TEST_REPEAT` asks for more.
const REPEATS: u32 = 10;

#[test]
fn exactly_the_leaky_test_fails() {
    let repeats = std::env::var("LEAKCHECK_TEST_REPEAT")
        .map_or(REPEATS, |number| number.parse().expect("a number"));
    let _load = Load::start();
    for _ in 0..repeats {
        let run = run_all(&[&subjects(module_path!()), "--test-threads=64"], &[]);
        assert_fails(&run);
        let text = run.text();
        assert!(text.contains("63 passed; 1 failed"), "{text}");
        assert_eq!(run.reports.len(), 64, "{text}");
        for report in &run.reports {
            if report.test.ends_with("::leaks") {
                let task = tasks(1, "tokio::spawn(std::future::pending::<()>());");
                let thread = threads(1, "std::thread::spawn(std::thread::park);");
                assert_left(&report.leaks, &[task, thread]);
                assert_eq!(report.verdict, "leaked");
            } else {
                assert_left(&report.leaks, &[]);
                // On a busy machine a thread may take its time to end.
                assert!(["clean", "lingering"].contains(&report.verdict.name()));
            }
            assert_eq!(report.body, "passed");
        }
    }
}

/// Keeps every core busy while it lives.
struct Load(Arc<AtomicBool>);

impl Load {
    fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self(stop)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

mod subject {
    use std::sync::Barrier;

    use leakcheck::leak_checked;

    /// Nobody goes on before all are there.
    static ALL: Barrier = Barrier::new(64);

    #[leak_checked(settle = "300ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn leaks() {
        ALL.wait();
        tokio::spawn(std::future::pending::<()>());
        std::thread::spawn(std::thread::park);
    }

    /// Seven tests that do what the leaky one does, and clean up.
    macro_rules! seven_clean_tests {
        ($($group:ident)*) => {$(
            mod $group {
                use std::thread;

                use leakcheck::leak_checked;
                use tokio::task::{JoinSet, spawn_blocking, yield_now};

                use super::ALL;

                #[leak_checked(settle = "20s")]
                #[test]
                #[ignore = "run with 63 others"]
                fn nothing() {
                    ALL.wait();
                }

                #[leak_checked(settle = "20s")]
                #[test]
                #[ignore = "run with 63 others"]
                fn threads() {
                    ALL.wait();
                    let outer = thread::spawn(|| thread::spawn(|| ()).join());
                    outer.join().unwrap().unwrap();
                }

                #[leak_checked(settle = "20s")]
                #[test]
                #[ignore = "run with 63 others"]
                fn scoped_threads() {
                    ALL.wait();
                    thread::scope(|scope| {
                        for _ in 0..4 {
                            scope.spawn(thread::yield_now);
                        }
                    });
                }

                #[leak_checked(settle = "20s")]
                #[tokio::test]
                #[ignore = "run with 63 others"]
                async fn tasks() {
                    ALL.wait();
                    let outer = tokio::spawn(async { tokio::spawn(yield_now()).await });
                    outer.await.unwrap().unwrap();
                }

                #[leak_checked(settle = "20s")]
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[ignore = "run with 63 others"]
                async fn tasks_on_workers() {
                    ALL.wait();
                    let mut set = JoinSet::new();
                    for _ in 0..8 {
                        set.spawn(yield_now());
                    }
                    set.join_all().await;
                }

                #[leak_checked(settle = "20s")]
                #[tokio::test]
                #[ignore = "run with 63 others"]
                async fn aborted_tasks() {
                    ALL.wait();
                    let task = tokio::spawn(std::future::pending::<()>());
                    task.abort();
                    task.await.unwrap_err();
                }

                #[leak_checked(settle = "20s")]
                #[tokio::test]
                #[ignore = "run with 63 others"]
                async fn blocking() {
                    ALL.wait();
                    spawn_blocking(|| thread::spawn(|| ()).join()).await.unwrap().unwrap();
                }
            }
        )*};
    }

    seven_clean_tests!(a b c d e f g h i);
}
