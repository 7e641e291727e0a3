//! Together with `#[test_log::test]`, in all its forms.

use leakcheck::leak_checked;
use tokio::runtime::RuntimeFlavor;

use crate::ran;

#[leak_checked]
#[test_log::test]
fn above_sync() {
    ran::sync();
}

#[test_log::test]
#[leak_checked]
fn below_sync() {
    ran::sync();
}

#[leak_checked]
#[test_log::test(tokio::test)]
async fn above_wrapped_tokio() {
    ran::on_default();
}

#[leak_checked]
#[test_log::test(tokio::test(flavor = "multi_thread", worker_threads = 2))]
async fn above_wrapped_tokio_with_arguments() {
    ran::on(RuntimeFlavor::MultiThread);
}

#[leak_checked]
#[test_log::test]
#[tokio::test(flavor = "multi_thread")]
async fn above_log_and_tokio() {
    ran::on(RuntimeFlavor::MultiThread);
}

#[leak_checked]
#[tokio::test]
#[test_log::test]
async fn above_tokio_and_log() {
    ran::on_default();
}

#[leak_checked]
#[test_log::test(rstest::rstest)]
fn above_wrapped_rstest() {
    ran::sync();
}
