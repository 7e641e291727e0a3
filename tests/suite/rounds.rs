//! A test that is repeated fails only if each measured round leaves more behind.

use crate::{
    child::{assert_fails, assert_passes, said},
    expect_leaks::{assert_left, tasks, threads},
};

/// What a report says of its rounds.
const ROUNDS: &str =
    "3 rounds were measured after 2 to warm up; only what grew in each of them is reported";

#[test]
fn growth_is_reported_by_its_site() {
    let run = run!(grows);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[tasks(10, "tokio::spawn(pending::<()>());")],
    );
    let text = run.text();
    assert!(
        text.contains("each of 3 rounds left 2 more behind"),
        "{text}"
    );
    assert!(text.contains(ROUNDS), "{text}");
    assert_eq!(said(&run, "body:"), ["ran"; 5]);

    let run = run!(grows_in_threads);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(2, "thread::spawn(park);")]);
    let run = run!(grows_in_things);
    assert_fails(&run);
    assert_eq!(run.report().leaks[0].kind, "custom");
    assert_eq!(run.report().leaks[0].count, 3);
}

#[test]
fn what_stays_the_same_is_no_growth() {
    for subject in [
        "is_constant",
        "is_constant_on_workers",
        "is_clean",
        "grows_at_first",
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_passes(&run);
        assert_left(&run.report().leaks, &[]);
        assert_eq!(said(&run, "body:"), ["ran"; 5]);
    }
}

#[test]
fn a_round_that_fails_is_the_last() {
    let run = run!(fails);
    assert_fails(&run);
    assert_eq!(said(&run, "body:"), ["ran"; 2]);
    assert!(
        run.text().contains("leakcheck: round 2 of 5 failed"),
        "{}",
        run.text()
    );
    assert_eq!(run.report().body, "failed");
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn each_round_should_panic() {
    let run = run!(panics);
    assert_passes(&run);
    assert_eq!(said(&run, "body:"), ["ran"; 5]);
}

#[test]
fn unchecked_there_is_one_round() {
    let run = run!(grows, "LEAKCHECK" = "off");
    assert_passes(&run);
    assert_eq!(said(&run, "body:"), ["ran"]);
}

#[test]
fn the_level_counts_here_too() {
    let run = run!(grows, "LEAKCHECK" = "warn");
    assert_passes(&run);
    assert_eq!(run.report().verdict, "leaked");
}

mod subject {
    use std::{
        future::pending,
        io,
        sync::atomic::{AtomicU32, Ordering},
        thread,
    };

    use leakcheck::{Registration, background, leak_checked};

    use crate::child::say;

    fn park() {
        loop {
            thread::park();
        }
    }

    #[leak_checked(settle = "50ms", repeat = "2:3")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn grows() {
        say("body:", "ran");
        for _ in 0..2 {
            tokio::spawn(pending::<()>());
        }
        background(tokio::spawn(pending::<()>()));
    }

    #[leak_checked(settle = "50ms", repeat = "0:2")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn grows_in_threads() {
        thread::spawn(park);
    }

    #[leakcheck::test(settle = "50ms", repeat = "1:2", flavor = "multi_thread")]
    #[ignore = "leaks on purpose"]
    async fn grows_in_things() {
        std::mem::forget(Registration::new("listener", ""));
    }

    /// Starts one at the first call.
    fn start_once(started: &AtomicU32) {
        if started.fetch_add(1, Ordering::Relaxed) == 0 {
            tokio::spawn(pending::<()>());
            thread::spawn(park);
        }
    }

    #[leak_checked(settle = "50ms", repeat = "2:3")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn is_constant() {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        say("body:", "ran");
        start_once(&STARTED);
        tokio::spawn(async {}).await.unwrap();
    }

    #[leak_checked(settle = "50ms", repeat = "2:3")]
    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "looked at from outside"]
    async fn is_constant_on_workers() {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        say("body:", "ran");
        start_once(&STARTED);
        tokio::spawn(async {});
        background(tokio::spawn(pending::<()>()));
    }

    #[leak_checked(repeat = "2:3")]
    #[test]
    #[ignore = "looked at from outside"]
    fn is_clean() -> io::Result<()> {
        say("body:", "ran");
        thread::spawn(|| {}).join().unwrap();
        Ok(())
    }

    #[leak_checked(settle = "50ms", repeat = "2:3")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn grows_at_first() {
        static ROUND: AtomicU32 = AtomicU32::new(0);
        say("body:", "ran");
        if ROUND.fetch_add(1, Ordering::Relaxed) < 4 {
            tokio::spawn(pending::<()>());
        }
    }

    #[leak_checked(repeat = "2:3")]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn fails() -> io::Result<()> {
        static ROUND: AtomicU32 = AtomicU32::new(0);
        say("body:", "ran");
        if ROUND.fetch_add(1, Ordering::Relaxed) == 1 {
            return Err(io::Error::other("no"));
        }
        Ok(())
    }

    #[leak_checked(repeat = "2:3")]
    #[test]
    #[should_panic(expected = "again")]
    #[ignore = "looked at from outside"]
    fn panics() {
        say("body:", "ran");
        panic!("again and again");
    }
}
