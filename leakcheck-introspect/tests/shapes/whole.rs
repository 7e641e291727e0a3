//! A list has every task once: those that the runtime counts, with the ids that tokio gave them.

use std::collections::BTreeSet;

use leakcheck_introspect::{Task, TaskList};
use tokio::runtime::{Handle, Runtime};

use crate::{SHARED, check::spawned, current_thread, multi_thread, shape::Stage};

fn the_list_is_whole(runtime: &Runtime) {
    let mut stage = Stage::default();
    runtime.block_on(async {
        let handle = Handle::current();
        let list = spawned(SHARED, &mut stage, || TaskList::of_runtime(&handle)).await;
        let tasks = list.tasks();
        assert_eq!(list.gap(), None);
        assert_eq!(list.alive(), Some(tasks.len()));
        assert_eq!(tasks.len(), handle.metrics().num_alive_tasks());
        assert!(
            tasks.is_sorted_by(|one, next| one.id() < next.id()),
            "in the order of their ids"
        );
        let ids: BTreeSet<_> = tasks.iter().map(Task::id).collect();
        assert_eq!(&ids, stage.ids(), "exactly what was spawned");
        let addresses: BTreeSet<_> = tasks.iter().map(Task::address).collect();
        assert_eq!(addresses.len(), tasks.len(), "no task is there twice");
    });
}

#[test]
fn the_list_is_whole_on_one_thread() {
    the_list_is_whole(&current_thread());
}

#[test]
fn the_list_is_whole_on_several_threads() {
    the_list_is_whole(&multi_thread());
}

#[test]
fn every_marker_is_expected_somewhere() {
    for area in crate::AREAS.iter().filter(|area| !area.shapes.is_empty()) {
        let mut seen = BTreeSet::new();
        for marker in area
            .source
            .lines()
            .filter_map(|line| line.split_once("// @"))
        {
            let marker = marker.1;
            assert!(seen.insert(marker), "`{marker}` is twice in {}", area.file);
            let is_expected = |tasks: &str| {
                let frame = format!("@{marker}");
                tasks
                    .lines()
                    .any(|line| line.split_whitespace().any(|word| word == frame))
            };
            assert!(
                area.shapes.iter().any(|shape| is_expected(shape.tasks)),
                "nothing in {} is expected at `{marker}`",
                area.file
            );
        }
    }
}
