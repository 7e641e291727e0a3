//! What a task joins must all end: it depends on each part, where of several that it selects one is enough.

use std::{
    future::{Future, pending},
    pin::Pin,
    time::Duration,
};

use futures::future::{join, join_all};
use leakcheck::leak_checked;
use tokio::{
    sync::oneshot,
    task::{JoinError, JoinHandle},
    time::sleep,
};

use crate::expected::verify;

const MINUTE: Duration = Duration::from_secs(60);

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn one_of_two_never_ends() {
    // leak: task
    // waits: at first for nothing
    // why: never
    let stuck = tokio::spawn(async {
        pending::<()>().await; // at: first
    });
    // leak: task
    // waits: at macro for an end, held by the task at first
    // or: for a timer
    // why: follows task
    tokio::spawn(async move {
        let _ = tokio::join!(stuck, sleep(MINUTE)); // at: macro
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn one_of_two_never_ends_on_workers() {
    let (sender, receiver) = oneshot::channel::<()>();
    // leak: task
    // waits: at keeper for nothing
    // why: never
    tokio::spawn(async move {
        pending::<()>().await; // at: keeper
        drop(sender);
    });
    // leak: task
    // waits: at function for a value, held by the task at keeper in sender
    // or: for a timer
    // why: follows task
    tokio::spawn(async move {
        let _ = join(receiver, sleep(MINUTE)).await; // at: function
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn one_of_many_never_ends() {
    // leak: task
    // waits: at second for nothing
    // why: never
    let stuck = tokio::spawn(async {
        pending::<()>().await; // at: second
    });
    let ends = async {
        let _ = stuck.await; // at: member
    };
    // leak: task
    // waits: at member for an end, held by the task at second
    // or: for a timer
    // why: follows task
    tokio::spawn(async move {
        let all: [Pin<Box<dyn Future<Output = ()> + Send>>; 2] =
            [Box::pin(ends), Box::pin(sleep(MINUTE))];
        join_all(all).await;
    });
}

/// Who waits for the task that joins waits for ever, too.
#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn never_ends_beside_a_timer() {
    // leak: task
    // waits: at both for a timer
    // or: for nothing
    // why: never
    let joins = tokio::spawn(async {
        tokio::join!(pending::<()>(), sleep(MINUTE)); // at: both
    });
    // leak: task
    // waits: at outer for an end, held by the task at both, for ever
    // why: follows task
    tokio::spawn(async move {
        let _ = joins.await; // at: outer
    });
}

/// The end of the sleep is enough.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn one_of_two_is_selected() {
    // leak: task
    // waits: at third for nothing
    // why: never
    let stuck = tokio::spawn(async {
        pending::<()>().await; // at: third
    });
    // leak: task
    // waits: at select for an end, held by the task at third
    // or: for a timer
    tokio::spawn(async move {
        tokio::select! { // at: select
            _ = stuck => {}
            () = sleep(MINUTE) => {}
        }
    });
}

async fn fails() -> Result<(), JoinError> {
    sleep(MINUTE).await; // at: fails
    tokio::spawn(async { panic!("on purpose") }).await
}

/// The first failure is enough.
#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn one_of_two_may_fail() {
    // leak: task
    // waits: at fourth for nothing
    // why: never
    let stuck = tokio::spawn(async {
        pending::<()>().await; // at: fourth
    });
    // leak: task
    // waits: at fails for a timer
    // or: for an end, held by the task at fourth
    tokio::spawn(async move {
        let _ = tokio::try_join!(stuck, fails());
    });
}

// Optimised code knows the line of the function alone.
#[rustfmt::skip]
async fn first_of(stuck: JoinHandle<()>) { tokio::select! { biased; _ = stuck => {}, () = sleep(MINUTE) => {} } } // at: choice

/// A part that may end otherwise is none that keeps it.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn one_of_two_is_a_choice() {
    // leak: task
    // waits: at fifth for nothing
    // why: never
    let stuck = tokio::spawn(async {
        pending::<()>().await; // at: fifth
    });
    // leak: task
    // waits: at choice for an end, held by the task at fifth
    // or: for a timer
    // or: for a timer
    tokio::spawn(async move {
        tokio::join!(first_of(stuck), sleep(2 * MINUTE));
    });
}

/// A part that never comes is a mistake of its own, whoever has what the other part waits for.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn never_and_what_another_has() {
    let (sender, receiver) = oneshot::channel::<()>();
    // leak: task
    // waits: at last for a timer
    // why: detached
    tokio::spawn(async move {
        sleep(MINUTE).await; // at: last
        drop(sender);
    });
    // leak: task
    // waits: at neither for a value, held by the task at last in sender
    // or: for nothing
    // why: never
    tokio::spawn(async move {
        tokio::join!(pending::<()>(), async { drop(receiver.await) }); // at: neither
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn all_end() {
    let short = tokio::spawn(sleep(Duration::from_millis(1)));
    tokio::spawn(async move {
        let _ = tokio::join!(short, sleep(Duration::from_millis(2)));
    });
}

#[test]
fn every_report_is_exact() {
    verify("joined", include_str!("joined.rs"));
}
