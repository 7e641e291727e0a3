//! A future that is no task is read like one, and stands in the graph beside the tasks.

#![cfg(all(target_os = "linux", target_pointer_width = "64", not(miri)))]

use std::{
    future::{Future, pending, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use leakcheck_introspect::{Event, FrameKind, FutureAddress, Graph, Location, Task, TaskList};
use tokio::{
    runtime::{Builder, Handle},
    sync::{Mutex, mpsc, oneshot},
    task::yield_now,
};

/// Polls a future until nothing moves any more, and reads it with the tasks.
fn suspended<T>(body: impl Future<Output = T>, look: impl Fn(&Task, &TaskList, &Graph<'_>)) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut body = pin!(body);
        for _ in 0..16 {
            let poll = poll_fn(|cx| Poll::Ready(body.as_mut().poll(cx))).await;
            assert!(poll.is_pending());
            yield_now().await;
        }
        let future: Pin<&dyn Future<Output = T>> = body.as_ref();
        let body = TaskList::of_future(FutureAddress::of(future)).unwrap();
        let tasks = TaskList::of_runtime(&Handle::current()).unwrap();
        let graph = Graph::new([&body, &tasks]);
        look(&body.tasks()[0], &tasks, &graph);
    });
}

const LINE: u32 = line!() + 5;

async fn asks() {
    let (ask, question) = oneshot::channel::<()>();
    tokio::spawn(keeps(ask));
    let _ = question.await;
}

async fn keeps(ask: oneshot::Sender<()>) {
    pending::<()>().await;
    drop(ask);
}

#[test]
fn a_task_holds_what_the_body_waits_for() {
    suspended(asks(), |body, tasks, graph| {
        assert_eq!((body.id(), body.future()), (0, "body::asks"));
        let root = body.root().unwrap();
        assert_eq!(root.kind(), FrameKind::Suspended);
        assert_eq!(root.location().map(Location::line), Some(LINE));
        let [wait] = body.waits() else {
            panic!("{:?}", body.waits());
        };
        let wakers = graph.wakers(body, wait);
        assert_eq!(wakers.len(), 1);
        assert_eq!(wakers[0].task().unwrap().id(), tasks.tasks()[0].id());
        assert_eq!(wakers[0].hold.unwrap().local(), "ask");
        // The task waits for nothing that ever comes, and keeps the other end.
        assert!(graph.is_stuck(body));
    });
}

#[test]
fn the_body_holds_what_a_task_waits_for() {
    let body = async {
        let (sender, mut receiver) = mpsc::channel::<u32>(1);
        let lock = Arc::new(Mutex::new(()));
        let guard = lock.clone().lock_owned().await;
        let task = tokio::spawn(async move {
            let _message = receiver.recv().await;
            let _guard = lock.lock().await;
        });
        let _ = task.await;
        drop((guard, sender));
    };
    suspended(body, |body, tasks, graph| {
        let task = &tasks.tasks()[0];
        let wakers = graph.wakers(task, &task.waits()[0]);
        assert_eq!(wakers.len(), 1);
        assert_eq!(wakers[0].task().unwrap().id(), 0);
        assert_eq!(wakers[0].hold.unwrap().local(), "sender");
        assert_eq!(*body.waits()[0].event(), Event::End);
        assert!(graph.is_stuck(body) && graph.is_stuck(task));
    });
}

#[test]
fn a_body_that_goes_on_by_itself_is_not_stuck() {
    let body = async {
        let (sender, mut receiver) = mpsc::channel::<u32>(1);
        let later = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            drop(sender);
        });
        receiver.recv().await;
        later.abort();
    };
    suspended(body, |body, tasks, graph| {
        assert!(!graph.is_stuck(body) && !graph.is_stuck(&tasks.tasks()[0]));
    });
}

#[test]
fn what_is_no_future_is_an_error_or_nothing() {
    // Numbers that lead nowhere cannot be made without a future: one that is gone must do.
    let gone = {
        let body: Pin<Box<dyn Future<Output = ()>>> = Box::pin(asks());
        FutureAddress::of(body.as_ref())
    };
    if let Ok(list) = TaskList::of_future(gone) {
        assert_eq!(list.tasks().len(), 1);
    }
}
