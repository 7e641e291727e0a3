//! What only follows from another leak is told with that: a chain has one cause, and so has a circle.

use std::{
    future::pending,
    mem::forget,
    sync::{Arc, OnceLock},
    time::Duration,
};

use leakcheck::leak_checked;
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpStream},
    sync::{Mutex, OwnedMutexGuard, OwnedRwLockWriteGuard, RwLock, broadcast, oneshot, watch},
    task::JoinSet,
    time::{interval, sleep},
};
use tokio_util::sync::CancellationToken;

use crate::expected::verify;

const HOUR: Duration = Duration::from_secs(3600);

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn chain_of_three() {
    // leak: task
    // waits: at last for nothing
    // why: never
    let last = tokio::spawn(async { pending::<()>().await }); // at: last
    // leak: task
    // waits: at next for an end, held by the task at last, for ever
    // why: follows task
    let next = tokio::spawn(async move { last.await.unwrap() }); // at: next
    // leak: task
    // waits: at first for an end, held by the task at next, for ever
    // why: follows task
    tokio::spawn(async move { next.await.unwrap() }); // at: first
}

#[leak_checked]
#[tokio::test]
async fn chain_that_ends() {
    let last = tokio::spawn(async {});
    let next = tokio::spawn(async move { last.await.unwrap() });
    tokio::spawn(async move { next.await.unwrap() });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn actor_keeps_the_channels_of_others() {
    let (events, mut subscriber) = broadcast::channel::<u8>(4);
    let (state, mut watcher) = watch::channel(0_u8);
    // leak: task
    // waits: at actor for a timer
    tokio::spawn(async move {
        loop {
            sleep(HOUR).await; // at: actor
            let _ = events.send(1);
            let _ = state.send(2);
        }
    });
    // leak: task
    // waits: at subscriber for a message, held by the task at actor in events
    // why: follows task
    tokio::spawn(async move { while subscriber.recv().await.is_ok() {} }); // at: subscriber
    // leak: task
    // waits: at watcher for a change, held by the task at actor in state
    // why: follows task
    tokio::spawn(async move { while watcher.changed().await.is_ok() {} }); // at: watcher
}

#[leak_checked]
#[tokio::test]
async fn actor_ends_with_the_channels_of_others() {
    let (events, mut subscriber) = broadcast::channel::<u8>(4);
    let (state, mut watcher) = watch::channel(0_u8);
    tokio::spawn(async move { _ = (events.send(1), state.send(2)) });
    tokio::spawn(async move { while subscriber.recv().await.is_ok() {} });
    tokio::spawn(async move { while watcher.changed().await.is_ok() {} });
}

/// Two senders, one of which nobody was found to have: then it does not follow.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn only_one_of_two_senders_is_with_a_task() {
    let (events, mut subscriber) = broadcast::channel::<u8>(4);
    forget(events.clone());
    // leak: task
    // waits: at keeper of one for nothing
    // why: never
    tokio::spawn(async move {
        pending::<()>().await; // at: keeper of one
        drop(events);
    });
    // leak: task
    // waits: at subscriber of two for a message, held by the task at keeper of one in events
    tokio::spawn(async move { while subscriber.recv().await.is_ok() {} }); // at: subscriber of two
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn server_and_a_forgotten_client() {
    // leak: fd "TCP listener"
    // why: follows task
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // leak: task
    // waits: at accept for a descriptor
    // why: accept-loop
    tokio::spawn(async move {
        loop {
            // leak: fd "TCP socket"
            // why: follows task
            let (mut server, _) = listener.accept().await.unwrap(); // at: accept
            // leak: task
            // waits: at read for a descriptor
            // why: follows fd
            tokio::spawn(async move { while server.read_u8().await.is_ok() {} }); // at: read
        }
    });
    // leak: fd "TCP socket"
    forget(TcpStream::connect(address).await.unwrap());
    sleep(Duration::from_millis(50)).await;
}

/// Each reads what the other never writes.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn both_ends_of_a_connection_are_read() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // leak: fd "TCP socket" x2
    // why: follows task
    let (client, server) = tokio::join!(TcpStream::connect(address), listener.accept());
    let (mut client, (mut server, _)) = (client.unwrap(), server.unwrap());
    // leak: task
    // waits: at client for a descriptor
    // why: deadlock
    tokio::spawn(async move { client.read_u8().await }); // at: client
    // leak: task
    // waits: at server for a descriptor
    // why: follows fd
    tokio::spawn(async move { server.read_u8().await }); // at: server
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn lock_is_held_over_a_sleep() {
    let lock = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&lock);
    // leak: task
    // waits: at holder for a timer
    // why: lock-across-await
    tokio::spawn(async move {
        let _held = theirs.lock().await;
        sleep(HOUR).await; // at: holder
    });
    tokio::task::yield_now().await;
    for _ in 0..2 {
        let lock = Arc::clone(&lock);
        // leak: task x2
        // waits: at waiter for a mutex, held by the task at holder in _held
        // why: follows task
        tokio::spawn(async move { *lock.lock().await += 1 }); // at: waiter
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn mapped_guards_are_held_over_a_sleep() {
    let pair = Arc::new(Mutex::new((1, 2)));
    let lock = Arc::new(RwLock::new((1, 2)));
    let mutex = OwnedMutexGuard::map(pair.clone().lock_owned().await, |pair| &mut pair.0);
    let written = OwnedRwLockWriteGuard::map(lock.clone().write_owned().await, |pair| &mut pair.0);
    // leak: task
    // waits: at mapped for a timer
    // why: lock-across-await
    tokio::spawn(async move {
        sleep(HOUR).await; // at: mapped
        drop((mutex, written));
    });
    // leak: task
    // waits: at of the pair for a mutex, held by the task at mapped in mutex
    // why: follows task
    tokio::spawn(async move { pair.lock().await.1 += 1 }); // at: of the pair
    // leak: task
    // waits: at of the lock for a lock, held by the task at mapped in written
    // why: follows task
    tokio::spawn(async move { lock.read().await.1 }); // at: of the lock
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn workers_of_a_forgotten_queue() {
    let (sender, queue) = async_channel::unbounded::<u8>();
    for _ in 0..8 {
        let queue = queue.clone();
        // leak: task x8
        // waits: at job for a message, held by nobody found
        // why: forgotten
        tokio::spawn(async move { while queue.recv().await.is_ok() {} }); // at: job
    }
    forget(sender);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn tick_without_an_end() {
    // leak: task
    // waits: at tick for a timer
    // why: periodic
    tokio::spawn(async {
        let mut ticks = interval(Duration::from_millis(100));
        loop {
            ticks.tick().await; // at: tick
        }
    });
}

/// It has a way out, which nobody takes.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn tick_with_a_shutdown() {
    let stop = CancellationToken::new();
    let stopped = stop.child_token();
    // leak: task
    // waits: at either for a timer
    // or: for a cancellation, held by nobody found
    tokio::spawn(async move {
        let mut ticks = interval(Duration::from_millis(100));
        loop {
            // at: either
            tokio::select! {
                _ = ticks.tick() => {}
                () = stopped.cancelled() => break,
            }
        }
    });
    forget(stop);
}

#[leak_checked]
#[tokio::test]
async fn tick_that_is_shut_down() {
    let stop = CancellationToken::new();
    let stopped = stop.child_token();
    tokio::spawn(async move {
        let mut ticks = interval(Duration::from_millis(100));
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stopped.cancelled() => break,
            }
        }
    });
    stop.cancel();
}

/// It waits for either, and one of them leads out of the circle.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn circle_with_a_way_out() {
    let (tell, told) = oneshot::channel::<()>();
    // leak: task
    // waits: at sleeper for a timer
    // why: unknown
    let mut sleeper = tokio::spawn(async { sleep(HOUR).await }); // at: sleeper
    // leak: task
    // waits: at partner for a value, held by the task at either end in tell
    // why: follows task
    let mut partner = tokio::spawn(async move { told.await.is_ok() }); // at: partner
    // leak: task
    // waits: at either end for an end, held by the task at partner
    // or: for an end, held by the task at sleeper
    tokio::spawn(async move {
        // at: either end
        tokio::select! {
            _ = &mut partner => {}
            _ = &mut sleeper => {}
        }
        let _ = tell.send(());
    });
}

/// Out of a weak sender another one may come.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn weak_sender_may_become_one() {
    static WEAK: OnceLock<broadcast::WeakSender<u8>> = OnceLock::new();
    let (events, mut subscriber) = broadcast::channel::<u8>(4);
    WEAK.get_or_init(|| events.downgrade());
    // leak: task
    // waits: at own and weak for a message, held by itself in _events
    tokio::spawn(async move {
        let _events = events;
        while subscriber.recv().await.is_ok() {} // at: own and weak
    });
}

/// Whoever would cancel it waits for its end first: a circle, and no token that nobody has.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn token_is_cancelled_after_the_join() {
    let token = CancellationToken::new();
    let theirs = token.child_token();
    // leak: task
    // waits: at worker for a cancellation, held by the task at supervisor in token, for ever
    // why: deadlock
    let worker = tokio::spawn(async move { theirs.cancelled().await }); // at: worker
    // leak: task
    // waits: at supervisor for an end, held by the task at worker, for ever
    // why: follows task
    tokio::spawn(async move {
        worker.await.unwrap(); // at: supervisor
        token.cancel();
    });
}

/// The same with several workers, and a field of what the supervisor has.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn token_is_cancelled_after_all_are_joined() {
    struct Supervisor {
        stop: CancellationToken,
        workers: JoinSet<()>,
    }
    let mut supervisor = Supervisor {
        stop: CancellationToken::new(),
        workers: JoinSet::new(),
    };
    for _ in 0..3 {
        let stop = supervisor.stop.child_token();
        // leak: task x3
        // waits: at each worker for a cancellation, held by the task at all workers in supervisor.stop, for ever
        // why: deadlock
        supervisor.workers.spawn(async move {
            stop.cancelled().await; // at: each worker
        });
    }
    // leak: task
    // waits: at all workers for an end, held by the task at each worker, for ever
    // or: for an end, held by the task at each worker
    // or: for an end, held by the task at each worker
    // why: follows task
    tokio::spawn(async move {
        while supervisor.workers.join_next().await.is_some() {} // at: all workers
        supervisor.stop.cancel();
    });
}

/// Each has it to wait for it.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn token_is_with_those_who_wait_for_it() {
    let token = CancellationToken::new();
    for _ in 0..2 {
        let token = token.clone();
        // leak: task x2
        // waits: at both for a cancellation, held by the task at both in token and the task at both in token, for ever
        // why: token-orphaned
        tokio::spawn(async move { token.cancelled().await }); // at: both
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn token_is_cancelled_after_a_sleep() {
    let token = CancellationToken::new();
    let theirs = token.child_token();
    // leak: task
    // waits: at patient for a cancellation, held by the task at sleeping canceller in token
    tokio::spawn(async move { theirs.cancelled().await }); // at: patient
    // leak: task
    // waits: at sleeping canceller for a timer
    tokio::spawn(async move {
        sleep(HOUR).await; // at: sleeping canceller
        token.cancel();
    });
}

#[leak_checked]
#[tokio::test]
async fn token_is_cancelled_before_the_join() {
    let token = CancellationToken::new();
    let theirs = token.child_token();
    let worker = tokio::spawn(async move { theirs.cancelled().await });
    tokio::spawn(async move {
        token.cancel();
        worker.await.unwrap();
    });
}

#[test]
fn every_report_is_exact() {
    verify("causes", include_str!("causes.rs"));
}
