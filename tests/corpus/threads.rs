//! A thread that does not end is left behind, waiting or running; one that is joined is not. `stuck` and
//! `system_calls` have all ways to wait.

use std::{
    hint::spin_loop,
    sync::{Arc, Condvar, Mutex, mpsc},
    thread,
};

use leakcheck::leak_checked;

use crate::expected::verify;

fn park() {
    loop {
        thread::park(); // at: park
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn handle_is_dropped() {
    // leak: thread
    // waits: at park blocked in thread::park
    drop(thread::spawn(park));
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn named_threads() {
    for _ in 0..3 {
        thread::Builder::new()
            .name("pinned".to_owned())
            // leak: thread "pinned" x3
            // waits: at park blocked in thread::park
            .spawn(park)
            .unwrap();
    }
    thread::Builder::new()
        .name("another".to_owned())
        // leak: thread "another"
        // waits: at park blocked in thread::park
        .spawn(park)
        .unwrap();
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn numbered_threads() {
    for number in 8..11 {
        thread::Builder::new()
            .name(format!("pool-{number}"))
            // leak: thread "pool-*" x3
            // waits: at park blocked in thread::park
            .spawn(park)
            .unwrap();
    }
}

/// What was accepted by its name is not among them.
#[leak_checked(ignore_thread_name = "pool-9")]
#[test]
#[ignore = "leaks on purpose"]
fn one_of_numbered_threads_is_accepted() {
    for number in 9..12 {
        thread::Builder::new()
            .name(format!("pool-{number}"))
            // leak: thread "pool-*" x2
            // waits: at park blocked in thread::park
            .spawn(park)
            .unwrap();
    }
}

#[leak_checked]
#[test]
fn joined() {
    thread::spawn(|| {}).join().unwrap();
}

#[leak_checked]
#[test]
fn scoped() {
    let mut numbers = [0; 8];
    thread::scope(|scope| {
        for number in &mut numbers {
            scope.spawn(|| *number += 1);
        }
    });
    assert_eq!(numbers, [1; 8]);
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn busy() {
    // leak: thread
    // runs
    thread::spawn(|| {
        loop {
            spin_loop();
            thread::yield_now();
        }
    });
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn mutex_locked_twice() {
    // leak: thread
    // waits: at lock blocked in Mutex::lock
    thread::spawn(|| {
        let lock = Mutex::new(0);
        let first = lock.lock().unwrap();
        let second = lock.lock().unwrap(); // at: lock
        *first + *second
    });
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn notifier_needs_a_lock_of_the_waiter() {
    let shared = Arc::new((Mutex::new(()), Mutex::new(false), Condvar::new()));
    let theirs = shared.clone();
    let (sender, waiting) = mpsc::channel();
    // leak: thread
    // waits: at change blocked in Condvar::wait_while
    thread::spawn(move || {
        let (outer, inner, changed) = &*theirs;
        let _held = outer.lock().unwrap();
        sender.send(()).unwrap();
        let lock = inner.lock().unwrap();
        drop(changed.wait_while(lock, |ready| !*ready)); // at: change
    });
    waiting.recv().unwrap();
    // leak: thread
    // waits: at outer blocked in Mutex::lock
    thread::spawn(move || {
        let (outer, inner, changed) = &*shared;
        let _held = outer.lock().unwrap(); // at: outer
        *inner.lock().unwrap() = true;
        changed.notify_all();
    });
}

#[leak_checked]
#[test]
fn condvar_is_notified() {
    let shared = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = shared.clone();
    thread::spawn(move || {
        let (lock, changed) = &*theirs;
        drop(changed.wait_while(lock.lock().unwrap(), |ready| !*ready));
    });
    let (lock, changed) = &*shared;
    *lock.lock().unwrap() = true;
    changed.notify_all();
}

#[test]
fn every_report_is_exact() {
    verify("threads", include_str!("threads.rs"));
}
