//! A paused clock runs on by the settle limit at most, in its own time: what would end by then is clean, what would
//! not is a leak, and no timer fires that was due later.

use crate::{
    child::{assert_fails, assert_passes, said},
    expect_leaks::{assert_left, tasks},
};

#[test]
fn what_ends_within_the_limit_is_clean() {
    let run = run!(sleeps_600_ms);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
    assert_eq!(said(&run, "woke:"), ["600"]);
}

#[test]
fn what_ends_after_the_limit_is_a_leak() {
    let run = run!(sleeps_an_hour);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[tasks(1, "tokio::spawn(wake_after(3_600_000));")],
    );
    assert_eq!(said(&run, "woke:"), [""; 0], "the hour has not passed");
}

#[test]
fn an_interval_is_a_leak_and_ticks_within_the_limit_only() {
    let run = run!(ticks_each_second);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[tasks(1, "tokio::spawn(tick_each(1000));")],
    );
    let ticks = said(&run, "ticked at:");
    assert!(
        ["0", "1000"].starts_with(&ticks.iter().map(String::as_str).collect::<Vec<_>>()),
        "{ticks:?}"
    );

    let run = run!(ticks_each_100_ms);
    assert_fails(&run);
    let ticks = said(&run, "ticked at:");
    // At 0, 100, .. and at 1000 if that comes first.
    assert!((10..=11).contains(&ticks.len()), "{ticks:?}");
}

/// A task that is always ready keeps the clock from moving; the check ends all the same.
#[test]
fn a_busy_runtime_is_not_waited_for_in_vain() {
    let run = run!(spins);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(1, "tokio::spawn(spin());")]);
}

#[test]
fn a_clock_paused_by_the_body_is_the_same() {
    let run = run!(pauses);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[tasks(1, "tokio::spawn(wake_after(3_600_000));")],
    );
    // The clock stood still at some part of a millisecond, to which timers are rounded.
    let woke = said(&run, "woke:");
    assert!(woke == ["600"] || woke == ["601"], "{woke:?}");
}

mod subject {
    use std::time::Duration;

    use leakcheck::leak_checked;
    use tokio::time::{self, Instant};

    use crate::child::say;

    async fn wake_after(ms: u64) {
        let start = Instant::now();
        time::sleep(Duration::from_millis(ms)).await;
        say("woke:", start.elapsed().as_millis());
    }

    async fn tick_each(ms: u64) {
        let start = Instant::now();
        let mut interval = time::interval(Duration::from_millis(ms));
        loop {
            interval.tick().await;
            say("ticked at:", start.elapsed().as_millis());
        }
    }

    async fn spin() {
        loop {
            tokio::task::yield_now().await;
        }
    }

    #[leak_checked]
    #[tokio::test(start_paused = true)]
    #[ignore = "looked at from outside"]
    async fn sleeps_600_ms() {
        tokio::spawn(wake_after(600));
    }

    #[leak_checked]
    #[tokio::test(start_paused = true)]
    #[ignore = "leaks on purpose"]
    async fn sleeps_an_hour() {
        tokio::spawn(wake_after(3_600_000));
    }

    #[leak_checked]
    #[tokio::test(start_paused = true)]
    #[ignore = "leaks on purpose"]
    async fn ticks_each_second() {
        tokio::spawn(tick_each(1000));
    }

    #[leak_checked]
    #[tokio::test(start_paused = true)]
    #[ignore = "leaks on purpose"]
    async fn ticks_each_100_ms() {
        tokio::spawn(tick_each(100));
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test(start_paused = true)]
    #[ignore = "leaks on purpose"]
    async fn spins() {
        tokio::spawn(spin());
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn pauses() {
        time::pause();
        tokio::spawn(wake_after(600));
        tokio::spawn(wake_after(3_600_000));
    }
}
