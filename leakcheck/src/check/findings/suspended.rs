//! Where a task is suspended, and what it still waits for there.

use std::hash::{DefaultHasher, Hash, Hasher};

use leakcheck_introspect::{Certainty, Event, Location, Task, Wait};

/// What it still waits for.
pub(super) fn open(task: &Task) -> impl Iterator<Item = &Wait> {
    task.waits().iter().filter(|wait| is_open(task, wait))
}

/// Whether it still waits for it. A timer that a hand-written future has, and whose time has come, is left over.
pub(super) fn is_open(task: &Task, wait: &Wait) -> bool {
    let has_fired = |deadline| deadline <= task.read_at();
    let is_left_over = wait.certainty() == Certainty::Possible
        && matches!(wait.event(), Event::Deadline(Some(deadline)) if has_fired(*deadline));
    !wait.is_over() && !is_left_over
}

/// The same for a task whenever it is suspended at the same awaits.
pub(super) fn awaits(task: &Task) -> u64 {
    let mut hasher = DefaultHasher::new();
    lines(task).hash(&mut hasher);
    for frame in task.chain() {
        frame.state().hash(&mut hasher);
    }
    hasher.finish()
}

/// The same for all tasks that are suspended at the same lines of the same functions.
pub(super) fn lines(task: &Task) -> u64 {
    let mut hasher = DefaultHasher::new();
    for frame in task.chain() {
        frame.function().hash(&mut hasher);
        frame.location().map(Location::line).hash(&mut hasher);
    }
    task.is_new().hash(&mut hasher);
    hasher.finish()
}
