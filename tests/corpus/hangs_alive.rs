//! What is alive beside a body that hangs in synchronous code: only what is the test's own, and what it is.

use std::{
    fs::File,
    future::pending,
    process::{Command, Stdio},
    sync::LazyLock,
};

use leakcheck::leak_checked;

use crate::expected::verify_alone;

/// The file of the static is not told.
#[leak_checked(timeout = "3s")]
#[test]
#[ignore = "hangs on purpose"]
fn descriptors_and_a_child_are_alive() {
    // hangs: timeout, ends the process
    // stuck: at wait blocked in waitpid(*)
    static KEPT: LazyLock<File> = LazyLock::new(|| File::open("/proc/self/status").unwrap());
    KEPT.metadata().unwrap();
    // alive: fd "file"
    let file = File::open("/proc/self/status").unwrap();
    let mut cat = Command::new("cat");
    let cat = cat.stdin(Stdio::piped()).stdout(Stdio::null());
    // alive: fd "pipe"
    // alive: process "cat"
    let mut child = cat.spawn().unwrap();
    let pipe = child.stdin.take();
    let _ = child.wait(); // at: wait
    drop((file, pipe));
}

#[leak_checked(timeout = "60s")]
#[test]
fn a_child_ends_with_its_pipe() {
    let mut cat = Command::new("cat");
    let mut child = cat.stdin(Stdio::piped()).spawn().unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

/// A runtime is one thing, and not the threads and descriptors that it is made of.
#[leak_checked(timeout = "3s")]
#[test]
#[ignore = "hangs on purpose"]
fn a_runtime_of_the_test_is_alive() {
    // hangs: timeout, ends the process
    // stuck: at block blocked in Runtime::block_on
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    // alive: runtime "tokio runtime"
    let runtime = builder.worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(pending::<()>()); // at: block
}

#[test]
fn every_report_is_exact() {
    verify_alone("hangs_alive", include_str!("hangs_alive.rs"));
}
