//! The constructors of the public types: the types know nothing of how they are read, and their readers use them.

use std::pin::Pin;

use tokio::{runtime::Handle, task::LocalSet};

use crate::{
    BlockingTask, Error, FutureAddress, HandleUse, Statics, TaskList, ThreadStack, TimerList, read,
    task_list::Detail,
};

impl TaskList {
    /// Reads the tasks of a runtime, without polling or waking any.
    ///
    /// # Errors
    /// Where this program has no debug info that names them, or the runtime is not as its debug info says.
    pub fn of_runtime(handle: &Handle) -> Result<Self, Error> {
        read::of_runtime(handle, Detail::Frames)
    }

    /// The same without looking into the futures: ids, addresses and states only, at a fraction of the time.
    ///
    /// # Errors
    /// As [`of_runtime`](Self::of_runtime).
    pub fn outline_of_runtime(handle: &Handle) -> Result<Self, Error> {
        read::of_runtime(handle, Detail::Outline)
    }

    /// Reads the tasks of a `LocalSet`.
    ///
    /// # Errors
    /// As [`of_runtime`](Self::of_runtime).
    pub fn of_local_set(set: &LocalSet) -> Result<Self, Error> {
        read::of_owner(&read::owner_of(set)?, Detail::Frames)
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
        read::of_local_sets_with(cells, Detail::Frames)
    }

    /// The same without looking into the futures: ids, addresses and states only, at a fraction of the time.
    ///
    /// # Errors
    /// As [`of_runtime`](Self::of_runtime).
    pub fn outline_of_local_sets_with(cells: &[u64]) -> Result<Vec<Self>, Error> {
        read::of_local_sets_with(cells, Detail::Outline)
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

    /// Says that its deadlines are on the clock of this runtime, where that is not known: of a future that is no task.
    pub fn keep_time_of(&mut self, handle: &Handle) {
        let now = read::clock(handle);
        for task in &mut self.tasks {
            task.read_at = now;
        }
    }
}

impl TimerList {
    /// Reads the armed timers of a runtime; none where it has no time driver.
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`](crate::TaskList::of_runtime), and where the time driver is of a kind that is not known.
    pub fn of_runtime(handle: &Handle) -> Result<Self, Error> {
        read::timers(handle)
    }
}

impl Statics {
    /// Reads what the statics of the program hold. The first call finds out which there are, which takes longer.
    ///
    /// ```
    /// use std::sync::OnceLock;
    ///
    /// use leakcheck_introspect::Statics;
    /// use tokio::sync::oneshot;
    ///
    /// static ASK: OnceLock<oneshot::Sender<()>> = OnceLock::new();
    ///
    /// let (ask, _question) = oneshot::channel();
    /// ASK.set(ask).unwrap();
    /// for one in Statics::read()?.list() {
    ///     println!("{} holds {:?}", one.name(), one.holds()); // ASK holds ..
    /// }
    /// # Ok::<(), leakcheck_introspect::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`](crate::TaskList::of_runtime).
    pub fn read() -> Result<Self, Error> {
        read::statics()
    }
}

impl ThreadStack {
    /// Reads the variables of the functions on the stack of a thread, of which the caller has the return address and the stack
    /// pointer of each, innermost first. The thread has to keep still meanwhile, which only the caller can tell.
    ///
    /// ```
    /// use leakcheck_introspect::ThreadStack;
    ///
    /// if let Ok(stack) = ThreadStack::read(7, &[]) {
    ///     assert!(stack.number() == 7 && stack.holds().is_empty());
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`](crate::TaskList::of_runtime).
    pub fn read(number: u64, frames: &[(usize, usize)]) -> Result<Self, Error> {
        let holds = read::stack_holds(frames)?;
        Ok(Self { number, holds })
    }
}

impl HandleUse {
    /// Where the function that spawns a task gives its handle, as far as the variables tell that the function declares; `address`
    /// is that to which the call returns, on this line of the function.
    ///
    /// That the handle was dropped there is likely where the task goes on without one.
    ///
    /// ```
    /// use leakcheck_introspect::HandleUse;
    ///
    /// assert!(!matches!(HandleUse::of_spawn(0, 1), Ok(Some(_))));
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`](crate::TaskList::of_runtime).
    pub fn of_spawn(address: usize, line: u32) -> Result<Option<Self>, Error> {
        read::of_spawn(address, line)
    }
}

impl BlockingTask {
    /// Those of the cells where one may be that has not ended, and whether it has begun. What is there may be anything by now;
    /// a few words of each tell, and what they say is no proof. No debug info is read.
    ///
    /// ```
    /// use leakcheck_introspect::BlockingTask;
    ///
    /// assert!(BlockingTask::alive_perhaps(&[]).is_empty());
    /// ```
    pub fn alive_perhaps(cells: &[u64]) -> Vec<(u64, bool)> {
        read::blocking::alive_perhaps(cells)
    }

    /// The one that runs in this cell; what is there may be anything by now.
    ///
    /// It must be running, as it is while its thread is stuck in it: what is left of one that has ended may look alike.
    ///
    /// # Errors
    ///
    /// As [`TaskList::of_runtime`](crate::TaskList::of_runtime).
    pub fn at(cell: u64) -> Result<Option<Self>, Error> {
        read::blocking::at(cell)
    }
}

impl FutureAddress {
    /// Notes where a future is.
    pub fn of<T>(future: Pin<&dyn Future<Output = T>>) -> Self {
        let [data, table] = read::words(future.get_ref());
        Self { data, table }
    }
}
