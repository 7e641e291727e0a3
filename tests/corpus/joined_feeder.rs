//! What a task joins beside a worker may have what the worker waits for, and goes on: that is no circle. In optimised code it is not
//! certain who has it, and where.

use std::time::Duration;

use leakcheck::leak_checked;
use tokio::{sync::mpsc, time::sleep};

use crate::expected::verify;

const MINUTE: Duration = Duration::from_secs(60);

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn worker_is_joined_with_what_feeds_it() {
    let (jobs, mut queue) = mpsc::channel::<()>(1);
    // leak: task
    // waits: at worker for a message, held by the task at feeds in jobs
    // why: follows task
    let worker = tokio::spawn(async move {
        while queue.recv().await.is_some() {} // at: worker
    });
    // leak: task
    // waits: at feeds for a timer
    // or: for an end, held by the task at worker
    tokio::spawn(async move {
        let _ = tokio::join!(worker, async move {
            sleep(MINUTE).await; // at: feeds
            drop(jobs);
        });
    });
}

#[test]
fn every_report_is_exact() {
    verify("joined_feeder", include_str!("joined_feeder.rs"));
}
