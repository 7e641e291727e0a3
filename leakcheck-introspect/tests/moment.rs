//! Only what was read while nothing was polled proves that a task waits for ever.
#![cfg(all(target_os = "linux", target_pointer_width = "64", not(miri)))]

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use leakcheck_introspect::{Graph, TaskList};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::{LocalSet, yield_now},
};

fn proven(list: &TaskList) -> usize {
    let graph = Graph::new([list]);
    let tasks = list.tasks().iter();
    tasks.filter(|task| graph.is_stuck(task)).count()
}

fn read(runtime: &Runtime) -> TaskList {
    TaskList::of_runtime(runtime.handle()).expect("tests have debug info")
}

#[test]
fn beside_a_busy_task_nothing_is_proven() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let busy = {
        let is_over = Arc::clone(&is_over);
        runtime.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                yield_now().await;
            }
        })
    };
    runtime.spawn(pending::<()>());
    for _ in 0..5 {
        let list = read(&runtime);
        assert!(!list.is_of_one_moment());
        assert_eq!(proven(&list), 0);
    }
    is_over.store(true, Ordering::Relaxed);
    runtime.block_on(busy).unwrap();
    // The workers go to sleep in their own time.
    let list = loop {
        let list = read(&runtime);
        if list.is_of_one_moment() {
            break list;
        }
        thread::yield_now();
    };
    assert_eq!(proven(&list), 1);
}

#[test]
fn whatever_is_polled_afterwards_ends_the_moment() {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.spawn(pending::<()>());
    let mut list = runtime.block_on(async {
        yield_now().await;
        let mut list = TaskList::of_runtime(&Handle::current()).unwrap();
        list.confirm(&Handle::current());
        list
    });
    assert_eq!((list.is_of_one_moment(), proven(&list)), (true, 1));
    // Nobody drives it now, for all that can be told.
    list.confirm(runtime.handle());
    assert_eq!((list.is_of_one_moment(), proven(&list)), (false, 0));
}

#[test]
fn a_local_set_is_driven_by_its_own_thread() {
    let set = LocalSet::new();
    set.spawn_local(pending::<()>());
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(set.run_until(yield_now()));
    let list = TaskList::of_local_set(&set).unwrap();
    assert_eq!((list.is_of_one_moment(), proven(&list)), (true, 1));
    let tasks = leakcheck_introspect::LocalTasks::of(&set).unwrap();
    let there = thread::scope(|scope| scope.spawn(|| tasks.list().unwrap()).join().unwrap());
    assert!(!there.is_of_one_moment());
    assert!(tasks.list().unwrap().is_of_one_moment());
}
