//! What is there is told by identity: numbers that are used again hide and invent nothing, and two changes in one
//! direction and the other never cancel out.

use std::{sync::mpsc, thread};

use leakcheck::{Checkpoint, Options};

use crate::{
    child::{assert_fails, assert_passes, run_all, subjects},
    expect_leaks::{assert_left, tasks, threads},
};

/// A thread that ends on request.
struct Worker {
    stop: mpsc::Sender<()>,
    thread: thread::JoinHandle<usize>,
}

impl Worker {
    fn start() -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = thread::spawn(move || stopped.iter().count());
        Self { stop, thread }
    }

    fn stop(self) {
        drop(self.stop);
        self.thread.join().unwrap();
    }
}

fn quick() -> Options {
    Options::new().settle(std::time::Duration::from_millis(50))
}

#[test]
fn threads_that_come_and_go_invent_nothing() {
    let run = run!(come_and_go, "LEAKCHECK_TRACE" = "full");
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
    assert_left(&run.report().lingered, &[]);
}

#[test]
fn threads_that_come_and_go_hide_nothing() {
    let run = run!(one_stays);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[threads(1, "thread::spawn(thread::park);")],
    );
}

#[test]
fn the_end_of_one_test_s_leak_does_not_pay_for_that_of_another() {
    let run = run_all(
        &[
            &format!("{}pays_", subjects(module_path!())),
            "--test-threads=1",
        ],
        &[],
    );
    assert_fails(&run);
    let [first, second] = run.reports.as_slice() else {
        panic!("two tests are checked\n{}", run.text())
    };
    assert_left(
        &first.leaks,
        &[threads(
            1,
            "let thread = thread::spawn(move || stopped.iter().count());",
        )],
    );
    assert_left(&second.leaks, &[threads(1, "thread::spawn(thread::park);")]);
}

#[test]
fn the_end_of_an_older_thread_does_not_pay_for_a_new_one() {
    let older = Worker::start();
    let before = Checkpoint::new(quick());
    let newer = Worker::start();
    older.stop();
    let report = before.blocking_report().unwrap();
    assert_left(
        report.leaks(),
        &[threads(
            1,
            "let thread = thread::spawn(move || stopped.iter().count());",
        )],
    );
    newer.stop();
    assert_left(before.blocking_report().unwrap().leaks(), &[]);
}

#[leakcheck::test]
async fn the_end_of_an_older_task_does_not_pay_for_a_new_one() {
    let older = tokio::spawn(std::future::pending::<()>());
    let before = Checkpoint::new(quick());
    let newer = tokio::spawn(std::future::pending::<()>());
    older.abort();
    older.await.unwrap_err();
    assert_left(
        before.report().await.leaks(),
        &[tasks(
            1,
            "let newer = tokio::spawn(std::future::pending::<()>());",
        )],
    );
    newer.abort();
    newer.await.unwrap_err();
    assert_left(before.report().await.leaks(), &[]);
}

#[test]
fn each_site_is_a_finding() {
    let run = run!(two_sites);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[
            tasks(
                2,
                "let _ = (tokio::spawn(pending::<()>()), tokio::spawn(pending::<()>()));",
            ),
            tasks(1, "tokio::spawn(pending::<()>());"),
            threads(1, "thread::spawn(thread::park);"),
        ],
    );
}

mod subject {
    use std::{collections::HashSet, future::pending, sync::Mutex, thread};

    use leakcheck::leak_checked;

    use super::Worker;

    /// Starts and joins threads until their `pthread_t`s have come again many times.
    fn churn() {
        const ROUNDS: usize = 300;
        // SAFETY: the call has no preconditions.
        let number = || unsafe { libc::pthread_self() };
        let seen: HashSet<_> = (0..ROUNDS)
            .map(|_| thread::spawn(number).join().unwrap())
            .collect();
        assert!(seen.len() < ROUNDS, "numbers were used again");
    }

    #[leak_checked(settle = "20s")]
    #[test]
    #[ignore = "looked at from outside"]
    fn come_and_go() {
        churn();
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn one_stays() {
        churn();
        thread::spawn(thread::park);
        churn();
    }

    static LEFT: Mutex<Option<Worker>> = Mutex::new(None);

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn pays_1_nothing() {
        *LEFT.lock().unwrap() = Some(Worker::start());
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn pays_2_with_another_s() {
        LEFT.lock()
            .unwrap()
            .take()
            .expect("the first has run")
            .stop();
        thread::spawn(thread::park);
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn two_sites() {
        let _ = (tokio::spawn(pending::<()>()), tokio::spawn(pending::<()>()));
        tokio::spawn(pending::<()>());
        thread::spawn(thread::park);
    }
}
