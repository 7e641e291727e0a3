//! Closures that `spawn_blocking` has handed to a thread: no list has them, but their cells are known from when they were
//! made, and the thread that runs one knows its number.

use leakcheck_introspect::{BlockingTask, TaskList};

use crate::{
    scope::ScopeId,
    sys::{Creation, cells, clock, origin},
};

/// A blocking task that runs, and how it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocking {
    /// Whether it is a closure, not a function.
    pub(crate) is_closure: bool,
    pub(crate) origin: u32,
    pub(crate) age_ms: u64,
}

/// The blocking task with this number, which must be running, if it was made in the scope; the lists have tasks that may
/// have made it.
pub(crate) fn find(number: u64, scope: ScopeId, lists: &[&TaskList]) -> Option<Blocking> {
    // What an allocator keeps to itself may lie where something else was made before.
    if cells::unavailable().is_some() {
        return None;
    }
    let mut made = cells::of_scope(scope.index());
    // Most are dead, the newest least likely.
    made.sort_unstable_by_key(|(_, made)| std::cmp::Reverse(made.born_ms));
    let addresses = made.iter().map(|(address, _)| *address as u64);
    let found = BlockingTask::find(number, addresses).ok()??;
    let is_found = |cell: &&(usize, Creation)| cell.0 as u64 == found.address();
    let (_, made) = made.iter().find(is_found)?;
    Some(Blocking {
        is_closure: found.is_closure(),
        origin: path(made, lists),
        age_ms: clock::now_ms().saturating_sub(made.born_ms),
    })
}

/// The creation path, continued by those of the parents that are still there, where a task made it: the thread that polled
/// that says nothing.
fn path(made: &Creation, lists: &[&TaskList]) -> u32 {
    /// Generations that are followed.
    const MOST: usize = 16;
    let parent = |child: &Creation| {
        let task = lists.iter().find_map(|list| list.find(child.parent))?;
        cells::find(usize::try_from(task.address()).ok()?)
    };
    let line: Vec<Creation> = std::iter::successors(Some(*made), parent)
        .take(MOST)
        .collect();
    line.iter().rev().fold(0, |above, made| {
        if made.parent == 0 {
            return made.origin;
        }
        origin::intern(&origin::frames(made.origin).iter().copied(), above)
    })
}

#[cfg(all(test, not(leakcheck_loom), not(miri)))]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::sources::tasks;

    fn hold((tell, wait): (mpsc::Sender<u64>, mpsc::Receiver<()>)) {
        tell.send(tasks::current()).unwrap();
        wait.recv().unwrap_err();
    }

    #[test]
    fn a_closure_is_found_while_it_runs() {
        if leakcheck_introspect::available().is_err() || cells::unavailable().is_some() {
            return;
        }
        let kept = [(); 2].map(|()| crate::scope::Scope::open().unwrap());
        let [scope, other] = [kept[0].id(), kept[1].id()];
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let channels = || {
            let ((tell, told), (release, wait)) = (mpsc::channel(), mpsc::channel());
            ((tell, wait), told, release)
        };
        let find = |number, scope| super::find(number, scope, &[]);
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
