//! Closures that `spawn_blocking` has handed to a pool: no list has them, but their cells are known from when they were made,
//! and a few words of a cell tell whether what is in it has ended.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use leakcheck_introspect::{BlockingTask, Error, TaskList};

use crate::{
    base::model::{Detail, Kind, Resource, ResourceId},
    observe::scope::ScopeId,
    sys::{Creation, clock, creation_stack, task_allocations},
};

/// What may be a closure that was handed to a pool and has not ended; its cell tells, which is no proof.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handed {
    cell: u64,
    made: Creation,
    has_begun: bool,
}

/// A closure that a thread runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Running {
    /// The number that its thread knows it by.
    pub(crate) task: u64,
    /// Whether it is a closure, not a function.
    pub(crate) is_closure: bool,
    pub(crate) has_join_handle: bool,
    pub(crate) origin: u32,
}

/// Those of the scope. No debug info is read: where it has made no tasks of any kind this costs nothing, and otherwise one
/// reading of a few words of each.
pub(crate) fn handed(scope: ScopeId) -> Vec<Handed> {
    if !scope.is_checked() {
        return Vec::new();
    }
    let made = task_allocations::of_scope(scope.index());
    // What an allocator keeps to itself may lie where something else was made before.
    if made.is_empty() || task_allocations::unavailable().is_some() {
        return Vec::new();
    }
    let mut made: Vec<(u64, Creation)> = made
        .into_iter()
        .map(|(address, made)| (address as u64, made))
        .collect();
    made.sort_unstable_by_key(|(address, _)| *address);
    alive(&made)
}

/// The cells of those that there are so far, which are nobody's from here on.
pub(crate) fn take_out(scope: ScopeId) -> Vec<u64> {
    let cells: Vec<u64> = handed(scope).iter().map(|handed| handed.cell).collect();
    for cell in &cells {
        task_allocations::forget(usize::try_from(*cell).unwrap_or(0));
    }
    cells
}

/// How many of those that were taken out have ended: where something was made in the place of one, that has.
pub(crate) fn ended(taken_out: &[u64]) -> usize {
    let is_anew = |cell: &&u64| {
        usize::try_from(**cell).is_ok_and(|cell| task_allocations::find(cell).is_some())
    };
    let alive = BlockingTask::alive_perhaps(taken_out);
    let alive = alive.iter().filter(|(cell, _)| !is_anew(&cell));
    taken_out.len() - alive.count()
}

/// Of cells in the order of their addresses.
fn alive(made: &[(u64, Creation)]) -> Vec<Handed> {
    let addresses: Vec<u64> = made.iter().map(|(address, _)| *address).collect();
    let mut made = made.iter();
    BlockingTask::alive_perhaps(&addresses)
        .into_iter()
        .filter_map(|(cell, has_begun)| {
            let (_, made) = made.find(|(address, _)| *address == cell)?;
            Some(Handed {
                cell,
                made: *made,
                has_begun,
            })
        })
        .collect()
}

/// The same by their identities.
pub(crate) fn by_id(handed: Vec<Handed>) -> HashMap<ResourceId, Handed> {
    handed
        .into_iter()
        .map(|handed| (handed.id(), handed))
        .collect()
}

impl Handed {
    /// Identity that survives the reuse of its memory.
    pub(crate) fn id(&self) -> ResourceId {
        let mut hasher = DefaultHasher::new();
        (self.cell, self.made.born_ms, self.made.origin).hash(&mut hasher);
        ResourceId::Other(Kind::BlockingTask, hasher.finish())
    }

    /// The path that handed it over, without those that led there.
    pub(crate) fn origin(&self) -> u32 {
        self.made.origin
    }

    /// Whether a thread has begun to run it.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// What it is without knowing which thread has it.
    pub(crate) fn resource(&self) -> Resource {
        Resource {
            id: self.id(),
            origin: self.made.origin,
            age_ms: Some(clock::now_ms().saturating_sub(self.made.born_ms)),
            detail: Detail::Thread {
                tid: 0,
                name: None,
                runtime: 0,
                parent: 0,
                activity: None,
                place: 0,
                closure: Some("".into()),
            },
        }
    }

    /// The closure, where that is what it is and a thread runs it; the lists have tasks that may have made it.
    ///
    /// # Errors
    ///
    /// Where debug info does not lead there.
    pub(crate) fn read(&self, lists: &[&TaskList]) -> Result<Option<Running>, Error> {
        let found = BlockingTask::at(self.cell)?.filter(|found| !found.is_worker());
        Ok(found.map(|found| Running {
            task: found.id(),
            is_closure: found.is_closure(),
            has_join_handle: found.has_join_handle(),
            origin: path(&self.made, lists),
        }))
    }
}

/// The closure with this number, which must be running, if it was made in the scope.
pub(crate) fn find(number: u64, scope: ScopeId, lists: &[&TaskList]) -> Option<(Handed, Running)> {
    handed(scope).into_iter().find_map(|handed| {
        let running = handed.read(lists).ok().flatten()?;
        (running.task == number).then_some((handed, running))
    })
}

/// The closure with this number, if it is known to have been made in the scope, where, and that its handle is gone.
pub(crate) fn detached(list: Option<&TaskList>, scope: ScopeId, number: u64) -> Option<Resource> {
    let lists: Vec<&TaskList> = list.into_iter().collect();
    let (handed, running) = find(number, scope, &lists)?;
    let is_known = !running.has_join_handle && running.origin != 0;
    is_known.then(|| Resource {
        origin: running.origin,
        ..handed.resource()
    })
}

/// The creation path, continued by those of the parents that are still there, where a task made it: the thread that polled
/// that says nothing.
fn path(made: &Creation, lists: &[&TaskList]) -> u32 {
    /// Generations that are followed.
    const MOST: usize = 16;
    let parent = |child: &Creation| {
        let task = lists.iter().find_map(|list| list.find(child.parent))?;
        task_allocations::find(usize::try_from(task.address()).ok()?)
    };
    let line: Vec<Creation> = std::iter::successors(Some(*made), parent)
        .take(MOST)
        .collect();
    line.iter().rev().fold(0, |above, made| {
        if made.parent == 0 {
            return made.origin;
        }
        creation_stack::intern(&creation_stack::frames(made.origin).iter().copied(), above)
    })
}

#[cfg(all(test, not(leakcheck_loom), not(miri)))]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::observe::sources::tasks;

    fn hold((tell, wait): (mpsc::Sender<u64>, mpsc::Receiver<()>)) {
        tell.send(tasks::current()).unwrap();
        wait.recv().unwrap_err();
    }

    #[test]
    fn a_closure_is_found_while_it_runs() {
        if leakcheck_introspect::available().is_err() || task_allocations::unavailable().is_some() {
            return;
        }
        let kept = [(); 2].map(|()| crate::observe::scope::Scope::open().unwrap());
        let [scope, other] = [kept[0].id(), kept[1].id()];
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let channels = || {
            let ((tell, told), (release, wait)) = (mpsc::channel(), mpsc::channel());
            ((tell, wait), told, release)
        };
        let find = |number, scope| super::find(number, scope, &[]).map(|(_, running)| running);
        let (closure, function) = (channels(), channels());
        let tasks = {
            let _inside = scope.enter();
            let held = closure.0;
            [
                runtime.spawn_blocking(move || hold(held)),
                runtime.spawn_blocking({
                    let held = std::sync::Mutex::new(Some(function.0));
                    move || hold(held.lock().unwrap().take().unwrap())
                }),
            ]
        };
        let number = closure.1.recv().unwrap();
        let second = function.1.recv().unwrap();
        let found = find(number, scope).expect("it runs");
        assert!(found.is_closure);
        assert_ne!(found.origin, 0);
        assert_ne!(found.origin, find(second, scope).expect("it runs").origin);
        assert_eq!(find(number, other), None);
        assert_eq!(find(u64::MAX, scope), None);
        drop((closure.2, function.2));
        for task in tasks {
            runtime.block_on(task).unwrap();
        }
    }
}
