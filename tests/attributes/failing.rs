//! Tests that cannot pass, and where each says that it stands; `registered` checks that they fail, all of them.

#![allow(
    unreachable_code,
    reason = "the language itself uses what never returns"
)]
#![allow(clippy::should_panic_without_expect, reason = "both forms are tested")]

use leakcheck::leak_checked;
use leakcheck_tests::rerun_one;
use test_case::test_case;

use crate::ran;

/// Leaves a thread behind.
fn leak() {
    std::thread::spawn(|| {
        loop {
            std::thread::park();
        }
    });
}

#[leakcheck::test]
#[ignore = "never returns"]
fn never() -> ! {
    ran::sync();
    panic!("on purpose")
}

#[leakcheck::test]
#[ignore = "never returns"]
async fn async_never() -> ! {
    ran::on_default();
    panic!("on purpose")
}

#[test]
#[leak_checked]
#[should_panic]
#[ignore = "does not panic"]
fn no_panic() {
    ran::sync();
}

#[test]
#[leak_checked]
#[should_panic(expected = "seven")]
#[ignore = "panics with the wrong message"]
fn another_panic() {
    ran::sync();
    panic!("it was eight");
}

#[leak_checked(settle = "10ms")]
#[test]
#[should_panic]
#[ignore = "leaks"]
fn leaks_and_panics() {
    ran::sync();
    leak();
    panic!("on purpose");
}

#[test]
#[leak_checked(settle = "10ms")]
#[should_panic]
#[ignore = "leaks"]
fn leaks_and_panics_below_test() {
    ran::sync();
    leak();
    panic!("on purpose");
}

#[leak_checked(settle = "10ms")]
#[tokio::test]
#[should_panic(expected = "purpose")]
#[ignore = "leaks"]
async fn leaks_and_panics_on_a_runtime() {
    ran::on_default();
    leak();
    panic!("on purpose");
}

#[leak_checked(settle = "10ms")]
#[test_case(1 => panics "purpose")]
#[ignore = "leaks"]
fn leaks_and_panics_in_a_case(_number: u32) {
    ran::sync();
    leak();
    panic!("on purpose");
}

#[leak_checked(settle = "10ms")]
#[rstest::rstest]
#[case(1)]
#[ignore = "leaks"]
fn leaks_in_a_case(#[case] number: u32) {
    ran::sync();
    assert_eq!(number, 1);
    leak();
}

#[test]
fn a_leak_is_reported_under_the_name_and_at_the_line_of_its_test() {
    let source = include_str!("failing.rs");
    let names = [
        ("leaks_and_panics", ""),
        ("leaks_and_panics_below_test", ""),
        ("leaks_and_panics_on_a_runtime", ""),
        ("leaks_in_a_case", "::case_1"),
    ];
    for (name, case) in names {
        let run = rerun_one(&format!("failing::{name}{case}"));
        assert!(!run.output.status.success(), "{}", run.text());
        let report = run.report();
        assert_eq!(report.verdict, "leaked");
        assert_eq!(report.test, format!("failing::{name}{case}"));
        assert_eq!(report.location.file, "attributes/failing.rs");
        let line = report.location.line as usize;
        let found = source.lines().nth(line - 1).unwrap_or_default();
        assert!(
            found.contains(&format!("fn {name}(")),
            "line {line} is {found:?}"
        );
    }
}
