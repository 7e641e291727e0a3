//! A runtime that the test built is its own to end; one in a static serves the whole process.

use std::{
    mem::forget,
    sync::{LazyLock, OnceLock},
};

use leakcheck::leak_checked;
use tokio::runtime::{Builder, Runtime};

use crate::expected::verify;

fn build() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap()
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn second_runtime_is_never_dropped() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("second")
        .enable_all()
        // leak: runtime "tokio runtime"
        .build()
        .unwrap();
    forget(runtime);
}

#[leak_checked]
#[test]
fn second_runtime_is_dropped() {
    let runtime = build();
    assert_eq!(runtime.block_on(runtime.spawn(async { 7 })).unwrap(), 7);
}

#[leak_checked]
#[test]
fn static_runtime() {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(build);
    assert_eq!(runtime.block_on(runtime.spawn(async { 7 })).unwrap(), 7);
}

#[leak_checked]
#[test]
fn lazy_static_runtime() {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(build);
    let task = RUNTIME.spawn(async { 7 });
    assert_eq!(RUNTIME.block_on(task).unwrap(), 7);
}

/// It is a part of the thread, which the report says to be inside it.
#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn thread_drives_a_runtime_of_its_own() {
    let (sender, is_built) = std::sync::mpsc::channel();
    // leak: thread
    // waits: at drive blocked in Runtime::block_on
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        sender.send(()).unwrap();
        runtime.block_on(std::future::pending::<()>()); // at: drive
    });
    is_built.recv().unwrap();
}

#[leak_checked]
#[test]
fn thread_ends_with_its_runtime() {
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {});
    });
}

#[test]
fn every_report_is_exact() {
    for report in verify("runtimes", include_str!("runtimes.rs")) {
        let workers: usize = report.ignored.iter().map(|ignored| ignored.count).sum();
        let is_static = report.test.ends_with("static_runtime");
        assert_eq!(workers, if is_static { 2 } else { 0 }, "{report:?}");
        assert!(report.ignored.iter().all(|ignored| ignored.built_in));
    }
}
