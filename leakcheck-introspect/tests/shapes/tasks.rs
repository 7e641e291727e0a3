//! Who joins a task waits for its end; a task that ends with one that never ends is stuck as well.

use std::{future::pending, sync::mpsc};

use tokio::{
    task::{AbortHandle, JoinHandle, JoinSet, spawn_blocking},
    time::sleep,
};
use tokio_util::task::TaskTracker;

use crate::shape::{Area, HOUR, Shape};

async fn works() -> u8 {
    sleep(HOUR).await; // @works
    1
}

async fn joins(worker: JoinHandle<u8>) {
    let _ = worker.await; // @joins
}

async fn never_ends() {
    pending::<()>().await; // @never_ends
}

async fn joins_first(first: JoinHandle<()>) {
    let _ = first.await; // @joins_first
}

async fn joins_second(mut second: JoinHandle<()>) {
    let _ = (&mut second).await; // @joins_second
    second.abort();
}

async fn may_abort(victim: AbortHandle) {
    sleep(HOUR).await; // @may_abort
    victim.abort();
}

async fn in_set(number: u32) -> u32 {
    sleep(HOUR).await; // @in_set
    number
}

async fn joins_set(mut set: JoinSet<u32>) {
    // @joins_set
    while let Some(done) = set.join_next().await {
        drop(done);
    }
}

async fn joins_whole_set(set: JoinSet<u32>) {
    let numbers = set.join_all().await; // @joins_whole_set
    drop(numbers);
}

async fn joins_thread(thread: JoinHandle<()>) {
    let _ = thread.await; // @joins_thread
}

async fn starts_thread(gate: mpsc::Receiver<()>) {
    let _ = spawn_blocking(move || gate.recv()).await; // @starts_thread
}

async fn tracked() {
    sleep(HOUR).await; // @tracked
}

async fn waits_for_tracked(tracker: TaskTracker) {
    tracker.close();
    tracker.wait().await; // @waits_for_tracked
}

async fn aborts_on_drop(handles: Vec<JoinHandle<u8>>) {
    sleep(HOUR).await; // @aborts_on_drop
    handles.iter().for_each(JoinHandle::abort);
}

async fn victim() {
    pending::<()>().await; // @victim
}

async fn member() -> u32 {
    sleep(HOUR).await; // @member
    0
}

async fn handled() -> u8 {
    sleep(HOUR).await; // @handled
    0
}

pub(crate) const AREA: Area = Area {
    file: "tasks.rs",
    source: include_str!("tasks.rs"),
    shapes: &[
        Shape {
            name: "a task that joins another",
            spawn: |stage| {
                let worker = stage.spawn_joinable(works());
                stage.spawn(joins(worker));
            },
            tasks: "
                tasks::works
                  tasks::works @works
                  waits for timer in 1 h
                tasks::joins
                  tasks::joins @joins
                  waits for end of task <- tasks::works
            ",
        },
        Shape {
            name: "a chain of joins whose last never ends",
            spawn: |stage| {
                let first = stage.spawn_joinable(never_ends());
                let second = stage.spawn_joinable(joins_first(first));
                stage.spawn(joins_second(second));
            },
            tasks: "
                tasks::never_ends [stuck]
                  tasks::never_ends @never_ends
                  waits for nothing
                tasks::joins_first [stuck]
                  tasks::joins_first @joins_first
                  waits for end of task <- tasks::never_ends
                tasks::joins_second [stuck]
                  tasks::joins_second @joins_second  second: JoinHandle<()>
                  holds second: task
                  waits for end of task <- tasks::joins_first
            ",
        },
        Shape {
            name: "a handle that only aborts",
            spawn: |stage| {
                let victim = stage.spawn_joinable(victim());
                stage.spawn(may_abort(victim.abort_handle()));
            },
            tasks: "
                tasks::victim [stuck]
                  tasks::victim @victim
                  waits for nothing
                tasks::may_abort
                  tasks::may_abort @may_abort  victim: AbortHandle
                  holds victim: sender of task
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "the next of a set",
            spawn: |stage| {
                let mut set = JoinSet::new();
                stage.note(set.spawn(in_set(1)).id());
                stage.note(set.spawn(in_set(2)).id());
                stage.spawn(joins_set(set));
            },
            tasks: "
                tasks::in_set#0
                  tasks::in_set @in_set  number: u32
                  waits for timer in 1 h
                tasks::in_set#1
                  tasks::in_set @in_set  number: u32
                  waits for timer in 1 h
                tasks::joins_set
                  tasks::joins_set @joins_set  set: JoinSet<u32>
                  holds set[0]: task, set[1]: task
                  waits for end of task <- tasks::in_set#0
                  waits for end of task <- tasks::in_set#1
            ",
        },
        Shape {
            name: "a whole set, which is moved into what is awaited",
            spawn: |stage| {
                let mut set = JoinSet::new();
                stage.note(set.spawn(member()).id());
                stage.spawn(joins_whole_set(set));
            },
            tasks: "
                tasks::member
                  tasks::member @member
                  waits for timer in 1 h
                tasks::joins_whole_set
                  tasks::joins_whole_set @joins_whole_set
                  waits for end of task <- tasks::member
            ",
        },
        Shape {
            name: "a blocking thread, which is no task of the runtime",
            spawn: |stage| {
                let (end, gate) = mpsc::channel::<()>();
                stage.keep(end);
                stage.spawn(joins_thread(spawn_blocking(move || _ = gate.recv())));
            },
            tasks: "
                tasks::joins_thread
                  tasks::joins_thread @joins_thread
                  waits for end of task <- nobody found
            ",
        },
        Shape {
            name: "a blocking thread that the task itself starts",
            spawn: |stage| {
                let (end, gate) = mpsc::channel();
                stage.keep(end);
                stage.spawn(starts_thread(gate));
            },
            tasks: "
                tasks::starts_thread
                  tasks::starts_thread @starts_thread
                  waits for end of task <- nobody found
            ",
        },
        Shape {
            name: "all that a tracker tracks",
            spawn: |stage| {
                let tracker = TaskTracker::new();
                stage.note(tracker.spawn(tracked()).id());
                stage.spawn(waits_for_tracked(tracker));
            },
            tasks: "
                TrackedFuture<tracked>
                  tokio_util::task::task_tracker::TrackedFuture
                    tasks::tracked @tracked
                  waits for timer in 1 h
                tasks::waits_for_tracked
                  tasks::waits_for_tracked @waits_for_tracked  tracker: TaskTracker
                  holds tracker: notify
                  waits for notification of notify <- TrackedFuture<tracked> inside a dependency
            ",
        },
        Shape {
            name: "handles in a vector",
            spawn: |stage| {
                let handles = vec![stage.spawn_joinable(handled())];
                stage.spawn(aborts_on_drop(handles));
            },
            tasks: "
                tasks::handled
                  tasks::handled @handled
                  waits for timer in 1 h
                tasks::aborts_on_drop
                  tasks::aborts_on_drop @aborts_on_drop  handles: Vec<JoinHandle<u8>>
                  holds handles[0]: task
                  waits for timer in 1 h
            ",
        },
    ],
};
