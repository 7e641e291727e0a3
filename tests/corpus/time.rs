//! What sleeps for ever is left behind, and what ends within the time to settle, counted from the test's end, is not.

use std::{
    mem,
    sync::{Arc, Weak},
    time::Duration,
};

use leakcheck::leak_checked;
use leakcheck_introspect::TaskList;
use tokio::{
    runtime::Handle,
    time::{Instant, interval, interval_at, sleep},
};

use crate::expected::verify;

const MILLISECOND: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sleeps_for_ever() {
    // leak: task
    // waits: at sleep for a timer
    tokio::spawn(async {
        loop {
            sleep(MINUTE).await; // at: sleep
        }
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn sleeps_for_ever_on_workers() {
    // leak: task
    // waits: at sleep for a timer
    tokio::spawn(async {
        loop {
            sleep(MINUTE).await; // at: sleep
        }
    });
}

#[leak_checked]
#[tokio::test(start_paused = true)]
#[ignore = "leaks on purpose"]
async fn sleeps_for_ever_in_paused_time() {
    // leak: task
    // waits: at sleep for a timer
    tokio::spawn(async {
        loop {
            sleep(MINUTE).await; // at: sleep
        }
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn heartbeat() {
    // leak: task
    // waits: at tick for a timer
    // why: periodic
    tokio::spawn(async {
        let mut interval = interval(100 * MILLISECOND);
        loop {
            interval.tick().await; // at: tick
        }
    });
}

/// Looks every minute whether somebody still has what it works for.
async fn works_for(owner: Weak<()>) {
    let mut ticks = interval_at(Instant::now() + MINUTE, MINUTE);
    loop {
        ticks.tick().await; // at: look
        if owner.upgrade().is_none() {
            break;
        }
    }
}

/// What it works for is gone, so that it ends at its next turn: it is not told to have no end.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn works_for_what_is_gone() {
    let owner = Arc::new(());
    // leak: task "works_for"
    // waits: at look for a timer
    // why: detached
    tokio::spawn(works_for(Arc::downgrade(&owner)));
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn works_for_what_is_kept() {
    let owner = Arc::new(());
    // leak: task "works_for"
    // waits: at look for a timer
    // why: periodic
    tokio::spawn(works_for(Arc::downgrade(&owner)));
    mem::forget(owner);
}

#[leak_checked]
#[tokio::test]
async fn heartbeat_is_stopped() {
    let task = tokio::spawn(async {
        let mut interval = interval(100 * MILLISECOND);
        loop {
            interval.tick().await;
        }
    });
    task.abort();
}

#[leak_checked(settle = "30s")]
#[tokio::test]
async fn ends_while_the_check_waits() {
    for time in [1, 300, 600] {
        tokio::spawn(sleep(time * MILLISECOND));
    }
}

#[leak_checked(settle = "30s")]
#[tokio::test(flavor = "multi_thread")]
async fn ends_while_the_check_waits_on_workers() {
    for time in [1, 300, 600] {
        tokio::spawn(sleep(time * MILLISECOND));
    }
}

/// Reads the debug info, which takes its time, so that the check sees early where a task sleeps, and again when it ends.
async fn is_read_early() {
    tokio::task::yield_now().await;
    let read = TaskList::of_runtime(&Handle::current());
    assert!(read.is_ok() || !cfg!(target_os = "linux"), "{read:?}");
}

#[leak_checked(settle = "3s")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sleeps_at_intervals() {
    // leak: task
    // waits: at sleep for a timer
    // why: periodic
    tokio::spawn(async {
        loop {
            sleep(100 * MILLISECOND).await; // at: sleep
        }
    });
    is_read_early().await;
}

#[leak_checked(settle = "3s")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn sleeps_at_intervals_on_workers() {
    for _ in 0..2 {
        // leak: task x2
        // waits: at sleep for a timer
        // why: periodic
        tokio::spawn(async {
            loop {
                pause().await;
            }
        });
    }
    is_read_early().await;
}

async fn pause() {
    sleep(100 * MILLISECOND).await; // at: sleep
}

#[leak_checked(settle = "30s")]
#[tokio::test]
async fn sleeps_at_intervals_until_its_owner_is_gone() {
    let owner = Arc::new(());
    let weak = Arc::downgrade(&owner);
    tokio::spawn(async move {
        while weak.strong_count() > 0 {
            sleep(100 * MILLISECOND).await;
        }
    });
    tokio::task::yield_now().await;
}

/// Two sleeps one after the other, of which the second is in its place alone, are no interval.
#[leak_checked(settle = "3s")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sleeps_twice() {
    // leak: task
    // waits: at sleep for a timer
    tokio::spawn(async {
        sleep(200 * MILLISECOND).await;
        sleep(MINUTE).await; // at: sleep
    });
    is_read_early().await;
}

/// Of two tasks that sleep in one place one does so once, which is not told of both.
#[leak_checked(settle = "3s")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn one_of_two_sleeps_at_intervals() {
    for time in [100 * MILLISECOND, MINUTE] {
        // leak: task x2
        // waits: at sleep for a timer
        tokio::spawn(async move {
            loop {
                sleep(time).await; // at: sleep
            }
        });
    }
    is_read_early().await;
}

/// In real time this would take an hour.
#[leak_checked(settle = "1h")]
#[tokio::test(start_paused = true)]
async fn ends_while_the_check_waits_in_paused_time() {
    for time in [1, 30, 59] {
        tokio::spawn(sleep(time * MINUTE));
    }
}

#[leak_checked(settle = "2s")]
#[tokio::test]
async fn settles_from_the_end_of_a_slow_test() {
    tokio::spawn(sleep(2500 * MILLISECOND));
    sleep(2100 * MILLISECOND).await;
}

#[leak_checked(settle = "30m")]
#[tokio::test(start_paused = true)]
async fn settles_from_the_end_of_a_slow_test_in_paused_time() {
    tokio::spawn(sleep(80 * MINUTE));
    sleep(60 * MINUTE).await;
}

#[test]
fn every_report_is_exact() {
    verify("time", include_str!("time.rs"));
}
