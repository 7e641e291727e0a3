//! A blocking closure that waits on a runtime is judged before that is stopped, by what it is: the end of a runtime neither
//! makes findings nor hides them.

use std::{
    env, fs,
    hint::spin_loop,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use leakcheck_tests::Run;

use crate::{
    child::{assert_fails, assert_passes, run_all, subjects},
    expect_leaks::{Finding, assert_left, blocking_tasks, threads},
};

/// How often what must always be so is tried: `LEAKCHECK_TEST_REPEAT`, or a few times.
fn rounds() -> usize {
    let asked = env::var("LEAKCHECK_TEST_REPEAT").ok();
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

/// The report without numbers and ages, which differ from run to run by their nature.
fn told(run: &Run) -> String {
    let text = run.text();
    let start = text.find("leakcheck: `").expect("there is a report");
    let end = "full creation stacks: ";
    let report = text[start..].split(end).next().unwrap_or_default();
    let mut lines: Vec<String> = report.lines().map(steady).collect();
    lines.retain(|line| !line.is_empty());
    lines.join("\n") + "\n"
}

fn steady(line: &str) -> String {
    let line = line.split(" after waiting ").next().unwrap_or_default();
    let mut words: Vec<&str> = line.split(", ").collect();
    words.retain(|word| !word.starts_with("tid ") && !word.starts_with("alive for "));
    let mut masked = String::new();
    for letter in words.join(", ").trim().chars() {
        match letter {
            '0'..='9' if masked.ends_with('#') => {}
            '0'..='9' => masked.push('#'),
            letter => masked.push(letter),
        }
    }
    masked
}

#[test]
fn those_that_wait_for_ever_are_found_each_time() {
    for (subject, line) in [
        (
            "sleeps",
            "spawn_blocking(move || handle.block_on(sleep(HOUR)));",
        ),
        ("ticks", "spawn_blocking(move || handle.block_on(tick()));"),
        (
            "reads",
            "spawn_blocking(move || handle.block_on(read(&socket)));",
        ),
        (
            "bridges",
            "spawn_blocking(move || bridge.read_to_end(&mut Vec::new()));",
        ),
        (
            "receives",
            "spawn_blocking(move || handle.block_on(receiver.recv()));",
        ),
    ] {
        assert_always(&format!("one_thread_{subject}"), &[blocking_tasks(1, line)]);
        assert_always(&format!("workers_{subject}"), &[blocking_tasks(1, line)]);
    }
}

/// Nothing is known of a closure before a thread has come to it.
#[test]
fn one_that_begins_late_is_waited_for() {
    assert_always(
        "begins_late",
        &[blocking_tasks(1, "runtime.spawn_blocking(park);")],
    );
}

#[test]
fn the_reports_say_where_and_in_what() {
    for (subject, golden) in [
        ("workers_bridges", "bridge.txt"),
        ("one_thread_ticks", "ticks.txt"),
        ("workers_and_another", "thread.txt"),
        ("workers_shutdown_background", "outlived.txt"),
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("suite/closures")
            .join(golden);
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, told(&run)).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap();
        assert_eq!(told(&run), expected, "{}", run.text());
    }
}

/// What runs them is not known then, and not told beside them.
#[test]
fn where_no_stack_is_taken_they_are_found_all_the_same() {
    for (subject, line) in [
        (
            "workers_bridges",
            "spawn_blocking(move || bridge.read_to_end(&mut Vec::new()));",
        ),
        (
            "one_thread_ticks",
            "spawn_blocking(move || handle.block_on(tick()));",
        ),
        (
            "one_thread_shutdown_timeout",
            "runtime.spawn_blocking(|| hang(started));",
        ),
    ] {
        let run = crate::child::run(module_path!(), subject, &[("LEAKCHECK_STACKS", "off")]);
        assert_fails(&run);
        assert_left(&run.report().leaks, &[blocking_tasks(1, line)]);
    }
}

#[test]
fn a_rule_on_their_threads_accepts_them() {
    for subject in ["accepted_by_name", "accepted_by_name_on_workers"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_passes(&run);
        assert_left(&run.report().leaks, &[]);
        let accepted: usize = run
            .report()
            .ignored
            .iter()
            .map(|ignored| ignored.count)
            .sum();
        assert_eq!(accepted, 1, "{:?}", run.report());
    }
}

/// They have nothing to do with it, and the test is charged with what they are.
#[test]
fn what_the_stop_makes_is_not_found() {
    for subject in ["one_thread_starts_more", "workers_starts_more"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        let line = "spawn_blocking(move || start_more(&handle));";
        assert_left(&run.report().leaks, &[blocking_tasks(1, line)]);
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

/// The runtime is that of a test attribute of somebody's, which the check neither built nor ends.
#[test]
fn one_on_a_runtime_around_the_check_is_found() {
    let line = "spawn_blocking(move || handle.block_on(sleep(HOUR)));";
    assert_always("within_another", &[blocking_tasks(1, line)]);
}

/// It is not waited for either, which each says of a look that no end of a runtime follows.
#[test]
fn a_pool_without_work_is_nothing() {
    for subject in ["one_thread_is_idle", "workers_are_idle"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_passes(&run);
        assert_left(&run.report().leaks, &[]);
    }
}

/// The thread was started by an earlier test, which has nothing to do with it.
#[test]
fn one_on_a_shared_runtime_is_its_own_tests() {
    let name = format!("{}shared::", subjects(module_path!()));
    let run = run_all(&[&name, "--test-threads=1"], &[]);
    assert_fails(&run);
    assert!(run.text().contains("2 passed; 1 failed"), "{}", run.text());
    for report in &run.reports {
        let line = "SHARED.spawn_blocking(|| hang(started));";
        let expected = [blocking_tasks(1, line)];
        let leaks = report.test.ends_with("b_leaves_one");
        assert_left(&report.leaks, if leaks { &expected } else { &[] });
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
            threads.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    spin_loop();
                }
            });
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
