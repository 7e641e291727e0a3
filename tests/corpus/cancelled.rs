//! Bodies that leave nothing behind when they run to their end, and do when they are cancelled at an await; next to each the
//! same with its fix. `// cancelled: at wait x2` says at which line the body stood when it was cancelled and it was left for the
//! first time, and at how many awaits it was.

use std::{
    sync::{Arc, Mutex as StdMutex},
    time::Duration,
};

use futures::{StreamExt, stream};
use leakcheck::{Cancel, Options, background, leak_checked};
use tokio::{
    sync::{Mutex, Notify, mpsc, oneshot},
    task::{AbortHandle, JoinHandle, JoinSet, yield_now},
    time::{Instant, sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;

use crate::{cancelled_resources::Finally, expected::verify};

/// Something that takes a moment.
async fn step() {
    yield_now().await; // at: step
}

/// Ends a task when it is dropped.
struct Abort(AbortHandle);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn helper_is_aborted_at_the_end() {
    // leak: task
    // waits: at helper for nothing
    // cancelled: at step x2
    // why: not-cancel-safe
    let helper = tokio::spawn(async {
        std::future::pending::<()>().await; // at: helper
    });
    step().await;
    step().await;
    helper.abort();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn helper_is_aborted_by_a_guard() {
    let helper = tokio::spawn(std::future::pending::<()>());
    let _guard = Abort(helper.abort_handle());
    step().await;
    step().await;
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "leaks on purpose"]
async fn helper_on_workers_is_aborted_at_the_end() {
    // leak: task
    // waits: at helper for nothing
    // cancelled: at step x2
    // why: not-cancel-safe
    let helper = tokio::spawn(async {
        std::future::pending::<()>().await; // at: helper
    });
    step().await;
    step().await;
    helper.abort();
}

#[leak_checked(cancel = "each")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn helper_on_workers_is_aborted_by_a_guard() {
    let helper = AbortOnDropHandle::new(tokio::spawn(std::future::pending::<()>()));
    step().await;
    step().await;
    drop(helper);
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test(start_paused = true)]
#[ignore = "leaks on purpose"]
async fn helper_with_a_paused_clock() {
    // leak: task
    // waits: at helper for nothing
    // cancelled: at hour
    // why: not-cancel-safe
    let helper = tokio::spawn(async {
        std::future::pending::<()>().await; // at: helper
    });
    let begin = Instant::now();
    sleep(Duration::from_secs(3600)).await; // at: hour
    assert_eq!(begin.elapsed().as_secs(), 3600);
    helper.abort();
}

#[leak_checked(cancel = "each")]
#[tokio::test(start_paused = true)]
async fn sleeper_with_a_paused_clock() {
    let sleeper = AbortOnDropHandle::new(tokio::spawn(sleep(Duration::from_secs(60))));
    sleep(Duration::from_secs(3600)).await;
    sleeper.await.unwrap();
}

/// The flag is given back by a line that is not reached.
#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn flag_across_an_await() {
    let is_free = Arc::new(Notify::new());
    let theirs = Arc::clone(&is_free);
    // leak: task
    // waits: at theirs for a notification, held by nobody found, for ever
    // cancelled: at step
    // why: lost-wakeup
    let waiter = tokio::spawn(async move {
        theirs.notified().await; // at: theirs
    });
    step().await;
    is_free.notify_one();
    waiter.await.unwrap();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn guard_across_an_await() {
    let lock = Arc::new(Mutex::new(0));
    let guard = lock.clone().lock_owned().await;
    let theirs = lock.clone();
    let waiter = tokio::spawn(async move { *theirs.lock().await });
    step().await;
    drop(guard);
    assert_eq!(waiter.await.unwrap(), 0);
}

/// What was begun and neither finished nor taken back.
type Begun = Arc<StdMutex<Vec<oneshot::Sender<bool>>>>;

async fn prepare(begun: Begun) -> bool {
    let (decide, decided) = oneshot::channel();
    begun.lock().unwrap().push(decide);
    let decided = decided.await; // at: decided
    drop(begun);
    decided.unwrap_or(false)
}

fn decide(begun: &Begun, decision: bool) {
    for sender in begun.lock().unwrap().drain(..) {
        let _ = sender.send(decision);
    }
}

#[leak_checked(cancel = "2..", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn commit_in_two_phases() {
    let begun = Begun::default();
    // leak: task "prepare"
    // waits: at decided for a value, held by itself in begun[0], for ever
    // cancelled: at step
    // why: own-sender
    let participant = tokio::spawn(prepare(begun.clone()));
    yield_now().await;
    step().await;
    decide(&begun, true);
    assert!(participant.await.unwrap());
}

#[leak_checked(cancel = "2..")]
#[tokio::test]
async fn commit_in_two_phases_or_roll_back() {
    let begun = Begun::default();
    let participant = tokio::spawn(prepare(begun.clone()));
    yield_now().await;
    let roll_back = Finally(|| decide(&begun, false));
    step().await;
    decide(&begun, true);
    assert!(participant.await.unwrap());
    drop(roll_back);
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn loser_of_a_select() {
    // leak: task
    // waits: at slow for nothing
    // cancelled: at select
    // why: not-cancel-safe
    let mut slow: JoinHandle<()> = tokio::spawn(async {
        std::future::pending::<()>().await; // at: slow
    });
    // at: select
    tokio::select! {
        _ = &mut slow => {}
        () = sleep(Duration::from_millis(20)) => slow.abort(),
    }
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn loser_of_a_select_is_a_future() {
    tokio::select! {
        () = std::future::pending() => {}
        () = sleep(Duration::from_millis(20)) => {}
    }
}

async fn fetch(number: u32) -> u32 {
    if number > 2 {
        std::future::pending::<()>().await; // at: fetch
    }
    number
}

#[leak_checked(cancel = "1", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn buffered_stream_of_tasks() {
    let mut aborts = Vec::new();
    // leak: task "fetch" x2
    // waits: at fetch for nothing
    // cancelled: at next
    // why: not-cancel-safe
    let handles: Vec<_> = (1..5).map(|number| tokio::spawn(fetch(number))).collect();
    aborts.extend(handles.iter().map(JoinHandle::abort_handle));
    let mut numbers = stream::iter(handles).buffered(4);
    let first = numbers.next().await; // at: next
    assert_eq!(first.unwrap().unwrap(), 1);
    aborts.iter().for_each(AbortHandle::abort);
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn buffered_stream_of_futures() {
    let mut numbers = stream::iter(1..5).map(fetch).buffered(4);
    step().await;
    assert_eq!(numbers.next().await, Some(1));
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn set_of_tasks() {
    let mut set = JoinSet::new();
    for number in 0..3 {
        set.spawn(sleep(Duration::from_millis(number)));
    }
    set.spawn(std::future::pending());
    for _ in 0..3 {
        set.join_next().await;
    }
    set.shutdown().await;
}

/// A time limit drops the handle of a task, and not the task.
#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn nested_timeout() {
    // leak: task
    // waits: at call for nothing
    // cancelled: at limit
    // why: not-cancel-safe
    let call = tokio::spawn(async {
        std::future::pending::<()>().await; // at: call
    });
    let abort = call.abort_handle();
    let limited = timeout(Duration::from_millis(20), call);
    let outer = timeout(Duration::from_secs(60), limited).await; // at: limit
    assert!(outer.unwrap().is_err());
    abort.abort();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn nested_timeout_of_a_future() {
    let limited = timeout(Duration::from_millis(20), std::future::pending::<()>());
    let outer = timeout(Duration::from_secs(60), limited).await;
    assert!(outer.unwrap().is_err());
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn retry_with_backoff() {
    for attempt in 0..3 {
        // leak: task
        // waits: at heartbeat for a timer
        // cancelled: at backoff x3
        // why: not-cancel-safe
        let heartbeat = tokio::spawn(async {
            loop {
                sleep(Duration::from_millis(20)).await; // at: heartbeat
            }
        });
        sleep(Duration::from_millis(10 * attempt + 10)).await; // at: backoff
        heartbeat.abort();
    }
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn retry_with_backoff_and_a_guard() {
    for attempt in 0..3 {
        let heartbeat = tokio::spawn(async {
            loop {
                sleep(Duration::from_millis(20)).await;
            }
        });
        let _guard = AbortOnDropHandle::new(heartbeat);
        sleep(Duration::from_millis(10 * attempt + 10)).await;
    }
}

#[leak_checked(cancel = "..=2", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn first_await_alone_is_unsafe() {
    // leak: task
    // waits: at pending for nothing
    // cancelled: at step
    // why: not-cancel-safe
    let helper = tokio::spawn(async {
        std::future::pending::<()>().await; // at: pending
    });
    step().await;
    let _guard = Abort(helper.abort_handle());
    step().await;
}

#[leak_checked(cancel = "2..=2")]
#[tokio::test]
async fn second_await_alone_is_tried() {
    let helper = tokio::spawn(std::future::pending::<()>());
    step().await;
    let _guard = Abort(helper.abort_handle());
    step().await;
}

fn cancelled() -> Options {
    Options::new().cancel(Cancel::each())
}

#[leak_checked(cancellable, options = cancelled, settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn asked_by_a_function() {
    // leak: task
    // waits: at pending for nothing
    // cancelled: at step
    // why: not-cancel-safe
    let helper = tokio::spawn(async {
        std::future::pending::<()>().await; // at: pending
    });
    step().await;
    helper.abort();
}

#[leak_checked(cancellable)]
#[tokio::test]
async fn cancellable_and_not_asked() {
    let helper = tokio::spawn(std::future::pending::<()>());
    step().await;
    helper.abort();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn body_never_waits() {
    assert_eq!(std::future::ready(1).await, 1);
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn more_awaits_than_are_tried() {
    for _ in 0..500 {
        yield_now().await;
    }
}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn background_work_ends() {
    background(tokio::spawn(std::future::pending::<()>()));
    step().await;
}

/// Two tasks on two lines are left at one await.
#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn two_helpers() {
    // leak: task
    // waits: at one for nothing
    // cancelled: at step x2
    // why: not-cancel-safe
    let one = tokio::spawn(async {
        std::future::pending::<()>().await; // at: one
    });
    step().await;
    // leak: task
    // waits: at other for nothing
    // cancelled: at step
    // why: not-cancel-safe
    let other = tokio::spawn(async {
        std::future::pending::<()>().await; // at: other
    });
    step().await;
    one.abort();
    other.abort();
}

async fn fails() {
    yield_now().await;
    panic!("on purpose");
}

/// The body would have seen the panic, had it come to that.
#[leak_checked(cancel = "each")]
#[tokio::test]
async fn panic_is_seen_at_the_end() {
    let failing = tokio::spawn(fails());
    step().await;
    step().await;
    assert!(failing.await.unwrap_err().is_panic());
}

/// A reply is awaited from an actor, which ends with its queue.
#[leak_checked(cancel = "each")]
#[tokio::test]
async fn actor_ends_with_its_queue() {
    let (ask, mut asked) = mpsc::channel::<oneshot::Sender<u8>>(1);
    let actor = tokio::spawn(async move {
        while let Some(reply) = asked.recv().await {
            yield_now().await;
            let _ = reply.send(7);
        }
    });
    let (reply, replied) = oneshot::channel();
    ask.send(reply).await.unwrap();
    assert_eq!(replied.await.unwrap(), 7);
    drop(ask);
    actor.await.unwrap();
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[should_panic(expected = "as it should")]
async fn panics_as_it_should() {
    step().await;
    panic!("as it should");
}

#[test]
fn every_report_is_exact() {
    verify("cancelled", include_str!("cancelled.rs"));
}
