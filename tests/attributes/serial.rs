//! Together with `#[serial]`, whose lock is held around the check if it is below.

use leakcheck::leak_checked;
use serial_test::serial;
use tokio::runtime::RuntimeFlavor;

use crate::ran;

#[leak_checked]
#[serial]
#[test]
fn above_serial() {
    ran::sync();
}

#[serial]
#[leak_checked]
#[test]
fn below_serial() {
    ran::sync();
}

#[leak_checked]
#[test]
#[serial]
fn around_test() {
    ran::sync();
}

#[leak_checked]
#[serial(some_key)]
#[tokio::test(flavor = "multi_thread")]
async fn above_serial_and_tokio() {
    ran::on(RuntimeFlavor::MultiThread);
}

#[leak_checked]
#[tokio::test]
#[serial]
async fn above_tokio_and_serial() {
    ran::on_default();
}

#[serial]
#[leak_checked]
#[tokio::test]
async fn between_serial_and_tokio() {
    ran::on_default();
}

#[leakcheck::test]
#[serial]
async fn full_above_serial() {
    ran::on_default();
}

#[serial]
#[leakcheck::test]
async fn full_below_serial() {
    ran::on_default();
}
