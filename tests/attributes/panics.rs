//! `#[should_panic]` in its three forms, above and below.

#![allow(clippy::should_panic_without_expect, reason = "all forms are tested")]

use leakcheck::leak_checked;

use crate::ran;

#[leak_checked]
#[test]
#[should_panic]
fn any() {
    ran::sync();
    panic!("whatever");
}

#[leak_checked]
#[test]
#[should_panic(expected = "seven")]
fn expected() {
    ran::sync();
    panic!("it was seven");
}

#[should_panic = "seven"]
#[leak_checked]
#[test]
fn expected_above() {
    ran::sync();
    panic!("it was {}", "seven");
}

#[leak_checked]
#[should_panic(expected = "seven")]
#[tokio::test]
async fn async_expected() {
    ran::on_default();
    panic!("it was seven");
}

#[leakcheck::test]
#[should_panic]
async fn full() {
    ran::on_default();
    panic!("whatever");
}

#[test]
#[leak_checked]
#[should_panic]
fn below_test() {
    ran::sync();
    panic!("whatever");
}

#[leak_checked]
#[test]
#[cfg_attr(all(), should_panic)]
fn conditional() {
    ran::sync();
    panic!("whatever");
}

#[leak_checked]
#[rstest::rstest]
#[case(1)]
#[should_panic(expected = "number 1")]
#[tokio::test]
async fn below_rstest(#[case] number: u32) {
    ran::on_default();
    panic!("number {number}");
}
