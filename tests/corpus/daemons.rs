//! Workers that a crate keeps for the whole process are nobody's leak; one whose guard the test forgot is the test's.

use std::{fs, mem::forget, sync::OnceLock, thread};

use leakcheck::leak_checked;
use rayon::prelude::*;
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};

use crate::expected::verify;

fn park() {
    loop {
        thread::park(); // at: park
    }
}

fn tid() -> i32 {
    // SAFETY: the call has no preconditions.
    unsafe { libc::gettid() }
}

/// Waits until a thread has nothing to do.
fn await_sleep(tid: i32) {
    let sleeps = |stat: String| stat.contains(") S ");
    while !fs::read_to_string(format!("/proc/self/task/{tid}/stat")).is_ok_and(sleeps) {
        thread::yield_now();
    }
}

#[leak_checked]
#[test]
fn global_pool_of_rayon() {
    let sum: u32 = (0..1000_u32).into_par_iter().sum();
    assert_eq!(sum, 499_500);
}

#[leak_checked]
#[test]
fn pool_of_rayon_is_dropped() {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .unwrap();
    assert_eq!(pool.install(|| 7), 7);
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn pool_of_rayon_is_forgotten() {
    // leak: thread x2
    // waits: at park blocked in thread::park
    // why: in-dependency
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
    let pool = pool.unwrap();
    // One without work runs for a while before it sleeps, and finds its work on another line then.
    pool.broadcast(|_| tid()).into_iter().for_each(await_sleep);
    pool.spawn_broadcast(|_| park());
    forget(pool);
}

#[leak_checked]
#[test]
fn appender_in_a_static() {
    static APPENDER: OnceLock<(NonBlocking, WorkerGuard)> = OnceLock::new();
    APPENDER.get_or_init(|| tracing_appender::non_blocking(std::io::sink()));
}

#[leak_checked]
#[test]
fn guard_of_an_appender_is_dropped() {
    let (writer, guard) = tracing_appender::non_blocking(std::io::sink());
    drop(guard);
    drop(writer);
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn guard_of_an_appender_is_forgotten() {
    // leak: thread "tracing-appender"
    // waits: blocked in crossbeam_channel::recv
    // why: in-dependency
    let (writer, guard) = tracing_appender::non_blocking(std::io::sink());
    forget((writer, guard));
}

#[test]
fn every_report_is_exact() {
    verify("daemons", include_str!("daemons.rs"));
}
