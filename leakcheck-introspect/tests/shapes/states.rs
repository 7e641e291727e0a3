//! A task that is not parked is told by its state, and by no more than can be known.

use std::{
    future::pending,
    sync::{Arc, mpsc},
};

use leakcheck_introspect::TaskList;
use tokio::{
    runtime::Handle,
    sync::{Notify, oneshot},
};

use crate::{
    check::{compare, parked},
    current_thread, multi_thread,
    shape::{Area, Stage},
};

// @never_polled
async fn never_polled(name: String) {
    pending::<()>().await;
    drop(name);
}

async fn woken(bell: Arc<Notify>) {
    bell.notified().await; // @woken
}

#[expect(clippy::unused_async, reason = "it never gives its thread back")]
async fn occupies(started: oneshot::Sender<()>, gate: mpsc::Receiver<()>) {
    let _ = started.send(());
    let _ = gate.recv();
}

/// Each of these needs a moment of its own, and with it a test.
pub(crate) const AREA: Area = Area {
    file: "states.rs",
    source: include_str!("states.rs"),
    shapes: &[],
};

fn read() -> TaskList {
    TaskList::of_runtime(&Handle::current()).expect("this program has debug info")
}

#[test]
fn a_task_that_was_never_polled_is_scheduled() {
    current_thread().block_on(async {
        let mut stage = Stage::default();
        stage.spawn(never_polled("x".into()));
        let expected = "
            states::never_polled [scheduled, open]
              states::never_polled (not started) @never_polled  name: String
        ";
        compare([("never polled", expected)], &stage, &read());
    });
}

#[test]
fn a_task_that_was_woken_is_scheduled_where_it_waited() {
    current_thread().block_on(async {
        let mut stage = Stage::default();
        let bell = Arc::new(Notify::new());
        stage.spawn(woken(Arc::clone(&bell)));
        parked(|| Ok(read())).await;
        bell.notify_one();
        let expected = "
            states::woken [scheduled]
              states::woken @woken  bell: Arc<Notify>
              holds bell: notify
              waits for notification of notify <- nobody found
        ";
        compare([("woken", expected)], &stage, &read());
    });
}

#[test]
fn a_task_that_runs_has_a_name_and_no_frames() {
    multi_thread().block_on(async {
        let mut stage = Stage::default();
        let (end, gate) = mpsc::channel();
        let (tx, started) = oneshot::channel();
        stage.spawn(occupies(tx, gate));
        started.await.expect("it says so");
        let list = read();
        drop(end);
        compare([("running", "states::occupies [running]")], &stage, &list);
    });
}

#[test]
fn a_task_is_known_to_be_awaitable_until_its_handle_is_dropped() {
    let has_handle = |id| {
        let list = read();
        let task = list.tasks().iter().find(|task| task.id().to_string() == id);
        task.expect("it waits").has_join_handle()
    };
    current_thread().block_on(async {
        let handle = tokio::spawn(pending::<()>());
        let (id, abort) = (handle.id().to_string(), handle.abort_handle());
        assert!(has_handle(id.clone()));
        tokio::task::yield_now().await;
        assert!(has_handle(id.clone()));
        drop(handle);
        assert!(!has_handle(id.clone()));
        tokio::task::yield_now().await;
        assert!(!has_handle(id));
        abort.abort();
    });
}
