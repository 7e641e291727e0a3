//! A repeated test that makes more in a second than its rate fails, measured by the bodies of its measured rounds alone; what is too
//! short to tell is said to be so, and a rate without rounds is an error.

use leakcheck_tests::Run;

use crate::child::{assert_fails, assert_passes, said};

/// Kind, limit and number of each rate that was gone over.
fn over(run: &Run) -> Vec<(&str, usize, usize)> {
    let reports = run.reports.iter();
    let breaches = reports.flat_map(|report| &report.breaches);
    breaches
        .map(|breach| {
            let rate = breach.rate.as_ref().expect("it is about a rate");
            (&*breach.kind, breach.limit, rate.begun)
        })
        .collect()
}

#[track_caller]
fn assert_says(run: &Run, words: &str) {
    assert!(run.text().contains(words), "{}", run.text());
}

#[test]
fn a_breach_tells_how_many_within_how_long() {
    let run = run!(threads_over);
    assert_fails(&run);
    assert_eq!(over(&run), [("thread", 1, 100)]);
    assert_eq!(run.report().verdict, "over_budget");
    let breach = &run.report().breaches[0];
    let within_us = breach.rate.as_ref().map_or(0, |rate| rate.within_us);
    // As long as the bodies say, or longer.
    let bodies: u64 = said(&run, "body:")
        .iter()
        .map(|us| us.parse::<u64>().expect("it is a number"))
        .sum();
    assert!(within_us >= bodies, "{within_us} {bodies}");
    assert_eq!((breach.noted, breach.sites[0].count), (100, 100));
    assert_says(&run, "100 threads were started in ");
    assert_says(&run, "or raise the budget: rate(threads = ");
}

#[test]
fn the_time_in_which_an_end_is_waited_for_does_not_count() {
    let run = run!(lingers);
    assert_fails(&run);
    let within_us = run.report().breaches[0].rate.as_ref().unwrap().within_us;
    let all: u64 = said(&run, "all:")[0].parse().expect("it is a number");
    // One round waited for that long to see a thread end.
    assert!(within_us + 1_000_000 <= all, "{within_us} {all}");
}

#[test]
fn what_is_too_short_to_tell_is_said_and_no_breach() {
    // A machine that takes a second for the two bodies has no doubt any more.
    let is_told = |_| {
        let run = run!(short);
        assert_passes(&run);
        assert_eq!(over(&run), []);
        run.text().contains("whether `rate(threads = ..)` holds cannot be told: the bodies of the measured rounds took ")
            || run.reports.iter().any(|report| {
                let mut notes = report.notes.iter();
                notes.any(|note| note.starts_with("whether `rate(threads = ..)` holds cannot be told"))
            })
    };
    assert!((0..20).any(is_told));
}

#[test]
fn levels_hold_for_rates() {
    let run = run!(threads_over, "LEAKCHECK" = "warn");
    assert_passes(&run);
    assert_eq!(run.report().breaches[0].level, "warn");
    let run = run!(threads_over, "LEAKCHECK_LEVELS" = "threads=off");
    assert_passes(&run);
    assert_eq!(over(&run), []);
    let run = run!(threads_over, "LEAKCHECK" = "off");
    assert_passes(&run);
    assert_eq!(run.reports, []);
}

#[test]
fn rates_of_options_and_attribute_both_hold() {
    let run = run!(both);
    assert_fails(&run);
    assert_eq!(over(&run), [("thread", 1, 100)]);
}

#[test]
fn a_rate_without_rounds_is_an_error() {
    for run in [run!(once), run!(once_async), run!(cancelled)] {
        assert_fails(&run);
        assert_says(
            &run,
            "leakcheck: failed to measure a rate, which `Options::rate` asks for: it is that of the rounds of a test that repeats",
        );
    }
    for run in [run!(guards), run!(looks)] {
        assert_fails(&run);
        assert_says(
            &run,
            "leakcheck: failed to measure a rate, which `Options::rate` asks for: a guard, a checkpoint or a look",
        );
    }
}

#[test]
fn without_paths_tasks_are_counted_by_hooks_alone() {
    let run = run!(tasks_over, "LEAKCHECK_TRACE" = "off");
    if cfg!(tokio_unstable) {
        assert_fails(&run);
        assert_eq!(over(&run), [("task", 1, 200)]);
    } else {
        assert_passes(&run);
        assert_eq!(over(&run), []);
        let words =
            "whether `rate(tasks = ..)` holds cannot be told: LEAKCHECK_TRACE=off takes no paths";
        let mut notes = run.reports.iter().flat_map(|report| &report.notes);
        assert!(notes.any(|note| note.starts_with(words)) || run.text().contains(words));
    }
    let run = run!(threads_over, "LEAKCHECK_TRACE" = "off");
    assert_fails(&run);
    assert_eq!(over(&run), [("thread", 1, 100)]);
    assert_says(&run, "where they were made is not known");
}

#[test]
fn a_body_that_fails_stays_what_fails_it() {
    let run = run!(panics);
    assert_fails(&run);
    assert_eq!(run.report().body, "panicked");
    assert_eq!(over(&run), [("thread", 1, 50)]);
}

mod subject {
    use std::{
        sync::{
            Mutex,
            atomic::{AtomicU32, Ordering},
        },
        thread,
        time::{Duration, Instant},
    };

    use leakcheck::{LeakGuard, Options, Rate, leak_checked};

    use crate::child::say;

    fn threads(number: usize) {
        for _ in 0..number {
            thread::spawn(|| {}).join().unwrap();
        }
    }

    #[leak_checked(repeat = "0:2", rate(threads = 1))]
    #[test]
    #[ignore = "goes over its rate on purpose"]
    fn threads_over() {
        let start = Instant::now();
        threads(50);
        say("body:", start.elapsed().as_micros());
    }

    #[leak_checked(repeat = "0:2", rate(tasks = 1))]
    #[tokio::test]
    #[ignore = "goes over its rate on purpose"]
    async fn tasks_over() {
        for _ in 0..100 {
            tokio::spawn(async {}).await.unwrap();
        }
    }

    #[leak_checked(repeat = "0:2", settle = "30s", rate(threads = 1))]
    #[test]
    #[ignore = "goes over its rate on purpose"]
    fn lingers() {
        static BEGAN: Mutex<Option<Instant>> = Mutex::new(None);
        let mut began = BEGAN.lock().unwrap();
        threads(50);
        match *began {
            None => {
                *began = Some(Instant::now());
                drop(thread::spawn(|| thread::sleep(Duration::from_secs(2))));
            }
            Some(began) => say("all:", began.elapsed().as_micros()),
        }
    }

    #[leak_checked(repeat = "0:2", rate(threads = 2))]
    #[test]
    #[ignore = "looked at from outside"]
    fn short() {
        threads(1);
    }

    fn one_thread() -> Options {
        Options::new().rate(Rate::new().threads(1))
    }

    #[leak_checked(repeat = "0:2", options = one_thread, rate(fds = 1_000_000))]
    #[test]
    #[ignore = "goes over its rate on purpose"]
    fn both() {
        threads(50);
    }

    #[leak_checked(options = one_thread)]
    #[test]
    #[ignore = "is refused"]
    fn once() {}

    #[leak_checked(options = one_thread)]
    #[tokio::test]
    #[ignore = "is refused"]
    async fn once_async() {}

    #[leak_checked(options = one_thread, cancellable)]
    #[tokio::test]
    #[ignore = "is refused"]
    async fn cancelled() {}

    #[test]
    #[ignore = "is refused"]
    fn guards() {
        drop(LeakGuard::new(one_thread()));
    }

    #[test]
    #[ignore = "is refused"]
    fn looks() {
        leakcheck::verify_none(one_thread());
    }

    #[leak_checked(repeat = "0:2", rate(threads = 1))]
    #[test]
    #[ignore = "panics on purpose"]
    fn panics() {
        static ROUND: AtomicU32 = AtomicU32::new(0);
        let round = ROUND.fetch_add(1, Ordering::Relaxed);
        assert_eq!(round, 0, "the second round");
        threads(50);
    }
}
