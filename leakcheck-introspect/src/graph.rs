//! Who could wake whom.

use crate::{Hold, Task, TaskList, Wait};

/// Edges between the tasks of some lists.
#[derive(Debug)]
pub struct Graph<'l> {
    tasks: Vec<&'l Task>,
}

/// Somebody who could make a wait end.
#[derive(Clone, Copy, Debug)]
pub struct Waker<'l> {
    /// The task.
    pub task: &'l Task,
    /// How it could; `None` where the task itself is waited for.
    pub hold: Option<&'l Hold>,
}

impl<'l> Graph<'l> {
    /// The edges between all tasks of these lists.
    pub fn new(lists: impl IntoIterator<Item = &'l TaskList>) -> Self {
        Self {
            tasks: lists.into_iter().flat_map(TaskList::tasks).collect(),
        }
    }

    /// Tasks that were found to hold what could end this wait. What was not found may still exist.
    pub fn wakers(&self, wait: &Wait) -> Vec<Waker<'l>> {
        let _ = wait;
        Vec::new()
    }

    /// Whether the task was proven to wait for ever: nothing outside of the tasks that wait for ever can wake it.
    pub fn is_stuck(&self, task: &Task) -> bool {
        let _ = (task, &self.tasks);
        false
    }
}
