//! Things that the test's own code registers.

use std::{mem, sync::Mutex};

use leakcheck::{Registration, Tracked, leak_checked};

#[test]
fn every_report_is_exact() {
    crate::expected::verify("custom", include_str!("custom.rs"));
}

static POOL: Mutex<Vec<Tracked<Vec<u8>>>> = Mutex::new(Vec::new());

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn buffers_are_not_given_back() {
    let mut pool = POOL.lock().unwrap();
    for _ in 0..3 {
        // leak: custom "buffer" x3
        let buffer = Tracked::new("buffer", "", vec![0; 16]);
        pool.push(buffer);
    }
}

#[leak_checked]
#[test]
fn buffers_are_given_back() {
    let pool: Vec<_> = (0..3)
        .map(|_| Tracked::new("buffer", "", vec![0; 16]))
        .collect();
    drop(pool);
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn registration_is_forgotten() {
    // leak: custom "listener"
    mem::forget(Registration::new("listener", "metrics"));
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_keeps_its_registration() {
    // leak: task
    // waits: at pending for nothing, for ever
    tokio::spawn(async {
        // leak: custom "listener"
        let _registration = Registration::new("listener", "of a task");
        std::future::pending::<()>().await; // at: pending
    });
    tokio::task::yield_now().await;
}

#[leak_checked]
#[tokio::test]
async fn registration_ends_with_its_task() {
    tokio::spawn(async {
        let _registration = Registration::new("listener", "of a task");
    });
}
