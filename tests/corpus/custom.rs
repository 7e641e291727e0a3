//! Things that the test's own code registers.

use std::{mem, sync::Mutex};

use leakcheck::{Registration, Tracked, Tracker, leak_checked};

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
    // why: never
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

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn key_is_not_given_back() {
    let leases = Tracker::new("lease");
    leases.take("first").unwrap();
    // leak: custom "lease"
    leases.take("second").unwrap();
    leases.give_back(&"first").unwrap();
    // A tracker that goes does not take along what is still in use.
    drop(leases);
}

#[leak_checked]
#[test]
fn keys_are_given_back() {
    let leases = Tracker::new("lease");
    leases.take("first").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| leases.give_back(&"first").unwrap());
    });
}

#[leak_checked]
#[test]
fn key_is_given_back_twice() {
    let leases = Tracker::new("lease");
    leases.take(1).unwrap();
    leases.give_back(&1).unwrap();
    let twice = leases.give_back(&1).unwrap_err().to_string();
    assert!(twice.contains("it was given back already, at "), "{twice}");
}
