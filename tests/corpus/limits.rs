//! A task whose handle was dropped by who waited for it no longer is told as such, and one whose handle was dropped otherwise
//! is not.

use std::{future::ready, time::Duration};

use leakcheck::leak_checked;
use tokio::{
    task::yield_now,
    time::{sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;

use crate::expected::verify;

const MOMENT: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);

async fn work() {
    sleep(MINUTE).await; // at: work
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn handle_is_in_a_timeout() {
    // leak: task "work"
    // waits: at work for a timer
    // why: handle-timeout
    let task = tokio::spawn(work());
    assert!(timeout(MOMENT, task).await.is_err());
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn reference_of_a_handle_is_in_a_timeout_on_workers() {
    let name = String::from("of the same function");
    for _ in 0..2 {
        // leak: task "work" x2
        // waits: at work for a timer
        // why: handle-timeout
        let mut task = tokio::spawn(work());
        assert!(timeout(MOMENT, &mut task).await.is_err(), "{name}");
    }
    let other = tokio::spawn(ready(5));
    assert!(other.await.is_ok(), "{name}");
}

/// The handle of its line that is in scope there is in a limit, and its own was dropped where it was spawned.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
#[rustfmt::skip]
async fn handle_of_another_on_its_line_is_in_a_timeout() {
    // leak: task "work"
    // waits: at work for a timer
    let short = tokio::spawn(yield_now()); tokio::spawn(work());
    assert!(timeout(MINUTE, short).await.is_ok());
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn handle_without_a_name_is_in_a_timeout() {
    // leak: task "work"
    // waits: at work for a timer
    // why: handle-timeout
    assert!(timeout(MOMENT, tokio::spawn(work())).await.is_err());
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn handle_is_in_a_select() {
    // leak: task "work"
    // waits: at work for a timer
    // why: handle-timeout
    let task = tokio::spawn(work());
    tokio::select! {
        ended = task => ended.expect("it does not panic"),
        () = sleep(MOMENT) => {}
    }
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn reference_of_a_handle_is_in_a_select_on_workers() {
    // leak: task "work"
    // waits: at work for a timer
    // why: handle-timeout
    let mut task = tokio::spawn(work());
    let mut ticks = 0;
    while ticks < 3 {
        tokio::select! {
            biased;
            ended = &mut task => return ended.expect("it does not panic"),
            () = sleep(MOMENT) => ticks += 1,
        }
    }
}

#[leak_checked]
#[tokio::test]
async fn handle_is_aborted_when_the_time_is_up() {
    let mut task = tokio::spawn(work());
    if timeout(MOMENT, &mut task).await.is_err() {
        task.abort();
    }
    let guarded = AbortOnDropHandle::new(tokio::spawn(work()));
    assert!(timeout(MOMENT, guarded).await.is_err());
}

#[leak_checked]
#[tokio::test]
async fn limit_is_inside_the_task() {
    let limited = tokio::spawn(timeout(MOMENT, work()));
    assert!(limited.await.is_ok_and(|ended| ended.is_err()));
}

/// Of the two the one in the limit ends in time.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn another_handle_is_in_the_timeout() {
    // leak: task "work"
    // waits: at work for a timer
    tokio::spawn(work());
    let short = tokio::spawn(yield_now());
    assert!(timeout(MINUTE, short).await.is_ok());
}

/// Which of the two it is nobody knows.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn two_handles_have_one_name() {
    // leak: task "work"
    // waits: at work for a timer
    let task = tokio::spawn(work());
    assert!(!task.is_finished());
    let task = tokio::spawn(yield_now());
    assert!(timeout(MINUTE, task).await.is_ok());
}

/// What is limited has nothing to do with the task.
#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn something_else_is_in_the_timeout() {
    // leak: task "work"
    // waits: at work for a timer
    let task = tokio::spawn(work());
    assert!(timeout(MOMENT, sleep(MINUTE)).await.is_err());
    tokio::select! {
        () = sleep(MOMENT) => drop(task),
        () = sleep(MINUTE) => {}
    }
}

/// The handle is given to somebody who drops it at once.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn handle_of_a_parameter_is_in_the_timeout() {
    async fn ends(task: tokio::task::JoinHandle<()>, more: Duration) -> bool {
        // leak: task "work"
        // waits: at work for a timer
        tokio::spawn(work());
        timeout(more, task).await.is_ok()
    }
    assert!(ends(tokio::spawn(yield_now()), MINUTE).await);
}

#[test]
fn every_report_is_exact() {
    verify("limits", include_str!("limits.rs"));
}
