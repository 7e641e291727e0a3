//! Ten thousand checked tests in one process, many at a time, two hundred of them with a leak of some kind: each leak is
//! found in its own test, nothing is found elsewhere, and the process does not grow with the number of tests.
//!
//! `LEAKCHECK_TEST_SEED` chooses another order.

mod clean;
mod harness;
mod leaky;

use std::fs;

use leakcheck_tests::rerun;

const TESTS: usize = 10_000;
const LEAKS: usize = 200;
/// Bytes of memory that tests after the first tenth may add, beside what their leaks and reports take. One test that kept
/// 4 KiB would add more.
const GROWTH: u64 = 24 << 20;

#[test]
#[ignore = "takes a minute; `.ci/run soak`"]
fn every_leak_is_found_in_its_own_test() {
    let run = rerun(&["--exact", "tests", "--nocapture"], &[]);
    let text = run.text();
    let plan = harness::plan(TESTS, LEAKS, seed());
    assert_eq!(run.reports.len(), TESTS, "{text}");
    let mut wrong = Vec::new();
    for report in &run.reports {
        let number = harness::number_of(&report.test).expect("tests are numbered");
        let expected: &[(&str, usize)] = plan[number].map_or(&[], |leak| leak.found());
        let mut found: Vec<(&str, usize)> = report
            .leaks
            .iter()
            .map(|leak| (leak.kind.as_str(), leak.count))
            .collect();
        found.sort_unstable();
        let verdicts: &[&str] = if expected.is_empty() {
            &["clean", "lingering"]
        } else {
            &["leaked"]
        };
        if found != expected || !verdicts.contains(&report.verdict.as_str()) {
            wrong.push(format!(
                "{}: expected {expected:?}, {} {found:?} {:?}",
                report.test, report.verdict, report.notes
            ));
        }
    }
    assert_eq!(wrong, [""; 0], "seed {}\n{text}", seed());
    let memory: Vec<u64> = text.lines().filter_map(harness::memory_of).collect();
    let [early, late] = memory[..] else {
        panic!("two figures of memory are expected\n{text}");
    };
    assert!(late < early + GROWTH, "grew from {early} to {late} bytes");
}

/// What the other test runs in a process of its own.
#[test]
#[ignore = "is run by the test above"]
fn tests() {
    let plan = harness::plan(TESTS, LEAKS, seed());
    let failed = harness::run(&plan, resident);
    assert_eq!(failed, LEAKS);
}

fn seed() -> u64 {
    let seed = std::env::var("LEAKCHECK_TEST_SEED");
    seed.map_or(1, |seed| seed.parse().expect("a number"))
}

/// Memory of this process that no file stands behind, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the system is Linux");
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.expect("the system counts memory") << 10
}
