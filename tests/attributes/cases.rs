//! Together with attributes that make one test for each of several cases.

use leakcheck::leak_checked;
use rstest::{fixture, rstest};
use test_case::{test_case, test_matrix};
use tokio::runtime::RuntimeFlavor;

use crate::ran;

#[leak_checked]
#[rstest]
#[case(1)]
#[case::named(2)]
fn above_rstest(#[case] number: u32) {
    ran::sync();
    assert!(number > 0);
}

#[rstest]
#[case(1)]
#[case(2)]
#[leak_checked]
fn below_rstest(#[case] number: u32) {
    ran::sync();
    assert!(number > 0);
}

#[leak_checked]
#[rstest]
#[case(1)]
#[case(2)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn above_rstest_and_tokio(#[case] number: u32) {
    ran::on(RuntimeFlavor::MultiThread);
    assert!(number > 0);
}

#[leak_checked]
#[tokio::test]
#[rstest]
#[case(1)]
async fn above_tokio_and_rstest(#[case] number: u32) {
    ran::on_default();
    assert_eq!(number, 1);
}

#[rstest]
#[case(1)]
#[leak_checked]
#[tokio::test]
async fn between_rstest_and_tokio(#[case] number: u32) {
    ran::on_default();
    assert_eq!(number, 1);
}

#[rstest]
#[case(1)]
#[case(2)]
#[leakcheck::test(flavor = "multi_thread")]
async fn full_below_rstest(#[case] number: u32) {
    ran::on(RuntimeFlavor::MultiThread);
    assert!(number > 0);
}

#[rstest]
#[case(1)]
#[leakcheck::test]
fn full_sync_below_rstest(#[case] number: u32) {
    ran::sync();
    assert_eq!(number, 1);
}

#[leakcheck::test]
#[rstest]
#[case(1)]
async fn full_above_rstest(#[case] number: u32) {
    ran::on_default();
    assert_eq!(number, 1);
}

#[fixture]
fn needs_a_runtime() -> RuntimeFlavor {
    tokio::runtime::Handle::current().runtime_flavor()
}

#[fixture]
async fn later() -> u32 {
    tokio::task::yield_now().await;
    7
}

#[leak_checked]
#[rstest]
#[awt]
#[tokio::test]
async fn fixtures_run_on_the_runtime_of_the_test(
    needs_a_runtime: RuntimeFlavor,
    #[future] later: u32,
) {
    ran::on(needs_a_runtime);
    assert_eq!(later, 7);
}

#[leak_checked]
#[rstest]
#[test_attr(tokio::test)]
async fn rstest_with_its_own_test_attribute() {
    ran::on_default();
}

#[leak_checked]
#[rstest]
fn values(#[values(1, 2)] number: u32, #[values("a")] text: &str) {
    ran::sync();
    assert!(number > 0 && !text.is_empty());
}

#[leak_checked]
#[test_case(1)]
#[test_case(2; "two")]
#[test_case(3)]
fn above_test_case(number: u32) {
    ran::sync();
    assert!(number > 0);
}

#[test_case(1)]
#[test_case(2)]
#[leak_checked]
fn below_test_case(number: u32) {
    ran::sync();
    assert!(number > 0);
}

#[leak_checked]
#[test_case(1 => 2)]
#[test_case(2 => 3; "two")]
#[tokio::test(flavor = "multi_thread")]
async fn above_two_test_cases_and_tokio(number: u32) -> u32 {
    ran::on(RuntimeFlavor::MultiThread);
    number + 1
}

#[leak_checked]
#[test_case(1)]
#[test_case(2)]
#[test_case(3)]
#[tokio::test]
async fn above_three_test_cases_and_tokio(number: u32) {
    ran::on_default();
    assert!(number > 0);
}

#[test_case(1)]
#[test_case(2)]
#[leakcheck::test]
async fn full_below_test_case(number: u32) {
    ran::on_default();
    assert!(number > 0);
}

#[leakcheck::test]
#[test_case(1)]
#[test_case(2)]
fn full_above_test_case(number: u32) {
    ran::sync();
    assert!(number > 0);
}

#[leak_checked]
#[test_matrix([1, 2], [true, false])]
fn above_test_matrix(number: u32, _flag: bool) {
    ran::sync();
    assert!(number > 0);
}

#[leak_checked]
#[test_case(0 => panics "divide by zero"; "zero")]
fn above_test_case_that_panics(number: u32) {
    ran::sync();
    assert_eq!(1 / number, 1);
}
