//! `LocalSet`s: those that are shown, and those to which a task's cell leads, if the task stands there at all.

use std::collections::HashMap;

use tokio::task::LocalSet;

use super::{
    memory,
    startup::introspector,
    tokio::{Owner, vtable_if_alive},
    value::Reader,
};
use crate::{Error, TaskList, task_list::Detail};

/// Where a `LocalSet` keeps its tasks.
pub(crate) fn owner_of(set: &LocalSet) -> Result<Owner, Error> {
    let introspector = introspector()?;
    let reader = Reader::new(introspector.image);
    introspector.tokio.of_local_set(&reader, set)
}

/// The tasks that are kept there.
pub(crate) fn of_owner(owner: &Owner, detail: Detail) -> Result<TaskList, Error> {
    let introspector = introspector()?;
    let reader = Reader::new(introspector.image);
    introspector.list(&reader, detail, None, || Ok(owner.clone()))
}

/// Those of the addresses where a task that stands in a list and has not ended may have its cell, with those of their
/// vtables: three words of each tell, and what they say is no proof.
fn alive(cells: &[u64]) -> Result<Vec<(u64, u64)>, Error> {
    const AT_ONCE: usize = 1024;
    let span = memory::own_span();
    let mut alive = Vec::new();
    let mut is_read = false;
    for cells in cells.chunks(AT_ONCE) {
        memory::gather(cells, |cell, header| {
            is_read = true;
            alive.extend(vtable_if_alive(header, span).map(|vtable| (cell, vtable)));
        });
    }
    // What was freed may be mapped no more; all of it is not.
    if !is_read && !cells.is_empty() && !memory::is_readable() {
        return Err(Error::new(
            "the kernel does not let the memory of this process be read",
        ));
    }
    Ok(alive)
}

/// Those of the addresses, of what was once the memory of tasks, where one may be that has not ended: no proof that there is.
pub fn perhaps_alive(cells: &[u64]) -> Vec<u64> {
    match alive(cells) {
        Ok(alive) => alive.into_iter().map(|(cell, _)| cell).collect(),
        Err(_) => cells.to_vec(),
    }
}

/// The tasks of each set that was made by this thread and has a task with one of these cells.
///
/// A cell that was freed may lead anywhere. What proves that it was not is the list itself: it is whole from one end to the
/// other, it was not shut down, as every set is when it is dropped, and the cell stands in it. Only this thread can change
/// it meanwhile, and it is busy reading.
pub(crate) fn of_local_sets_with(cells: &[u64], detail: Detail) -> Result<Vec<TaskList>, Error> {
    let alive = alive(cells)?;
    if alive.is_empty() {
        // Before any debug info is read: that is all that a clean check pays.
        return Ok(Vec::new());
    }
    let introspector = introspector()?;
    let reader = Reader::new(introspector.image);
    let home = introspector.tokio.home_of(&reader, &LocalSet::new())?;
    let mut lists: Vec<TaskList> = Vec::new();
    let stands_in = |list: &TaskList, cell| list.tasks.iter().any(|task| task.address() == cell);
    // Most are of other kinds, of which there are few.
    let mut is_local: HashMap<u64, bool> = HashMap::new();
    for (cell, vtable) in alive {
        let is_local = is_local
            .entry(vtable)
            .or_insert_with(|| introspector.tokio.scheduler(&reader, cell, &home).is_some());
        if !*is_local || lists.iter().any(|list| stands_in(list, cell)) {
            continue;
        }
        let Some(owner) = introspector.tokio.of_local_task(&reader, cell, &home) else {
            continue;
        };
        let Ok(list) = introspector.list(&reader, detail, None, || Ok(owner.clone())) else {
            continue;
        };
        if list.gap.is_none() && !list.is_closed && stands_in(&list, cell) {
            lists.push(list);
        }
    }
    Ok(lists)
}

#[cfg(all(test, not(miri)))]
mod tests {
    use std::future::pending;

    use super::*;

    fn cells(set: &LocalSet) -> Vec<u64> {
        let list = TaskList::of_local_set(set).expect("tests have debug info");
        list.tasks().iter().map(crate::Task::address).collect()
    }

    fn lens(cells: &[u64]) -> Vec<usize> {
        let lists = TaskList::of_local_sets_with(cells);
        let lists = lists.expect("tests have debug info");
        lists.iter().map(|list| list.tasks().len()).collect()
    }

    #[test]
    fn each_set_is_found_once() {
        let (one, other, third) = (LocalSet::new(), LocalSet::new(), LocalSet::new());
        for set in [&one, &one, &other, &third] {
            set.spawn_local(pending::<()>());
        }
        let all: Vec<_> = [&one, &other].into_iter().flat_map(cells).collect();
        assert_eq!(lens(&all), [2, 1]);
        assert_eq!(perhaps_alive(&all), all);
    }

    /// What is left of a cell leads to what is left of a set, or to another task's by now.
    #[test]
    fn a_set_that_was_dropped_is_not_found() {
        for round in 0..100 {
            let set = LocalSet::new();
            for _ in 0..round % 5 {
                set.spawn_local(pending::<()>());
            }
            let dead = cells(&set);
            drop(set);
            assert!(perhaps_alive(&dead).is_empty(), "{round}");
            assert_eq!(lens(&dead), [0; 0]);
        }
    }

    /// A handle keeps the cell, and nothing else.
    #[test]
    fn a_task_that_has_ended_is_not_alive() {
        let set = LocalSet::new();
        let handle = set.spawn_local(pending::<()>());
        let cell = cells(&set);
        assert_eq!(perhaps_alive(&cell), cell);
        drop(set);
        assert!(perhaps_alive(&cell).is_empty());
        assert_eq!(lens(&cell), [0; 0]);
        drop(handle);
    }

    #[test]
    fn anything_else_is_no_task() {
        let words = [u64::MAX, 0, 64, 128, 4096].map(|word| [word; 64]);
        let places = words.iter().map(|place| place.as_ptr() as u64);
        let unmapped = [0, 8, 1 << 47, u64::MAX];
        let all: Vec<u64> = places.chain(unmapped).collect();
        assert!(perhaps_alive(&all).is_empty());
        assert_eq!(lens(&all), [0; 0]);
    }

    #[test]
    fn a_set_of_another_thread_is_left_to_that() {
        let (tell, told) = std::sync::mpsc::channel();
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || {
            let set = LocalSet::new();
            set.spawn_local(pending::<()>());
            let cells = cells(&set);
            tell.send((lens(&cells), cells)).expect("it waits");
            let _ = wait.recv();
        });
        let (there, cells) = told.recv().expect("it tells");
        assert_eq!(there, [1]);
        assert_eq!(perhaps_alive(&cells), cells);
        assert_eq!(lens(&cells), [0; 0]);
        drop(release);
        other.join().expect("it ends");
    }

    #[test]
    fn a_blocking_task_stands_in_no_list() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime can be built");
        let (release, held) = std::sync::mpsc::channel::<()>();
        let task = runtime.spawn_blocking(move || held.recv());
        let handle = task.abort_handle();
        let cell = memory::pointer_in(&handle, 0).expect("it consists of it");
        assert!(perhaps_alive(&[cell]).is_empty());
        let list = TaskList::of_runtime(runtime.handle()).expect("tests have debug info");
        assert!(list.tasks().is_empty());
        drop(release);
    }

    /// A runtime's tasks stand in another kind of list.
    #[test]
    fn a_task_of_a_runtime_leads_nowhere() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime can be built");
        runtime.spawn(pending::<()>());
        let list = TaskList::of_runtime(runtime.handle()).expect("tests have debug info");
        let cells: Vec<u64> = list.tasks().iter().map(crate::Task::address).collect();
        assert_eq!(perhaps_alive(&cells), cells);
        assert_eq!(lens(&cells), [0; 0]);
    }
}
