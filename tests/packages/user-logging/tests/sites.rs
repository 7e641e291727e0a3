//! With the feature, reports say where timers were made.
#![cfg(all(feature = "listen", tokio_unstable))]

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    process::Command,
    sync::Mutex,
    task::Poll,
    time::Duration,
};

use leakcheck::leak_checked;
use tokio::time::{interval, sleep, timeout};

const HOUR: Duration = Duration::from_secs(3600);

type Parked = Pin<Box<dyn Future<Output = ()> + Send>>;

static PARKED: Mutex<Vec<Parked>> = Mutex::new(Vec::new());

/// Polls once what is not ready, and keeps it.
async fn park(future: impl Future<Output = ()> + Send + 'static) {
    let mut future: Parked = Box::pin(future);
    poll_fn(|cx| Poll::Ready(assert!(future.as_mut().poll(cx).is_pending()))).await;
    PARKED.lock().unwrap().push(future);
}

const SLEEP: u32 = line!() + 6;

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sleeps() {
    park(sleep(HOUR)).await;
    sleep(Duration::from_millis(1)).await;
}

const ON_WORKERS: u32 = line!() + 8;

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn sleeps_on_workers() {
    tokio::spawn(async {
        // Of the task that ends.
        park(sleep(HOUR)).await;
    })
    .await
    .unwrap();
}

const TICK: u32 = line!() + 6;

#[leak_checked]
#[tokio::test(start_paused = true)]
#[ignore = "leaks on purpose"]
async fn ticks() {
    let mut ticks = interval(HOUR);
    ticks.tick().await;
    ticks.tick().await;
    park(async move {
        ticks.tick().await;
    })
    .await;
}

const LIMIT: u32 = line!() + 8;

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn limits() {
    for _ in 0..3 {
        park(async {
            let _ = timeout(HOUR, std::future::pending::<()>()).await;
        })
        .await;
    }
}

const FIRST: u32 = line!() + 7;

/// Two that fire at once and were made on different lines.
#[leak_checked]
#[tokio::test(start_paused = true)]
#[ignore = "leaks on purpose"]
async fn two_at_once() {
    park(sleep(HOUR)).await;
    park(sleep(HOUR)).await;
}

/// Hides our subscriber.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn is_not_heard() {
    let _guard = tracing::subscriber::set_default(tracing_subscriber::fmt().finish());
    park(sleep(HOUR)).await;
}

fn report_of(test: &str) -> String {
    let this = std::env::current_exe().unwrap();
    let output = Command::new(this)
        .args(["--ignored", "--exact", test])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(101));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn sites_are_told() {
    for (test, line, count) in [
        ("sleeps", SLEEP, ""),
        ("sleeps_on_workers", ON_WORKERS, ""),
        ("ticks", TICK, ""),
        ("limits", LIMIT, " ×3"),
        ("two_at_once", FIRST, ""),
        ("two_at_once", FIRST + 1, ""),
    ] {
        let report = report_of(test);
        assert!(
            report.contains(&format!("timer{count}: tokio::time::Sleep")),
            "{report}"
        );
        assert!(
            report.contains(&format!("tests/sites.rs:{line}:")) && report.contains("made here"),
            "{report}"
        );
    }
}

#[test]
fn what_is_not_certain_is_not_told() {
    let report = report_of("is_not_heard");
    assert!(report.contains("tokio::time::Sleep"), "{report}");
    assert!(!report.contains("made"), "{report}");
}
