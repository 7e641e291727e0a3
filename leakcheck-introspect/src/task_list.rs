//! The tasks of one runtime or one `LocalSet`.

use crate::{Object, Task, park_counts::ParkCounts, task::Extent};

/// How much is read of each task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    Outline,
    Frames,
}

/// Everything that was alive when it was taken, in the order of task ids.
#[derive(Clone, Debug)]
pub struct TaskList {
    pub(crate) tasks: Vec<Task>,
    pub(crate) alive: Option<usize>,
    pub(crate) gap: Option<String>,
    /// Of the time in which it was read; `None` if tasks may have been polled meanwhile.
    pub(crate) park_counts: Option<ParkCounts>,
    pub(crate) is_closed: bool,
}

impl TaskList {
    /// The tasks.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// The task with this id.
    pub fn find(&self, id: u64) -> Option<&Task> {
        let at = self.tasks.binary_search_by_key(&id, Task::id).ok()?;
        self.tasks.get(at)
    }

    /// How many the runtime itself counted, where it does.
    pub fn alive(&self) -> Option<usize> {
        self.alive
    }

    /// Whether the runtime or the set was shut down, and all its tasks have ended: nothing will ever be alive there again.
    /// Not told by every release of tokio.
    ///
    /// ```
    /// use leakcheck_introspect::TaskList;
    /// use tokio::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().build()?;
    /// let handle = runtime.handle().clone();
    /// assert!(!TaskList::of_runtime(&handle)?.is_over());
    /// drop(runtime);
    /// assert!(TaskList::of_runtime(&handle)?.is_over());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_over(&self) -> bool {
        self.is_closed && self.tasks.is_empty() && self.gap.is_none()
    }

    /// Whether all of it is of one moment: nothing was polled while it was read. Only then does a
    /// [`Graph`](crate::Graph) prove anything by it.
    pub fn is_of_one_moment(&self) -> bool {
        self.park_counts.is_some()
    }

    /// Takes back that all of it is of one moment.
    pub fn doubt(&mut self) {
        self.park_counts = None;
    }

    /// Whether it is whole, and all that its tasks hold was found: each waits, and could be followed to its end. What is in the
    /// queue of a channel is never looked for.
    pub fn has_all_holds(&self) -> bool {
        self.gap.is_none() && self.tasks.iter().all(|task| task.extent == Extent::All)
    }

    /// Names what its tasks wait for, by what the caller knows of it now: later a descriptor may be another, or closed.
    pub fn name_objects(&mut self, name: impl Fn(Object) -> Option<String>) {
        for wait in self.tasks.iter_mut().flat_map(|task| &mut task.waits) {
            if let Some(object) = wait.object {
                wait.name = name(object).map(Into::into);
            }
        }
    }

    /// Why the list is not whole: the runtime was busy, or its list could not be followed to the end.
    pub fn gap(&self) -> Option<&str> {
        self.gap.as_deref()
    }
}
