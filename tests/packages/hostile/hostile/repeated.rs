//! Checks never run out: the hundred thousandth of a process finds what the first one does, and is not charged with what an
//! earlier one has left.
#![cfg(target_os = "linux")]

use leakcheck_tests::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, threads, timers},
};

#[test]
fn a_late_check_finds_a_leak() {
    // No file for each of them.
    assert_passes(&run!(leaks_at_last, "LEAKCHECK_REPORT_DIR" = ""));
}

#[test]
fn a_late_check_is_not_charged_with_what_earlier_ones_left() {
    assert_passes(&run!(leaves_threads_behind));
}

#[test]
fn many_timers_and_threads_come_and_go() {
    let run = run!(makes_many);
    assert_fails(&run);
    let expected = [
        timers(
            1,
            "(libc::timer_create(clock, &raw mut event, &raw mut timer) == 0).then_some(timer)",
        ),
        threads(1, "thread::spawn(thread::park); // It stays."),
    ];
    assert_left(&run.report().leaks, &expected);
}

/// Where each of them has left something that is still there, nobody could tell theirs from that of a new one.
#[test]
fn the_last_that_cannot_be_told_apart_is_refused() {
    let run = run!(leaves_something_each_time, "LEAKCHECK_REPORT_DIR" = "");
    assert_fails(&run);
    let why = "failed to begin a check: each of 262143 earlier checks of this process has left something behind";
    assert!(run.text().contains(why), "{}", run.text());
}

#[test]
fn checks_leave_no_memory_behind() {
    assert_passes(&run!(checks_without_growing));
}

mod subject {
    use std::{fs, panic, sync::mpsc, thread};

    use leakcheck::{Kind, LeakGuard, Options, Registration, leak_checked};

    /// More than scopes of one process could be told apart once.
    const MANY: usize = 300_000;

    fn clean_checks(count: usize) {
        for _ in 0..count {
            let report = LeakGuard::new(Options::new()).finish();
            assert!(report.is_clean(), "{report}");
        }
    }

    /// Pages of this process that are in memory.
    fn resident() -> usize {
        let line = fs::read_to_string("/proc/self/statm").expect("the kernel shows it");
        let word = line.split(' ').nth(1).expect("there are several words");
        word.parse().expect("it is a number")
    }

    #[test]
    #[ignore = "a program"]
    fn leaks_at_last() {
        (0..MANY).for_each(|_| leaves_nothing());
        let guard = LeakGuard::new(Options::new());
        thread::spawn(thread::park);
        assert_eq!(guard.finish().leaks().len(), 1);
        panic::catch_unwind(leaves_a_thread).expect_err("it leaks");
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn leaves_nothing() {}

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn leaves_a_thread() {
        thread::spawn(thread::park);
    }

    #[test]
    #[ignore = "a program"]
    fn leaves_threads_behind() {
        let mut left = Vec::new();
        for round in 0..10 {
            let guard = LeakGuard::new(Options::new());
            let (keep, wait) = mpsc::channel::<()>();
            let thread = thread::spawn(move || wait.recv().is_err());
            left.push((keep, thread));
            assert_eq!(guard.finish().leaks().len(), 1, "in round {round}");
            clean_checks(1000);
        }
        // What they do in the end is nobody's either.
        for (keep, thread) in left {
            drop(keep);
            assert!(thread.join().expect("it does not panic"));
            clean_checks(10);
        }
    }

    #[test]
    #[ignore = "a program"]
    fn leaves_something_each_time() {
        const ALL: usize = 262_143;
        let begin = || LeakGuard::new(Options::new().kinds([Kind::Process]));
        let mut made = 0;
        while let Ok(guard) = panic::catch_unwind(begin) {
            std::mem::forget(Registration::new("thing", "one"));
            assert!(guard.finish().is_clean());
            made += 1;
        }
        assert_eq!(made, ALL);
        drop(begin());
    }

    /// A POSIX timer, or none where the kernel allows no more.
    fn timer() -> Option<libc::timer_t> {
        // SAFETY: zero is valid for both; they outlive the call.
        unsafe {
            let mut event: libc::sigevent = std::mem::zeroed();
            event.sigev_notify = libc::SIGEV_NONE;
            let mut timer: libc::timer_t = std::mem::zeroed();
            let clock = libc::CLOCK_MONOTONIC;
            (libc::timer_create(clock, &raw mut event, &raw mut timer) == 0).then_some(timer)
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn makes_many() {
        let mut timers: Vec<_> = (0..10_000).map_while(|_| timer()).collect();
        // Every other one first, so that what is left has gaps.
        let (even, odd): (Vec<_>, Vec<_>) = timers
            .drain(..)
            .enumerate()
            .partition(|(number, _)| number % 2 == 0);
        for (_, timer) in even.into_iter().chain(odd) {
            // SAFETY: it was made above and is deleted once.
            assert_eq!(unsafe { libc::timer_delete(timer) }, 0);
        }
        for _ in 0..100 {
            let threads: Vec<_> = (0..80).map(|_| thread::spawn(|| ())).collect();
            for thread in threads {
                thread.join().expect("it does not panic");
            }
        }
        let left = timer();
        assert!(left.is_some());
        thread::spawn(thread::park); // It stays.
    }

    /// The scopes of this many would take more than is allowed.
    #[test]
    #[ignore = "a program"]
    fn checks_without_growing() {
        const PAGES: usize = 256;
        let work = |rounds: usize| {
            for _ in 0..rounds {
                let guard = LeakGuard::new(Options::new());
                let file = fs::File::open("/dev/null").expect("it is there");
                drop(file);
                assert!(guard.finish().is_clean());
            }
        };
        work(1000);
        let before = resident();
        work(MANY / 10);
        let grown = resident().saturating_sub(before);
        assert!(grown < PAGES, "{grown} pages more");
    }
}
