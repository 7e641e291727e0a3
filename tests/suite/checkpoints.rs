//! A checkpoint in the middle of a test answers for what was made since, and lets the runtime go on while it waits.

use std::{future::pending, sync::mpsc, thread, time::Duration};

use leakcheck::{Checkpoint, Options, checkpoint};

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, tasks, threads},
};

fn quick() -> Options {
    Options::new().settle(Duration::from_millis(50))
}

#[leakcheck::test]
async fn what_was_there_before_does_not_count() {
    let older = tokio::spawn(pending::<()>());
    let before = Checkpoint::new(quick());
    before.verify().await;
    tokio::spawn(async {}).await.unwrap();
    before.verify().await;
    older.abort();
}

#[leakcheck::test]
async fn tasks_go_on_while_it_waits() {
    let before = checkpoint();
    tokio::spawn(tokio::time::sleep(Duration::from_millis(20)));
    before.verify().await;
}

#[leakcheck::test]
async fn what_is_left_is_reported_as_often_as_one_asks() {
    let before = Checkpoint::new(quick());
    let task = tokio::spawn(pending::<()>());
    for _ in 0..2 {
        let report = before.report().await;
        assert_left(
            report.leaks(),
            &[tasks(1, "let task = tokio::spawn(pending::<()>());")],
        );
    }
    task.abort();
    before.verify().await;
}

/// The runtime of `#[tokio::test]` has no hooks: its tasks are counted.
#[tokio::test]
async fn without_an_attribute_tasks_are_counted() {
    let before = Checkpoint::new(quick());
    let task = tokio::spawn(pending::<()>());
    let report = before.report().await;
    assert_eq!(report.leaks().len(), 1);
    assert_eq!(
        (report.leaks()[0].count(), report.leaks()[0].created_at()),
        (1, None)
    );
    task.abort();
    before.verify().await;
}

#[test]
fn synchronous_code_blocks() {
    let before = Checkpoint::new(quick());
    let (stop, stopped) = mpsc::channel::<()>();
    let worker = thread::spawn(move || stopped.iter().count());
    let report = before.blocking_report().unwrap();
    assert_left(
        report.leaks(),
        &[threads(
            1,
            "let worker = thread::spawn(move || stopped.iter().count());",
        )],
    );
    drop(stop);
    worker.join().unwrap();
    before.blocking_verify();
}

#[tokio::test]
async fn blocking_the_only_thread_is_refused() {
    let before = Checkpoint::new(quick());
    let task = tokio::spawn(pending::<()>());
    let error = before.blocking_report().unwrap_err().to_string();
    assert!(error.contains(".verify().await"), "{error}");
    task.abort();
}

#[test]
fn verify_fails_the_test_there() {
    for subject in ["verifies", "blocking_verifies"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        let [report] = run.reports.as_slice() else {
            panic!(
                "only the checkpoint reports: the thread ends with the test\n{}",
                run.text()
            )
        };
        assert_left(&report.leaks, &[threads(1, "thread::spawn(thread::park);")]);
        assert!(!run.text().contains("went on"), "{}", run.text());
        assert_passes(&crate::child::run(
            module_path!(),
            subject,
            &[("LEAKCHECK", "off")],
        ));
    }
}

mod subject {
    use std::thread;

    use leakcheck::Checkpoint;

    use super::quick;
    use crate::child::say;

    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn verifies() {
        let before = Checkpoint::new(quick());
        thread::spawn(thread::park);
        before.verify().await;
        say("went", "on");
    }

    #[test]
    #[ignore = "leaks on purpose"]
    fn blocking_verifies() {
        let before = Checkpoint::new(quick());
        thread::spawn(thread::park);
        before.blocking_verify();
        say("went", "on");
    }
}
