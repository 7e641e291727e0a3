//! Of 64 tests that run at once, all with a task and a thread alive, exactly the one that leaks fails.

use std::{sync::Barrier, thread};

use leakcheck::leak_checked;
use leakcheck_tests::run;
use tokio::{runtime::Handle, sync::Semaphore};

const TESTS: usize = 64;
static ALL_RUN: Barrier = Barrier::new(TESTS);
/// Closed once the leak's verdict is there.
static VERDICT: Semaphore = Semaphore::const_new(0);

/// The task that is left behind ends with its runtime, which ends after the verdict.
struct Verdict;

impl Drop for Verdict {
    fn drop(&mut self) {
        VERDICT.close();
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "needs 64 threads of the harness"]
async fn leaks() {
    let verdict = Verdict;
    tokio::spawn(async {
        let _verdict = verdict;
        std::future::pending::<()>().await;
    });
    ALL_RUN.wait();
}

/// Has a task and a thread alive from before the other test leaks until after its verdict.
async fn sibling() {
    let handle = Handle::current();
    let task = tokio::spawn(VERDICT.acquire());
    let thread = thread::spawn(move || handle.block_on(VERDICT.acquire()).is_err());
    ALL_RUN.wait();
    assert!(task.await.unwrap().is_err());
    assert!(thread.join().unwrap());
}

macro_rules! siblings {
    ($($name:ident)*) => {
        $(
            #[leak_checked]
            #[tokio::test]
            #[ignore = "needs 64 threads of the harness"]
            async fn $name() {
                sibling().await;
            }
        )*
    };
}

siblings! {
    a0 a1 a2 a3 a4 a5 a6
    b0 b1 b2 b3 b4 b5 b6
    c0 c1 c2 c3 c4 c5 c6
    d0 d1 d2 d3 d4 d5 d6
    e0 e1 e2 e3 e4 e5 e6
    f0 f1 f2 f3 f4 f5 f6
    g0 g1 g2 g3 g4 g5 g6
    h0 h1 h2 h3 h4 h5 h6
    i0 i1 i2 i3 i4 i5 i6
}

#[test]
fn exactly_one_fails() {
    let run = run(["--ignored", "--test-threads=64", "parallel::"], &[]);
    assert_eq!(run.output.status.code(), Some(101), "{}", run.text());
    assert_eq!(run.reports.len(), TESTS, "{}", run.text());
    let text = run.text();
    let failed: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"))
        .collect();
    assert_eq!(failed, ["parallel::leaks"], "{text}");
    for report in &run.reports {
        let leaks: Vec<_> = report
            .leaks
            .iter()
            .map(|leak| (&*leak.kind, leak.count))
            .collect();
        if report.test == "parallel::leaks" {
            assert_eq!(leaks, [("task", 1)], "{report:?}");
        } else {
            assert!(leaks.is_empty(), "{report:?}");
            assert!(
                matches!(report.verdict.name(), "clean" | "lingering"),
                "{report:?}"
            );
        }
    }
}
