//! The tasks of a `LocalSet` that may be moved or dropped meanwhile.

use std::thread::{self, ThreadId};

use tokio::task::{JoinHandle, LocalSet};

use crate::{Error, TaskList, read, task_list::Detail};

/// Leads to the tasks of a `LocalSet` wherever it was moved to. Once that was dropped, which ends its tasks, there are
/// none.
///
/// ```
/// use leakcheck_introspect::LocalTasks;
/// use tokio::task::LocalSet;
///
/// let set = LocalSet::new();
/// let tasks = LocalTasks::of(&set)?;
/// set.spawn_local(std::future::pending::<()>());
/// assert_eq!(tasks.list()?.tasks().len(), 1);
/// drop(set);
/// assert!(tasks.list()?.tasks().is_empty());
/// # Ok::<(), leakcheck_introspect::Error>(())
/// ```
#[derive(Debug)]
pub struct LocalTasks {
    owner: read::Owner,
    /// A task has a share in the list that it stands in, and a handle keeps the task: nothing else can have the memory
    /// of the list for as long as this lives. The task does nothing and holds up nobody who waits for the set.
    share: JoinHandle<()>,
    /// The only one that ever polls them.
    home: ThreadId,
}

impl LocalTasks {
    /// Finds out where the set keeps its tasks, and spawns an empty one there.
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`].
    pub fn of(set: &LocalSet) -> Result<Self, Error> {
        let owner = read::owner_of(set)?;
        let share = set.spawn_local(async {});
        Ok(Self {
            owner,
            share,
            home: thread::current().id(),
        })
    }

    /// Reads the tasks.
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`].
    pub fn list(&self) -> Result<TaskList, Error> {
        let mut list = read::of_owner(&self.owner, Detail::Frames)?;
        if thread::current().id() != self.home {
            list.doubt();
        }
        Ok(self.without_share(list))
    }

    /// The same without looking into the futures: ids, addresses and states only, at a fraction of the time.
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`].
    pub fn outline(&self) -> Result<TaskList, Error> {
        read::of_owner(&self.owner, Detail::Outline).map(|list| self.without_share(list))
    }

    fn without_share(&self, mut list: TaskList) -> TaskList {
        let share = self.share.id().to_string();
        list.tasks.retain(|task| task.id().to_string() != share);
        list
    }
}

#[cfg(all(test, target_os = "linux", target_pointer_width = "64", not(miri)))]
mod tests {
    use std::future::pending;

    use tokio::{
        runtime::Builder,
        task::{spawn_local, yield_now},
    };

    use super::*;

    fn len(tasks: &LocalTasks) -> (usize, usize) {
        let list = tasks.list().expect("tests have debug info");
        assert_eq!(list.gap(), None);
        let outline = tasks.outline().expect("as above");
        (list.tasks().len(), outline.tasks().len())
    }

    #[test]
    fn tasks_are_found_wherever_the_set_is() {
        let set = LocalSet::new();
        let tasks = LocalTasks::of(&set).expect("tests have debug info");
        assert_eq!(len(&tasks), (0, 0), "its own is none");
        let runtime = Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime can be built");
        let one = set.spawn_local(pending::<()>());
        set.block_on(&runtime, async {
            spawn_local(async {});
            spawn_local(pending::<()>());
            yield_now().await;
        });
        let moved = Box::new(set);
        assert_eq!(len(&tasks), (2, 2));
        one.abort();
        moved.block_on(&runtime, yield_now());
        assert_eq!(len(&tasks), (1, 1));
    }

    /// What was the memory of the set is handed out again, and what was that of the list is not.
    #[test]
    fn a_set_that_was_dropped_has_none() {
        let mut dropped = Vec::new();
        for round in 0..100 {
            let set = LocalSet::new();
            dropped.push(LocalTasks::of(&set).expect("tests have debug info"));
            for _ in 0..round % 4 {
                set.spawn_local(pending::<()>());
            }
        }
        let alive = LocalSet::new();
        alive.spawn_local(pending::<()>());
        assert!(dropped.iter().all(|tasks| len(tasks) == (0, 0)));
        let is_over = |tasks: &LocalTasks| tasks.outline().is_ok_and(|list| list.is_over());
        assert!(dropped.iter().all(is_over));
        let empty = LocalSet::new();
        for set in [&alive, &empty] {
            assert!(LocalTasks::of(set).is_ok_and(|tasks| !is_over(&tasks)));
        }
    }

    /// The empty task ends like any other.
    #[test]
    fn nobody_who_waits_for_the_set_is_held_up() {
        let runtime = Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime can be built");
        let set = LocalSet::new();
        let tasks = LocalTasks::of(&set).expect("tests have debug info");
        set.spawn_local(yield_now());
        runtime.block_on(set);
        assert_eq!(len(&tasks), (0, 0));
    }
}
