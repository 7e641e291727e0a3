//! Ten thousand checked tests in one process, many at a time, two hundred of them with a leak of some kind: each leak is
//! found in its own test, nothing is found elsewhere, and the process grows with the number of tests neither in memory nor
//! in descriptors.
//!
//! `LEAKCHECK_TEST_SEED` chooses another order.

mod clean;
mod harness;
mod leaky;
mod parked;

use std::fs;

use harness::Usage;
use leakcheck_tests::rerun;

const TESTS: usize = 10_000;
const LEAKS: usize = 200;
/// Bytes of memory that tests after the first tenth may add, beside what their leaks and reports take. One test that kept
/// 4 KiB would add more.
const GROWTH: u64 = 24 << 20;
/// Descriptors that may be added likewise, by leaks and by tests that run at that moment.
const DESCRIPTORS: usize = 400;

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
        let verdict = report.verdict.name();
        let is_expected = plan[number].map_or(["clean", "lingering"].contains(&verdict), |leak| {
            verdict == leak.verdict()
        });
        if found != expected || !is_expected {
            wrong.push(format!(
                "{}: expected {expected:?}, {} {found:?} {:?}",
                report.test, report.verdict, report.notes
            ));
        }
    }
    assert_eq!(wrong, [""; 0], "seed {}\n{text}", seed());
    let used: Vec<Usage> = text.lines().filter_map(Usage::of).collect();
    let [early, late] = used[..] else {
        panic!("two lines of usage are expected\n{text}");
    };
    let memory = late.memory < early.memory + GROWTH;
    let descriptors = late.descriptors < early.descriptors + DESCRIPTORS;
    assert!(
        memory && descriptors,
        "grew from {early:?} to {late:?}, seed {}",
        seed()
    );
}

/// What the other test runs in a process of its own.
#[test]
#[ignore = "is run by the test above"]
fn tests() {
    let plan = harness::plan(TESTS, LEAKS, seed());
    let failed = harness::run(&plan, usage);
    assert_eq!(failed, LEAKS);
}

fn seed() -> u64 {
    let seed = std::env::var("LEAKCHECK_TEST_SEED");
    seed.map_or(1, |seed| seed.parse().expect("a number"))
}

fn usage() -> Usage {
    let status = fs::read_to_string("/proc/self/status").expect("the system is Linux");
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    let descriptors = fs::read_dir("/proc/self/fd").expect("the system is Linux");
    Usage {
        memory: kib.expect("the system counts memory") << 10,
        descriptors: descriptors.count(),
    }
}
