//! Every armed timer is read with its deadline and the task that it wakes, and no other.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Waker},
    time::{Duration, Instant},
};

use leakcheck_introspect::{TaskList, TimerList, TimerWheel};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::yield_now,
    time::{Sleep, interval, sleep, timeout},
};

async fn sleeper(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

/// Deadlines in seconds from `start`, to the nearest hundred, and futures of the tasks that are woken.
fn armed(start: Instant) -> Vec<(u64, String)> {
    let tasks = TaskList::of_runtime(&Handle::current()).expect("tests have debug info");
    let timers = TimerList::of_runtime(&Handle::current()).expect("the driver is known");
    assert_eq!(timers.gap(), None);
    timers
        .timers()
        .iter()
        .map(|timer| {
            let left = timer
                .deadline()
                .expect("it has a deadline")
                .saturating_duration_since(start);
            let is_woken =
                |task: &&leakcheck_introspect::Task| Some(task.address()) == timer.wakes();
            let woken = tasks.tasks().iter().find(is_woken);
            let name = woken.map_or("nobody", |task| task.future());
            ((left.as_secs() + 50) / 100 * 100, name.to_owned())
        })
        .collect()
}

async fn scenario() {
    let start = Instant::now();
    let named = |seconds: u64, name: &str| (seconds, format!("timers::{name}"));
    assert_eq!(armed(start), []);
    let wheel = TimerWheel::of_new_runtime(&Handle::current()).expect("the driver is known");
    assert_eq!(wheel.is_empty(), Some(true));
    let one = tokio::spawn(sleeper(100));
    // Far enough apart to stand on different levels of the wheel.
    tokio::spawn(sleeper(100_000));
    tokio::spawn(sleeper(10_000_000));
    tokio::spawn(async {
        let _ = timeout(Duration::from_secs(500), std::future::pending::<()>()).await;
    });
    tokio::spawn(async {
        let mut ticks = interval(Duration::from_secs(900));
        ticks.tick().await;
        ticks.tick().await;
    });
    // Made and never polled: not armed.
    let idle = sleep(Duration::from_secs(7));
    let all = [
        named(100, "sleeper"),
        named(500, "scenario::{async block}"),
        named(900, "scenario::{async block}"),
        named(100_000, "sleeper"),
        named(10_000_000, "sleeper"),
    ];
    // The first tick comes at once, and workers take a moment to poll them all.
    for _ in 0..10_000 {
        if armed(start) == all {
            break;
        }
        yield_now().await;
    }
    assert_eq!(armed(start), all);
    assert_eq!(wheel.is_empty(), Some(false));
    one.abort();
    let _ = one.await;
    assert_eq!(armed(start), all[1..]);
    drop(idle);
}

fn run(runtime: std::io::Result<Runtime>) {
    runtime.expect("a runtime can be built").block_on(async {
        tokio::spawn(scenario()).await.expect("it does not panic");
    });
}

#[test]
fn on_one_thread() {
    run(Builder::new_current_thread().enable_time().build());
}

#[test]
fn on_workers() {
    run(Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build());
}

#[test]
fn without_a_driver_there_are_none() {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime can be built");
    let timers = TimerList::of_runtime(runtime.handle()).expect("tests have debug info");
    assert_eq!(timers.timers(), []);
}

/// Arms a timer of this many milliseconds, as long as it is kept.
fn arm(milliseconds: u64) -> Pin<Box<Sleep>> {
    let mut sleep = Box::pin(sleep(Duration::from_millis(milliseconds)));
    let polled = sleep.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    sleep
}

/// On each level of the wheel, and in each slot of the lowest.
fn every_timer_is_seen(runtime: std::io::Result<Runtime>) {
    let runtime = runtime.expect("a runtime can be built");
    let wheel = TimerWheel::of_new_runtime(runtime.handle()).expect("the driver is known");
    let _inside = runtime.enter();
    assert_eq!(wheel.is_empty(), Some(true));
    for level in 0..6 {
        for slot in [2_u64, 31, 61] {
            let armed = arm((slot << (6 * level)) + 1000);
            assert_eq!(wheel.is_empty(), Some(false), "level {level}, slot {slot}");
            drop(armed);
            assert_eq!(wheel.is_empty(), Some(true));
        }
    }
    let many: Vec<_> = (0..100).map(|more| arm(10_000 + more)).collect();
    assert_eq!(wheel.is_empty(), Some(false));
    drop(many);
    assert_eq!(wheel.is_empty(), Some(true));
}

#[test]
fn every_timer_is_seen_on_one_thread() {
    every_timer_is_seen(Builder::new_current_thread().enable_all().build());
}

#[test]
fn every_timer_is_seen_on_workers() {
    let mut builder = Builder::new_multi_thread();
    every_timer_is_seen(builder.worker_threads(2).enable_all().build());
}

#[test]
fn the_wheel_of_a_runtime_that_is_gone_is_empty() {
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime can be built");
    let wheel = TimerWheel::of_new_runtime(runtime.handle()).expect("the driver is known");
    let armed = {
        let _inside = runtime.enter();
        arm(10_000)
    };
    assert_eq!(wheel.is_empty(), Some(false));
    drop(runtime);
    assert_eq!(wheel.is_empty(), Some(true));
    drop(armed);
}

/// What has held for many runtimes is not looked at on each one more.
#[test]
fn timers_are_seen_on_the_hundredth_runtime_as_on_the_first() {
    for _ in 0..100 {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be built");
        let wheel = TimerWheel::of_new_runtime(runtime.handle()).expect("the driver is known");
        let _inside = runtime.enter();
        assert_eq!(wheel.is_empty(), Some(true));
        let armed = arm(10_000);
        assert_eq!(wheel.is_empty(), Some(false));
        drop(armed);
        assert_eq!(wheel.is_empty(), Some(true));

        // One without a driver leads nowhere, and nothing is in it.
        let without = Builder::new_current_thread().build();
        let without = without.expect("a runtime can be built");
        let wheel = TimerWheel::of_new_runtime(without.handle());
        assert_ne!(wheel.and_then(|wheel| wheel.is_empty()), Some(false));
    }
}
