//! Tests that are checked, each leak beside its clean twin. `run` builds and runs them in several ways.

use std::{fs::File, mem::forget, process::Command, thread, time::Duration};

use leakcheck::leak_checked;
use tokio::time::sleep;

#[leak_checked(settle = "100ms")]
#[test]
#[ignore = "leaks on purpose"]
fn thread_leaks() {
    thread::spawn(|| loop {
        thread::park();
    });
}

#[leak_checked]
#[test]
fn thread_is_joined() {
    thread::spawn(|| ()).join().unwrap();
}

#[leak_checked(settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_leaks() {
    tokio::spawn(std::future::pending::<()>());
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn task_is_awaited() {
    tokio::spawn(async {}).await.unwrap();
}

/// The hour passes in the clock's own time only.
#[leak_checked]
#[tokio::test(start_paused = true)]
#[ignore = "leaks on purpose"]
async fn paused_task_leaks() {
    tokio::spawn(sleep(Duration::from_secs(3600)));
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn paused_task_ends() {
    tokio::spawn(sleep(Duration::from_millis(600)));
}

#[leak_checked(settle = "100ms")]
#[test]
#[ignore = "leaks on purpose"]
fn descriptor_leaks() {
    forget(File::open("/dev/null").unwrap());
}

#[leak_checked]
#[test]
fn descriptor_is_closed() {
    drop(File::open("/dev/null").unwrap());
}

#[leak_checked(settle = "100ms")]
#[test]
#[ignore = "leaks on purpose"]
fn process_leaks() {
    drop(Command::new("sleep").arg("1").spawn().unwrap());
}

#[leak_checked]
#[test]
fn process_is_waited_for() {
    assert!(Command::new("true").status().unwrap().success());
}

/// A timer of the C library.
fn timer() -> libc::timer_t {
    let mut timer = std::ptr::null_mut();
    // SAFETY: there is no event, and the place outlives the call.
    let result =
        unsafe { libc::timer_create(libc::CLOCK_MONOTONIC, std::ptr::null_mut(), &raw mut timer) };
    assert_eq!(result, 0);
    timer
}

#[leak_checked(settle = "100ms")]
#[test]
#[ignore = "leaks on purpose"]
fn timer_leaks() {
    timer();
}

#[leak_checked]
#[test]
fn timer_is_deleted() {
    // SAFETY: it is deleted once.
    assert_eq!(unsafe { libc::timer_delete(timer()) }, 0);
}
