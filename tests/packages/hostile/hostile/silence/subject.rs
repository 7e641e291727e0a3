//! What is left behind, and the test that leaves it.

use std::{
    fs::File,
    future::{Future, pending, poll_fn},
    mem::forget,
    process::{Command, Stdio},
    task::Poll,
    thread,
    time::Duration,
};

use leakcheck::leak_checked;
use tokio::{runtime::Builder, sync::oneshot, task::spawn_blocking, time::sleep};

use super::failure;

/// The variables that say what to leave behind, and what is to fail.
pub(super) const KIND: &str = "HOSTILE_KIND";
pub(super) const FAILURE: &str = "HOSTILE_FAILURE";

pub(super) const KINDS: [&str; 9] = [
    "task",
    "task of a set",
    "blocking task",
    "timer of tokio",
    "thread",
    "POSIX timer",
    "descriptor",
    "process",
    "runtime",
];
/// Whoever leaves nothing behind.
pub(super) const NOTHING: &str = "nothing";

/// As reports call it.
pub(super) fn noun(kind: &str) -> &str {
    match kind {
        "task of a set" => "task",
        "timer of tokio" | "POSIX timer" => "timer",
        "descriptor" => "fd",
        kind => kind,
    }
}

/// Whether its thread is what is reported where nothing tells more.
pub(super) fn is_on_a_thread(kind: &str) -> bool {
    matches!(kind, "blocking task" | "runtime")
}

/// The name of the test.
pub(super) fn subject_of(kind: &str) -> String {
    let (_, module) = module_path!().split_once("::").expect("it is a module");
    let is_async = matches!(
        kind,
        "task" | "task of a set" | "blocking task" | "timer of tokio"
    );
    format!(
        "{module}::{}",
        if is_async {
            "in_a_runtime"
        } else {
            "on_a_thread"
        }
    )
}

fn kind() -> String {
    std::env::var(KIND).expect("it is told what to leave")
}

#[leak_checked]
#[test]
#[ignore = "leaks"]
fn on_a_thread() {
    failure::happen_first();
    match kind().as_str() {
        "thread" => forget(thread::spawn(thread::park)),
        "POSIX timer" => forget(timer()),
        "descriptor" => forget(File::open("/dev/null").expect("it is there")),
        "process" => {
            // Whoever reads what this prints waits for all that have it open.
            let mut sleep = Command::new("sleep");
            let silent = sleep.arg("20").stdout(Stdio::null()).stderr(Stdio::null());
            forget(silent.spawn().expect("there is one"));
        }
        "runtime" => {
            let built = Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build();
            forget(built.expect("it can be built"));
        }
        _ => end_one_of_each(),
    }
    failure::happen();
}

/// The same, each ended.
fn end_one_of_each() {
    thread::spawn(|| ()).join().expect("it does not panic");
    drop(timer());
    drop(File::open("/dev/null").expect("it is there"));
    let mut child = Command::new("true").spawn().expect("there is one");
    child.wait().expect("it is a child");
    // What a driver of descriptors shares with others is a static's, which no name tells under some failures.
    let built = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build();
    built.expect("it can be built").block_on(async {
        tokio::spawn(async {}).await.expect("it does not panic");
        spawn_blocking(|| ()).await.expect("it does not panic");
        sleep(Duration::from_millis(1)).await;
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks"]
async fn in_a_runtime() {
    failure::happen_first();
    match kind().as_str() {
        "task" => forget(tokio::spawn(pending::<()>())),
        "task of a set" => {
            let set = tokio::task::LocalSet::new();
            set.spawn_local(pending::<()>());
            forget(set);
        }
        "blocking task" => {
            let (tell, runs) = oneshot::channel();
            spawn_blocking(move || {
                tell.send(()).expect("it is waited for");
                thread::park();
            });
            runs.await.expect("it begins");
        }
        _ => {
            let mut timer = Box::pin(sleep(Duration::from_secs(3600)));
            poll_fn(|cx| {
                assert!(timer.as_mut().poll(cx).is_pending());
                Poll::Ready(())
            })
            .await;
            forget(timer);
        }
    }
    failure::happen();
}

struct Timer(libc::timer_t);

fn timer() -> Timer {
    // SAFETY: zero is valid for both plain values, which outlive the call.
    unsafe {
        let mut event: libc::sigevent = std::mem::zeroed();
        event.sigev_notify = libc::SIGEV_NONE;
        let mut timer: libc::timer_t = std::mem::zeroed();
        let made = libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, &raw mut timer);
        assert_eq!(made, 0);
        Timer(timer)
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: it is deleted once.
        assert_eq!(unsafe { libc::timer_delete(self.0) }, 0);
    }
}
