//! What a runtime has: tasks, timers, a clock; and a future that it polls besides.

use std::time::Instant;

use ::tokio::runtime::{Handle, RuntimeFlavor};

use super::{
    introspector::{Introspector, TRIES},
    startup::introspector,
    stillness,
    value::Reader,
};
use crate::{
    Error, FutureAddress, Graph, TaskList, TimerList, park_counts::ParkCounts, task_list::Detail,
};

/// The tasks of a runtime.
pub(crate) fn of_runtime(handle: &Handle, detail: Detail) -> Result<TaskList, Error> {
    let introspector = introspector()?;
    let reader = Reader::new(introspector.image);
    let alive = || handle.metrics().num_alive_tasks();
    let is_driven_here = is_driven_here(introspector, &reader, handle);
    let mut tried = 0;
    loop {
        let before = stillness::park_counts(handle, is_driven_here);
        let runtime = Some((&alive as &dyn Fn() -> usize, clock(handle)));
        let mut list = introspector.list(&reader, detail, runtime, || {
            introspector.tokio.of_runtime(&reader, handle)
        })?;
        let after = stillness::park_counts(handle, is_driven_here);
        list.park_counts = if before == after { after } else { None };
        tried += 1;
        if list.park_counts.is_some() || tried == TRIES || !needs_one_moment(&list) {
            return Ok(list);
        }
        std::thread::yield_now();
    }
}

/// The moment on the runtime's own clock.
pub(crate) fn clock(handle: &Handle) -> Instant {
    let _inside = handle.enter();
    ::tokio::time::Instant::now().into_std()
}

/// Whether this thread is the one that polls its tasks: nothing runs while it reads.
fn is_driven_here(introspector: &Introspector, reader: &Reader<'_>, handle: &Handle) -> bool {
    if handle.runtime_flavor() != RuntimeFlavor::CurrentThread {
        return false;
    }
    let owner = |handle: &Handle| Some(introspector.tokio.of_runtime(reader, handle).ok()?.id);
    Handle::try_current().is_ok_and(|current| {
        let current = owner(&current);
        current.is_some() && current == owner(handle)
    })
}

/// Whether anything would be proven if all of it were of one moment.
fn needs_one_moment(list: &TaskList) -> bool {
    let graph = Graph::assuming(|_| true, [list]);
    list.tasks.iter().any(|task| graph.is_stuck(task))
}

/// The park counts of a runtime at this moment.
pub(crate) fn park_counts(handle: &Handle) -> Option<ParkCounts> {
    let introspector = introspector().ok()?;
    let reader = Reader::new(introspector.image);
    stillness::park_counts(handle, is_driven_here(introspector, &reader, handle))
}

/// The armed timers of a runtime.
pub(crate) fn timers(handle: &Handle) -> Result<TimerList, Error> {
    let introspector = introspector()?;
    let reader = Reader::new(introspector.image);
    let read = || {
        reader.memory.forget();
        introspector.tokio.timers(&reader, handle)
    };
    let mut list = read()?;
    for _ in 1..TRIES {
        let again = read()?;
        if again.timers == list.timers {
            return Ok(again);
        }
        list = again;
        std::thread::yield_now();
    }
    list.gap
        .get_or_insert_with(|| "timers came and went while they were listed".to_owned());
    Ok(list)
}

/// A future that is no task.
pub(crate) fn of_future(future: FutureAddress) -> Result<TaskList, Error> {
    introspector()?.list_of(future)
}
