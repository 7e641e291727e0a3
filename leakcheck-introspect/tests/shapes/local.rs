//! Tasks of a `LocalSet` read like others, and those of a set inside a task are not confused with them.

use std::{future::pending, rc::Rc};

use leakcheck_introspect::TaskList;
use tokio::{
    runtime::Handle,
    sync::mpsc::{Receiver, Sender, channel},
    task::{LocalSet, spawn_local},
    time::sleep,
};

use crate::{
    check::{compare, spawned, written},
    current_thread,
    shape::{Area, HOUR, Shape, Stage},
};

async fn not_send(shared: Rc<String>) {
    pending::<()>().await; // @not_send
    drop(shared);
}

async fn receives(mut rx: Receiver<u8>) {
    rx.recv().await; // @receives
}

async fn counts_senders(tx: Rc<Sender<u8>>) {
    sleep(HOUR).await; // @counts_senders
    drop(tx);
}

async fn spawns() {
    let inner = spawn_local(spawned_inside());
    let _ = inner.await; // @spawns
}

async fn spawned_inside() {
    sleep(HOUR).await; // @spawned_inside
}

async fn drives_set() {
    let set = LocalSet::new();
    set.spawn_local(pending::<()>());
    set.await; // @drives_set
}

async fn runs_in_set(set: LocalSet) {
    set.run_until(of_set(1)).await; // @runs_in_set
}

async fn of_set(number: u8) -> u8 {
    sleep(2 * HOUR).await; // @of_set
    number
}

pub(crate) const AREA: Area = Area {
    file: "local.rs",
    source: include_str!("local.rs"),
    shapes: &[
        Shape {
            name: "a future that cannot change threads",
            spawn: |stage| stage.spawn_local(not_send(Rc::default())),
            tasks: "
                local::not_send [stuck]
                  local::not_send @not_send  shared: Rc<String>
                  waits for nothing
            ",
        },
        Shape {
            name: "a channel between local tasks",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                let tx = Rc::new(tx);
                stage.spawn_local(receives(rx));
                stage.spawn_local(counts_senders(tx));
            },
            tasks: "
                local::receives
                  local::receives @receives  rx: Receiver<u8>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- local::counts_senders `tx`
                local::counts_senders
                  local::counts_senders @counts_senders  tx: Rc<Sender<u8>>
                  holds tx: sender of mpsc
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a local task that joins another",
            spawn: |stage| stage.spawn_local(spawns()),
            tasks: "
                local::spawns
                  local::spawns @spawns
                  waits for end of task <- local::spawned_inside
                local::spawned_inside
                  local::spawned_inside @spawned_inside
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a set that a task awaits, whose tasks are not followed",
            spawn: |stage| stage.spawn_local(drives_set()),
            tasks: "
                local::drives_set [open]
                  local::drives_set @drives_set
            ",
        },
        Shape {
            name: "a future inside a set",
            spawn: |stage| stage.spawn_local(runs_in_set(LocalSet::new())),
            tasks: "
                local::runs_in_set [open]
                  local::runs_in_set @runs_in_set  set: LocalSet
                    tokio::task::local::LocalSet::run_until
                      local::of_set @of_set  number: u8
                  waits for timer in 2 h
            ",
        },
    ],
};

#[test]
fn tasks_of_a_local_set_read_as_written() {
    let runtime = current_thread();
    let set = LocalSet::new();
    let mut stage = Stage::default();
    runtime.block_on(set.run_until(async {
        let areas = [&AREA];
        let list = spawned(&areas, &mut stage, || TaskList::of_local_set(&set)).await;
        compare(written(&areas), &stage, &list);
        let of_runtime = TaskList::of_runtime(&Handle::current()).expect("it was read before");
        assert!(
            of_runtime.tasks().is_empty(),
            "they are the set's, not the runtime's"
        );
    }));
}
