//! What threads are doing that were left behind: asked once, at a time when nobody minds that they are interrupted.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use super::tasks;
use crate::{
    base::model::{Detail, Resource, ResourceId, ThreadActivity},
    observe::capture::{self, tokio_paths::SPAWNER},
    sys::{self, remote_stack::CurrentTask},
};

/// For one thread, which answers within microseconds if it is let to.
const LIMIT: Duration = Duration::from_secs(3);
/// For all of them.
const LIMIT_FOR_ALL: Duration = Duration::from_secs(10);

/// Whether it may be a thread of a runtime's pool.
pub(crate) fn may_serve_a_pool(thread: &Resource) -> bool {
    let is_marked = matches!(thread.detail, Detail::Thread { runtime, .. } if runtime != 0);
    let is_handed = || capture::address(thread.origin, |called| called.is_in(SPAWNER)).is_some();
    is_marked || thread.origin == 0 || is_handed()
}

/// Notes what these threads are doing, but of those that have ended meanwhile. Of those that were found inside of a runtime
/// before, and of those that were marked as one's, it is asked as well which task they run.
pub(crate) fn take<'a>(threads: impl Iterator<Item = &'a mut Resource>) {
    let asker = sys::remote_stack::Asker::new();
    let end = Instant::now() + LIMIT_FOR_ALL;
    let mut done: Vec<&mut Resource> = Vec::new();
    for thread in threads {
        if let Detail::Thread {
            tid,
            activity,
            runtime,
            ..
        } = &mut thread.detail
            // A thread that has not begun has no number yet.
            && *tid != 0
        {
            let left = end.saturating_duration_since(Instant::now());
            // A thread that was marked as a runtime's has entered it, and so has one that was found inside of it.
            let has_entered = *runtime != 0 || activity.is_some();
            let current_task = has_entered.then_some(tasks::current as CurrentTask);
            *activity = asker.ask(*tid, left.min(LIMIT), current_task).map(Arc::new);
            done.push(thread);
        }
    }
    // A thread that is still there was there all the time, so its number was not another's.
    let alive: HashSet<u64> = sys::threads::live(None)
        .iter()
        .map(|thread| thread.number)
        .collect();
    for thread in done {
        if let (ResourceId::Thread(number), Detail::Thread { activity, .. }) =
            (thread.id, &mut thread.detail)
            && !alive.contains(&number)
        {
            *activity = None;
        }
    }
}

/// What the thread with this number of the kernel is doing. It is interrupted: nobody may mind any more.
pub(crate) fn ask(tid: i32) -> Option<ThreadActivity> {
    sys::remote_stack::Asker::new().ask(tid, LIMIT, None)
}

/// Why no thread can be asked, if so.
pub(crate) const fn unavailable() -> Option<&'static str> {
    sys::remote_stack::unavailable()
}
