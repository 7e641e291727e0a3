//! `#[leak_checked]` above the attributes that make a test, and below those that leave nothing to see.

use std::future::Future as _;

use leakcheck::{Options, leak_checked};
use tokio::runtime::RuntimeFlavor;
use tokio::time::Instant;

use crate::ran;

#[leak_checked]
#[test]
fn above_test() {
    ran::sync();
}

#[test]
#[leak_checked]
fn below_test() {
    ran::sync();
}

#[leak_checked()]
#[::core::prelude::v1::test]
fn above_test_with_its_full_name() {
    ran::sync();
}

#[leak_checked]
#[tokio::test]
async fn above_tokio() {
    ran::on_default();
    tokio::task::yield_now().await;
}

#[leak_checked]
#[::tokio::test()]
async fn above_tokio_with_its_full_name() {
    ran::on_default();
}

#[leak_checked]
#[tokio::test(flavor = "current_thread")]
async fn current_thread() {
    ran::on(RuntimeFlavor::CurrentThread);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn multi_thread() {
    ran::on(RuntimeFlavor::MultiThread);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 3, crate = "tokio")]
async fn worker_threads() {
    ran::on(RuntimeFlavor::MultiThread);
    assert_eq!(tokio::runtime::Handle::current().metrics().num_workers(), 3);
}

#[leak_checked]
#[tokio::test(flavor = "local")]
async fn local() {
    ran::on_default();
    // Only a local runtime can do this outside of a `LocalSet`.
    let answer = tokio::task::spawn_local(async { std::rc::Rc::new(42) });
    assert_eq!(*answer.await.unwrap(), 42);
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn start_paused() {
    ran::on_default();
    let start = Instant::now();
    let real_start = std::time::Instant::now();
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    assert!(start.elapsed().as_secs() >= 3600 && real_start.elapsed() < start.elapsed());
}

#[leak_checked]
#[tokio::test(name = "a-runtime")]
async fn named() {
    ran::on_default();
    assert_eq!(tokio::runtime::Handle::current().name(), Some("a-runtime"));
}

#[cfg(tokio_unstable)]
#[leak_checked]
#[tokio::test(unhandled_panic = "ignore")]
async fn unhandled_panic() {
    ran::on_default();
    assert!(
        tokio::spawn(async { panic!("for the test") })
            .await
            .is_err()
    );
}

#[leak_checked]
#[test]
#[ignore = "only to see that the attribute arrives"]
fn ignored() {
    ran::sync();
}

#[ignore = "only to see that the attribute arrives"]
#[leak_checked]
#[tokio::test]
async fn ignored_above() {
    ran::on_default();
}

#[leak_checked]
#[cfg(any())]
#[test]
fn never_compiled() {
    no_such_function();
}

#[leak_checked]
#[cfg_attr(all(), tokio::test(flavor = "multi_thread"))]
async fn conditional() {
    ran::on(RuntimeFlavor::MultiThread);
}

#[leak_checked(
    ignore_top_function = "some::function",
    ignore_any_function = ["one::*", "two::*"],
    ignore_created_by = ["three"],
    ignore_thread_name = "four-*",
    settle = "200ms",
    timeout = "1m 30s",
    level = "warn",
    levels(threads = "off", fds = "warn"),
    unseen_panics = "off",
    kinds(tasks, threads, timers, fds, processes),
    options = quiet,
)]
#[tokio::test]
async fn every_key() {
    ran::on_default();
}

#[leak_checked(options = "super::modifier::quiet")]
#[test]
fn options_in_a_string() {
    ran::sync();
}

fn quiet() -> Options {
    Options::new().ignore_thread_name("quiet-*")
}

#[leak_checked]
#[tokio::test]
async fn a_value_of_the_body_is_gone_with_it() {
    ran::on_default();
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(receiver);
    drop(sender);
    assert!(task.await.unwrap().is_err());
    let mut ready = std::pin::pin!(std::future::ready(()));
    std::future::poll_fn(|cx| ready.as_mut().poll(cx)).await;
}
