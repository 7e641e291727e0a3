//! Sleeps of tasks at an earlier look: one that has the same task since, until later, is one of many.

use std::{collections::HashMap, time::Instant};

use leakcheck_introspect::{Attempt, Event, State, Task, TaskList};

use super::suspended::{awaits, open};
use crate::base::model::Pause;

/// What each of these tasks sleeps for, in the same way; of very many the first tell.
pub(super) fn pause(tasks: &[&Task], naps: Option<&Naps>) -> Option<Pause> {
    let read = tasks.iter().filter(|task| !task.is_recognised());
    let one = |task: &&Task| {
        let is_again = naps.is_some_and(|naps| naps.has_slept_before(task));
        (pause_of_one(task.attempt(), is_again), is_again)
    };
    let all: Vec<_> = read.map(one).collect();
    let first = all.first()?.0;
    if all.iter().all(|(pause, _)| *pause == first) {
        return first;
    }
    all.iter()
        .all(|(_, is_again)| *is_again)
        .then_some(Pause::Interval)
}

/// A pause after what may have failed is one between attempts if it is not the first.
fn pause_of_one(attempt: Option<Attempt>, is_again: bool) -> Option<Pause> {
    match attempt {
        Some(Attempt::Gone) => Some(Pause::Last),
        Some(Attempt::Failed | Attempt::Connect) => Some(Pause::Retry),
        Some(Attempt::Perhaps) if is_again => Some(Pause::Retry),
        _ => is_again.then_some(Pause::Interval),
    }
}

/// Tasks that are remembered: of very many the first tell as much.
const MOST: usize = 1024;

/// What tasks slept that waited for nothing else, by their numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Naps {
    of_tasks: HashMap<u64, Nap>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Nap {
    /// The awaits at which it was suspended.
    awaits: u64,
    until: Instant,
}

impl Naps {
    pub(crate) fn of<'l>(lists: impl IntoIterator<Item = &'l TaskList>) -> Self {
        let tasks = lists.into_iter().flat_map(TaskList::tasks);
        let naps = tasks.filter_map(|task| Some((task.id(), Nap::of(task)?)));
        Self {
            of_tasks: naps.take(MOST).collect(),
        }
    }

    /// Adds those of a later look; of a task the first one counts.
    pub(crate) fn add(&mut self, later: Self) {
        for (task, nap) in later.of_tasks {
            self.of_tasks.entry(task).or_insert(nap);
        }
    }

    /// Whether a task sleeps where it slept at the earlier look, and until later: it has slept to the end in between.
    fn has_slept_before(&self, task: &Task) -> bool {
        Nap::of(task).is_some_and(|nap| self.has_one_before(task.id(), nap))
    }

    fn has_one_before(&self, task: u64, nap: Nap) -> bool {
        let is_before = |earlier: &Nap| earlier.awaits == nap.awaits && earlier.until < nap.until;
        self.of_tasks.get(&task).is_some_and(is_before)
    }
}

/// Whether none of these tasks runs or is about to, so that each that sleeps was seen to.
pub(crate) fn are_at_rest<'l>(lists: impl IntoIterator<Item = &'l TaskList>) -> bool {
    let mut tasks = lists.into_iter().flat_map(TaskList::tasks);
    tasks.all(|task| matches!(task.state(), State::Idle | State::Complete))
}

impl Nap {
    /// That of a task that waits for a timer and for nothing else.
    fn of(task: &Task) -> Option<Self> {
        let mut waits = open(task);
        let (only, None) = (waits.next()?, waits.next()) else {
            return None;
        };
        match only.event() {
            Event::Deadline(Some(until)) if task.is_complete() => Some(Self {
                awaits: awaits(task),
                until: *until,
            }),
            _ => None,
        }
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use std::time::Duration;

    use super::*;

    fn naps(task: u64, nap: Nap) -> Naps {
        Naps {
            of_tasks: HashMap::from([(task, nap)]),
        }
    }

    #[test]
    fn the_next_sleep_at_the_same_awaits_is_one_more() {
        let first = Nap {
            awaits: 7,
            until: Instant::now(),
        };
        let next = Nap {
            until: first.until + Duration::from_nanos(1),
            ..first
        };
        let elsewhere = Nap { awaits: 8, ..next };
        let seen = naps(1, first);
        assert!(seen.has_one_before(1, next));
        assert!(!seen.has_one_before(1, first), "it is the same sleep");
        assert!(!seen.has_one_before(1, elsewhere), "it is another place");
        assert!(!seen.has_one_before(2, next), "it is another task");
        assert!(!naps(1, next).has_one_before(1, first), "it is earlier");
    }

    #[test]
    fn what_may_be_a_pause_between_attempts_is_one_the_second_time() {
        let perhaps = Some(Attempt::Perhaps);
        assert_eq!(pause_of_one(perhaps, false), None);
        assert_eq!(pause_of_one(perhaps, true), Some(Pause::Retry));
        assert_eq!(
            pause_of_one(Some(Attempt::Failed), false),
            Some(Pause::Retry)
        );
        assert_eq!(pause_of_one(None, true), Some(Pause::Interval));
        assert_eq!(pause_of_one(None, false), None);
    }

    #[test]
    fn of_several_looks_the_first_counts() {
        let first = Nap {
            awaits: 7,
            until: Instant::now(),
        };
        let next = Nap {
            until: first.until + Duration::from_nanos(1),
            ..first
        };
        let mut seen = naps(1, first);
        seen.add(naps(1, next));
        assert!(seen.has_one_before(1, next));
        seen.add(naps(2, first));
        assert!(seen.has_one_before(2, next));
    }
}
