//! A blocking closure that waits on a runtime is judged before that is stopped, by what it is: the end of a runtime neither
//! makes findings nor hides them.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use leakcheck_tests::Run;

use crate::{
    child::{assert_fails, assert_passes, run_all, subjects},
    left::{Finding, assert_left, blocking_tasks, threads},
};

/// How often what must always be so is tried: `LEAKCHECK_TEST_REPEAT`, or a few times.
fn rounds() -> usize {
    let asked = std::env::var("LEAKCHECK_TEST_REPEAT").ok();
    asked.map_or(3, |rounds| rounds.parse().expect("a number"))
}

/// Runs a subject so often.
fn repeat(subject: &str, rounds: usize) -> Vec<Run> {
    (0..rounds)
        .map(|_| crate::child::run(module_path!(), subject, &[]))
        .collect()
}

/// Each time exactly this is left, and told in the same words.
#[track_caller]
fn assert_always(subject: &str, expected: &[Finding]) {
    let runs = repeat(subject, rounds());
    let mut told: Vec<String> = runs
        .iter()
        .map(|run| {
            assert_fails(run);
            assert_left(&run.report().leaks, expected);
            told(run)
        })
        .collect();
    told.dedup();
    assert_eq!(told.len(), 1, "{subject}: {}", told.join("\n--\n"));
}

/// The report without what differs from run to run by its nature.
fn told(run: &Run) -> String {
    let text = run.text();
    let start = text.find("leakcheck: `").expect("a report");
    let report = text[start..].split("\n\nfailures:").next().unwrap_or_default();
    let is_steady = |line: &&str| !line.contains("after waiting") && !line.starts_with("note: the check");
    let lines = report.lines().filter(is_steady);
    lines.map(without_numbers).collect::<Vec<_>>().join("\n")
}

/// Thread ids and ages.
fn without_numbers(line: &str) -> String {
    let mut words: Vec<&str> = line.split(", ").collect();
    words.retain(|word| !word.starts_with("tid ") && !word.starts_with("alive for "));
    words.join(", ")
}

#[test]
fn those_that_wait_for_ever_are_found_each_time() {
    for (subject, line) in [
        ("sleeps", "spawn_blocking(move || handle.block_on(sleep(HOUR)));"),
        ("ticks", "spawn_blocking(move || handle.block_on(tick()));"),
        ("reads", "spawn_blocking(move || handle.block_on(read(&socket)));"),
        ("bridges", "spawn_blocking(move || bridge.read_to_end(&mut Vec::new()));"),
        ("receives", "spawn_blocking(move || handle.block_on(receiver.recv()));"),
    ] {
        assert_always(&format!("one_thread_{subject}"), &[blocking_tasks(1, line)]);
        assert_always(&format!("workers_{subject}"), &[blocking_tasks(1, line)]);
    }
}

#[test]
fn threads_that_wait_for_ever_are_found_each_time() {
    let line = "thread::spawn(move || handle.block_on(tick()));";
    for subject in ["one_thread_and_another", "workers_and_another"] {
        assert_always(subject, &[threads(1, line)]);
    }
}

#[test]
fn those_that_outlive_a_runtime_are_found_each_time() {
    let line = "runtime.spawn_blocking(|| hang(started));";
    for subject in [
        "one_thread_shutdown_timeout",
        "one_thread_shutdown_background",
        "workers_shutdown_timeout",
        "workers_shutdown_background",
    ] {
        assert_always(subject, &[blocking_tasks(1, line)]);
    }
}

/// One check for each, many of them at once, on a machine that has more to do than it can.
#[test]
fn those_that_end_are_waited_for() {
    let name = format!("{}clean::", subjects(module_path!()));
    let is_over = AtomicBool::new(false);
    // Those that each of them runs are tests as well.
    let each = format!("{name}each::");
    let run = thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| while !is_over.load(Ordering::Relaxed) {});
        }
        let run = run_all(&[&name, "--skip", &each, "--test-threads=8"], &[]);
        is_over.store(true, Ordering::Relaxed);
        run
    });
    assert_passes(&run);
    assert!(run.text().contains("8 passed; 0 failed"), "{}", run.text());
    for report in &run.reports {
        assert_left(&report.leaks, &[]);
    }
}

mod subject;
