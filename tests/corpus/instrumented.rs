//! A task on a runtime that is not the test's own is left behind like any other, once `leakcheck::instrument` has seen it.

use std::{future::pending, sync::OnceLock};

use leakcheck::leak_checked;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::expected::verify_alone;

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1);
        leakcheck::instrument(&mut builder).build().unwrap()
    })
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_on_a_static_runtime() {
    // leak: task "Pending<()>"
    // waits: in core::future::pending::Pending for nothing
    // why: never
    runtime().spawn(pending::<()>());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn task_by_the_handle_of_a_runtime() {
    let handle: Handle = runtime().handle().clone();
    let _inside = handle.enter();
    for _ in 0..2 {
        // leak: task "Pending<()>" x2
        // waits: in core::future::pending::Pending for nothing
        // why: never
        tokio::spawn(pending::<()>());
    }
}

#[leak_checked]
#[tokio::test]
async fn task_on_a_static_runtime_is_awaited() {
    assert_eq!(runtime().spawn(async { 7 }).await.unwrap(), 7);
}

#[test]
fn every_report_is_exact() {
    // A task that one of them leaves may have what others miss.
    verify_alone("instrumented", include_str!("instrumented.rs"));
}
