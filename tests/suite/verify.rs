//! A look without an attribute sees what this test has made, and nothing that its neighbours make meanwhile.

use std::{sync::mpsc, thread, time::Duration};

use leakcheck::{Kind, Options, Verdict, find, verify_none};

use crate::{
    child::{assert_fails, run_all, said, subjects},
    expect_leaks::{assert_left, threads},
};

fn quick() -> Options {
    Options::new().settle(Duration::from_millis(50))
}

#[test]
fn find_returns_what_is_there() {
    let (stop, stopped) = mpsc::channel::<()>();
    assert!(find(&quick()).unwrap().is_clean());
    let worker = thread::spawn(move || stopped.iter().count());
    let report = find(&quick()).unwrap();
    assert_eq!(report.verdict(), Verdict::Leaked);
    assert_left(
        report.leaks(),
        &[threads(
            1,
            "let worker = thread::spawn(move || stopped.iter().count());",
        )],
    );
    drop(stop);
    worker.join().unwrap();
    assert!(find(&quick()).unwrap().is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn find_counts_the_tasks_of_the_current_runtime() {
    assert_left(find(&quick()).unwrap().leaks(), &[]);
    let task = tokio::spawn(std::future::pending::<()>());
    let report = find(&quick()).unwrap();
    assert_eq!(report.leaks().len(), 1, "{report:?}");
    assert_eq!(report.leaks()[0].kind(), Kind::Task);
    assert_eq!(report.leaks()[0].count(), 1);
    task.abort();
    task.await.unwrap_err();
}

/// Waiting would keep the task from ending that is waited for.
#[tokio::test]
async fn waiting_on_the_only_thread_is_refused() {
    assert!(
        find(&quick()).unwrap().is_clean(),
        "nothing is there to wait for"
    );
    let task = tokio::spawn(std::future::pending::<()>());
    let error = find(&quick()).unwrap_err().to_string();
    assert!(error.contains("leakcheck::checkpoint()"), "{error}");
    assert!(error.contains(".verify().await"), "{error}");
    task.abort();
    task.await.unwrap_err();
}

#[test]
fn verify_none_refuses_it_too() {
    let run = run!(verifies_async);
    assert_fails(&run);
    assert!(
        run.text().contains("leakcheck::checkpoint()"),
        "{}",
        run.text()
    );
}

#[test]
fn verify_none_passes_where_nothing_is_left() {
    thread::spawn(|| ()).join().unwrap();
    verify_none(Options::new());
}

#[test]
fn neighbours_are_not_seen() {
    for (group, test_threads) in [
        ("at_once", "--test-threads=4"),
        ("one_by_one", "--test-threads=1"),
    ] {
        let group = format!("{}{group}::", subjects(module_path!()));
        let run = run_all(&[&group, test_threads], &[]);
        assert_fails(&run);
        assert!(
            run.text().contains("3 passed; 1 failed"),
            "{test_threads}\n{}",
            run.text()
        );
        let leaked: Vec<_> = run
            .reports
            .iter()
            .filter(|report| report.verdict == "leaked")
            .collect();
        assert_eq!(leaked.len(), 1, "{leaked:?}");
        assert_left(
            &leaked[0].leaks,
            &[threads(1, "thread::spawn(thread::park); // Seen.")],
        );
        assert!(
            leaked[0].test.ends_with("::d_leaks_and_verifies"),
            "{leaked:?}"
        );
    }
}

/// What the look has reported is still there when the test ends.
#[test]
fn inside_a_checked_test_its_scope_is_looked_at() {
    let run = run!(finds);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[threads(1, "thread::spawn(thread::park); // Found twice.")],
    );
    assert_eq!(said(&run, "found inside:"), ["1"]);
}

mod subject {
    use std::{sync::Barrier, thread};

    use leakcheck::{Leak, find, verify_none};

    use super::quick;
    use crate::child::say;

    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn verifies_async() {
        tokio::spawn(std::future::pending::<()>());
        verify_none(quick());
    }

    #[leakcheck::leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn finds() {
        thread::spawn(thread::park); // Found twice.
        let report = find(&quick()).unwrap();
        say(
            "found inside:",
            report.leaks().iter().map(Leak::count).sum::<usize>(),
        );
    }

    macro_rules! neighbours {
        ($group:ident, $meet:ident) => {
            mod $group {
                use std::thread;

                use leakcheck::verify_none;

                use super::{quick, $meet};

                #[test]
                #[ignore = "leaks on purpose"]
                fn a_leaks() {
                    $meet();
                    thread::spawn(thread::park);
                    $meet();
                }

                #[tokio::test]
                #[ignore = "leaks on purpose"]
                async fn b_leaks() {
                    $meet();
                    tokio::task::spawn_blocking(|| drop(thread::spawn(thread::park)))
                        .await
                        .unwrap();
                    $meet();
                }

                #[test]
                #[ignore = "runs beside leaky ones"]
                fn c_verifies() {
                    $meet();
                    thread::spawn(|| ()).join().unwrap();
                    $meet();
                    verify_none(quick());
                }

                #[test]
                #[ignore = "leaks on purpose"]
                fn d_leaks_and_verifies() {
                    $meet();
                    thread::spawn(thread::park); // Seen.
                    $meet();
                    verify_none(quick());
                }
            }
        };
    }

    /// Returns when all four are there.
    fn meet() {
        static ALL: Barrier = Barrier::new(4);
        ALL.wait();
    }

    fn go_on() {}

    neighbours!(at_once, meet);
    neighbours!(one_by_one, go_on);
}
