//! A timer that is armed when the test ends belongs to the task that has it, or to nobody: then it is a leak of its own.

use std::{
    cell::RefCell,
    future::{Future, pending, poll_fn},
    pin::Pin,
    rc::Rc,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use leakcheck::leak_checked;
use tokio::time::{interval, sleep, timeout};
use tokio_util::time::DelayQueue;

use crate::expected::verify;

const MILLISECOND: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_secs(3600);

type Parked = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What nobody polls any more.
static PARKED: Mutex<Vec<Parked>> = Mutex::new(Vec::new());

fn keep(future: Parked) {
    let mut parked = PARKED.lock().unwrap_or_else(PoisonError::into_inner);
    parked.push(future);
}

/// Polls once what is not ready.
async fn polled(future: impl Future<Output = ()> + Send + 'static) -> Parked {
    let mut future: Parked = Box::pin(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
    future
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sleep_is_parked_in_a_static() {
    // leak: timer "tokio::time::Sleep"
    keep(polled(sleep(HOUR)).await);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn sleep_is_parked_in_a_static_on_workers() {
    // leak: timer "tokio::time::Sleep"
    keep(polled(sleep(HOUR)).await);
}

#[leak_checked]
#[tokio::test(start_paused = true)]
#[ignore = "leaks on purpose"]
async fn sleep_is_parked_in_a_static_in_paused_time() {
    // leak: timer "tokio::time::Sleep"
    keep(polled(sleep(HOUR)).await);
    sleep(HOUR / 2).await;
}

/// A session that knows itself.
struct Session {
    itself: RefCell<Option<Rc<Self>>>,
    _limit: Parked,
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn timeout_is_in_a_cycle() {
    let limit = polled(async {
        // leak: timer "tokio::time::Sleep"
        let _ = timeout(HOUR, pending::<()>()).await;
    });
    let session = Rc::new(Session {
        itself: RefCell::default(),
        _limit: limit.await,
    });
    *session.itself.borrow_mut() = Some(Rc::clone(&session));
}

#[leak_checked]
#[tokio::test]
async fn timeout_is_in_a_cycle_that_is_broken() {
    let limit = polled(async {
        let _ = timeout(HOUR, pending::<()>()).await;
    });
    let session = Rc::new(Session {
        itself: RefCell::default(),
        _limit: limit.await,
    });
    *session.itself.borrow_mut() = Some(Rc::clone(&session));
    session.itself.take();
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn interval_is_kept() {
    // leak: timer "tokio::time::Sleep"
    let mut ticks = interval(HOUR);
    ticks.tick().await;
    let next = polled(async move {
        ticks.tick().await;
    });
    keep(next.await);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn queue_is_kept() {
    let expiry = polled(async {
        let mut queue = DelayQueue::new();
        // leak: timer "tokio::time::Sleep"
        queue.insert("first", HOUR);
        queue.insert("second", HOUR * 2);
        poll_fn(|cx| queue.poll_expired(cx)).await;
    });
    keep(expiry.await);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn several_are_kept() {
    for hours in [30, 20, 10_000] {
        // leak: timer "tokio::time::Sleep" x3
        keep(polled(sleep(HOUR * hours)).await);
    }
}

/// What the task has is said of the task; of what is elsewhere nothing is certain while there are tasks.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_has_them() {
    // leak: task
    // waits: at pending for nothing, for ever
    // why: never
    tokio::spawn(async {
        let mut limit = polled(sleep(HOUR)).await;
        let mut ticks = interval(HOUR);
        tokio::select! {
            biased;
            () = &mut limit => {}
            _ = ticks.tick() => {}
        }
        pending::<()>().await; // at: pending
    });
    tokio::task::yield_now().await;
}

#[leak_checked]
#[tokio::test]
async fn none_was_ever_polled() {
    keep(Box::pin(sleep(HOUR)));
    keep(Box::pin(async {
        let _ = timeout(HOUR, pending::<()>()).await;
    }));
}

#[leak_checked]
#[tokio::test]
async fn all_have_fired() {
    let mut kept = Box::pin(sleep(MILLISECOND));
    kept.as_mut().await;
    keep(kept);
    let mut ticks = interval(MILLISECOND);
    ticks.tick().await;
    ticks.tick().await;
    keep(Box::pin(async move {
        ticks.tick().await;
    }));
}

#[leak_checked]
#[tokio::test]
async fn all_were_dropped() {
    drop(polled(sleep(HOUR)).await);
    let queue = polled(async {
        let mut queue = DelayQueue::new();
        queue.insert("never", HOUR);
        poll_fn(|cx| queue.poll_expired(cx)).await;
    });
    drop(queue.await);
    assert!(timeout(HOUR, async {}).await.is_ok());
    tokio::select! {
        () = sleep(HOUR) => {}
        () = sleep(MILLISECOND) => {}
    }
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn all_were_dropped_on_workers() {
    let tasks: Vec<_> = (0..64)
        .map(|_| tokio::spawn(timeout(HOUR, sleep(MILLISECOND))))
        .collect();
    for task in tasks {
        let _ = task.await;
    }
}

#[leak_checked]
#[tokio::test]
async fn all_were_aborted_with_their_task() {
    let task = tokio::spawn(async {
        let _limit = polled(sleep(HOUR)).await;
        sleep(HOUR).await;
    });
    tokio::task::yield_now().await;
    task.abort();
}

#[leak_checked(settle = "30s")]
#[tokio::test]
async fn fires_while_the_check_waits() {
    keep(polled(sleep(100 * MILLISECOND)).await);
}

#[leak_checked(settle = "30s")]
#[tokio::test(flavor = "multi_thread")]
async fn fires_while_the_check_waits_on_workers() {
    keep(polled(sleep(100 * MILLISECOND)).await);
}

/// In real time this would take an hour.
#[leak_checked(settle = "2h")]
#[tokio::test(start_paused = true)]
async fn fires_while_the_check_waits_in_paused_time() {
    keep(polled(sleep(HOUR)).await);
}

#[leak_checked(kinds(tasks, threads))]
#[tokio::test]
async fn timers_are_not_asked_for() {
    keep(polled(sleep(HOUR)).await);
}

#[test]
fn every_report_is_exact() {
    verify("timers", include_str!("timers.rs"));
}
