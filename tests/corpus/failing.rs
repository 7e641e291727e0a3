//! A body that fails by itself stays the primary failure, and what it left behind is reported all the same.

use std::mem::forget;

use leakcheck::leak_checked;
use tokio::sync::oneshot;

use crate::expected::{section, verify};

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn panics_with_peers_waiting() {
    // body: panicked
    let (sender, peer) = oneshot::channel::<()>();
    // leak: task "Receiver<()>"
    // waits: in tokio::sync::oneshot::Receiver for a value, held by nobody found
    // why: forgotten
    tokio::spawn(peer);
    forget(sender);
    panic!("the body's own panic");
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn panics_with_peers_waiting_on_workers() {
    // body: panicked
    let (sender, peer) = oneshot::channel::<()>();
    // leak: task "Receiver<()>"
    // waits: in tokio::sync::oneshot::Receiver for a value, held by nobody found
    // why: forgotten
    tokio::spawn(peer);
    forget(sender);
    panic!("the body's own panic");
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn panics_with_a_thread_waiting() {
    // body: panicked
    // leak: thread
    // waits: at park blocked in thread::park
    std::thread::spawn(|| {
        loop {
            std::thread::park(); // at: park
        }
    });
    panic!("the body's own panic");
}

/// Unwinding drops what the peer waits for.
#[leak_checked]
#[tokio::test]
#[ignore = "panics on purpose"]
async fn panics_and_releases_its_peers() {
    // body: panicked
    let (_sender, peer) = oneshot::channel::<()>();
    tokio::spawn(peer);
    panic!("the body's own panic");
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn returns_an_error_with_peers_waiting() -> Result<(), &'static str> {
    // body: failed
    let (sender, peer) = oneshot::channel::<()>();
    // leak: task "Receiver<()>"
    // waits: in tokio::sync::oneshot::Receiver for a value, held by nobody found
    // why: forgotten
    tokio::spawn(peer);
    forget(sender);
    Err("the body's own error")
}

#[test]
fn every_report_is_exact() {
    for report in verify("failing", include_str!("failing.rs")) {
        let section = section(&report.test);
        let own = section
            .find("the body's own ")
            .expect("the body's own failure is shown");
        let leaks = section.find("leakcheck: ");
        assert_eq!(leaks.is_some(), report.verdict == "leaked", "{section}");
        if report.body == "panicked" {
            assert!(leaks.is_none_or(|leaks| own < leaks), "{section}");
            assert_eq!(section.matches("panicked at").count(), 1, "{section}");
        }
    }
}
