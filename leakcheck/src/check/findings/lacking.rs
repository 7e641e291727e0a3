//! Which tasks wait for what others than tasks may have.

use leakcheck_introspect::{Certainty, Event, Graph, Task, Wait};

use super::suspended::open;

/// Whether a task waits for something that not all of those were found to have who can have it.
pub(crate) fn lacks_keepers(task: &Task, graph: &Graph<'_>) -> bool {
    let mut waits = open(task).filter(|wait| may_be_kept(wait.event()));
    let is_lacking = |wait: &Wait| {
        let wakers = graph.wakers(task, wait);
        // What may have been moved away may be there twice.
        let mut held = wakers.iter().filter_map(|waker| waker.hold);
        let are_certain = held.all(|hold| hold.certainty() == Certainty::Certain);
        !are_certain || graph.ends_found(task, wait) < wait.ends().unwrap_or(u64::MAX)
    };
    !graph.is_stuck(task) && waits.any(is_lacking)
}

/// Whether somebody could hold what brings it about.
fn may_be_kept(event: &Event) -> bool {
    matches!(
        event,
        Event::Message { .. }
            | Event::Change { .. }
            | Event::Capacity
            | Event::Closed
            | Event::Permit
            | Event::Notification
            | Event::Arrivals
            | Event::Cancellation { .. }
    )
}
