//! What tasks keep that wait for ever: nobody else gets it.

use std::collections::{HashMap, HashSet};

use crate::{Certainty, Event, Hold, Object, Role, Task, Wait};

/// What stuck tasks keep, by what it is of. There may be as many of them as there are tasks, so nobody looks through all.
#[derive(Debug, Default)]
pub(crate) struct Kept<'l> {
    holds: HashMap<Object, Vec<&'l Hold>>,
    /// What others certainly hold.
    elsewhere: HashSet<(Object, Role)>,
    /// The first place in the queue of a lock from which its turn never comes.
    barred: HashMap<Object, u64>,
}

impl<'l> Kept<'l> {
    /// What those of the tasks that are stuck hold for certain, and nobody else can come to: an `Arc` with another owner proves
    /// nothing.
    pub(crate) fn by(tasks: &[&'l Task], is_stuck: impl Fn(&Task) -> bool) -> Self {
        let mut kept = Self::default();
        for task in tasks {
            let is_stuck = is_stuck(task);
            let holds = task.holds.iter();
            for hold in holds.filter(|hold| hold.certainty == Certainty::Certain) {
                let object = hold.object.identity();
                if !is_stuck {
                    kept.elsewhere.insert((object, hold.role));
                } else if hold.is_sole {
                    kept.holds.entry(object).or_default().push(hold);
                }
            }
        }
        kept
    }

    /// Bars the queues of the locks for which these wait in vain: they are served in order.
    pub(crate) fn bar<'w>(&mut self, in_vain: impl IntoIterator<Item = &'w Wait>) {
        for (lock, place) in in_vain.into_iter().filter_map(place_in_queue) {
            let first = self.barred.entry(lock).or_insert(place);
            *first = place.min(*first);
        }
    }

    /// What is kept of an object.
    pub(crate) fn of(&self, object: Object) -> impl Iterator<Item = &'l Hold> {
        let holds = self.holds.get(&object.identity());
        holds.into_iter().flatten().copied()
    }

    /// Whether something is kept of an object by who has this part in it.
    pub(crate) fn has(&self, object: Object, role: Role) -> bool {
        self.of(object).any(|hold| hold.role == role)
    }

    /// Whether somebody who goes on has this part in an object: where nobody else can have it, one of both was misread.
    pub(crate) fn is_elsewhere(&self, object: Object, role: Role) -> bool {
        self.elsewhere.contains(&(object.identity(), role))
    }

    /// Whether somebody waits in vain before it in the queue of a lock.
    pub(crate) fn is_before(&self, wait: &Wait) -> bool {
        let own = place_in_queue(wait);
        own.is_some_and(|(object, own)| self.barred.get(&object).is_some_and(|first| *first < own))
    }
}

/// Where it is in the queue of which lock.
fn place_in_queue(wait: &Wait) -> Option<(Object, u64)> {
    let lock = wait.object.filter(|_| wait.event == Event::Permit)?;
    Some((lock.identity(), wait.ahead?))
}
