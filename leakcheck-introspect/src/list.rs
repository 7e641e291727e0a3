//! The tasks of one runtime or one `LocalSet`.

use tokio::{runtime::Handle, task::LocalSet};

use crate::{Error, FutureAddress, Object, Task, park_counts::ParkCounts, read};

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
    /// Reads the tasks of a runtime, without polling or waking any.
    ///
    /// # Errors
    /// Where this program has no debug info that names them, or the runtime is not as its debug info says.
    pub fn of_runtime(handle: &Handle) -> Result<Self, Error> {
        read::of_runtime(handle)
    }

    /// The same without looking into the futures: ids, addresses and states only, at a fraction of the time.
    ///
    /// # Errors
    /// As [`of_runtime`](Self::of_runtime).
    pub fn outline_of_runtime(handle: &Handle) -> Result<Self, Error> {
        read::outline_of_runtime(handle)
    }

    /// Reads the tasks of a `LocalSet`.
    ///
    /// # Errors
    /// As [`of_runtime`](Self::of_runtime).
    pub fn of_local_set(set: &LocalSet) -> Result<Self, Error> {
        read::of_local_set(set)
    }

    /// Reads the tasks of each `LocalSet` that was made by this thread and has a task with one of these cells, which may
    /// have been freed long ago. Where none of them looks alive, no debug info is read.
    ///
    /// ```
    /// use leakcheck_introspect::TaskList;
    /// use tokio::task::LocalSet;
    ///
    /// let set = LocalSet::new();
    /// set.spawn_local(std::future::pending::<()>());
    /// let task = TaskList::of_local_set(&set)?.tasks()[0].address();
    /// assert_eq!(TaskList::of_local_sets_with(&[task])?.len(), 1);
    /// drop(set);
    /// assert!(TaskList::of_local_sets_with(&[task])?.is_empty());
    /// # Ok::<(), leakcheck_introspect::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`of_runtime`](Self::of_runtime).
    pub fn of_local_sets_with(cells: &[u64]) -> Result<Vec<Self>, Error> {
        read::of_local_sets_with(cells)
    }

    /// The same without looking into the futures: ids, addresses and states only, at a fraction of the time.
    ///
    /// # Errors
    /// As [`of_runtime`](Self::of_runtime).
    pub fn outline_of_local_sets_with(cells: &[u64]) -> Result<Vec<Self>, Error> {
        read::outline_of_local_sets_with(cells)
    }

    /// Reads a future that is no task, as a list of one with the number 0: so a [`Graph`](crate::Graph) has it beside
    /// the tasks.
    ///
    /// Nobody may poll or drop it meanwhile: what is read then means nothing, which only the caller can tell.
    ///
    /// # Errors
    /// Where this program has no debug info that describes it.
    pub fn of_future(future: FutureAddress) -> Result<Self, Error> {
        read::of_future(future)
    }

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

    /// Takes that back if anything was polled on its runtime since then, which makes what is read of others meanwhile a
    /// part of the same moment. The runtime must be the one that was read.
    pub fn confirm(&mut self, handle: &Handle) {
        let now = self
            .park_counts
            .as_ref()
            .and_then(|_| read::park_counts(handle));
        if now != self.park_counts {
            self.doubt();
        }
    }

    /// Takes back that all of it is of one moment.
    pub fn doubt(&mut self) {
        self.park_counts = None;
    }

    /// Says that its deadlines are on the clock of this runtime, where that is not known: of a future that is no task.
    pub fn keep_time_of(&mut self, handle: &Handle) {
        let now = read::clock(handle);
        for task in &mut self.tasks {
            task.read_at = now;
        }
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
