//! Every order in which the hooks of a task may come, one after the other and, under loom, at once.

use super::*;

struct Few(Vec<Slot>);

impl Slots for Few {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn get(&self, index: usize) -> Option<&Slot> {
        self.0.get(index)
    }
    fn peek(&self, index: usize) -> Option<&Slot> {
        self.0.get(index)
    }
}

fn registry(slots: usize) -> Registry<Few> {
    Registry::new(Few((0..slots).map(|_| Slot::default()).collect()))
}

fn task(id: u64) -> Task {
    Task {
        id,
        scope: 7,
        origin: 3,
        runtime: 1,
        polls: 0,
        born_ms: 5,
    }
}

#[cfg(not(leakcheck_loom))]
mod in_order {
    use super::*;

    fn ids(registry: &Registry<Few>) -> Vec<u64> {
        registry.live(|_| true).iter().map(|task| task.id).collect()
    }

    #[test]
    fn a_task_lives_from_start_to_end() {
        let registry = registry(4);
        assert_eq!(registry.start(task(1)), Start::Recorded);
        assert_eq!(registry.poll(1).map(|task| task.polls), Some(1));
        assert_eq!(registry.poll(1).map(|task| task.polls), Some(2));
        assert_eq!(ids(&registry), [1]);
        assert_eq!(
            registry.end(1),
            Some(Task {
                polls: 2,
                ..task(1)
            })
        );
        assert!(ids(&registry).is_empty());
    }

    #[test]
    fn an_end_before_the_start_cancels_it() {
        let registry = registry(4);
        assert_eq!(registry.end(1), None);
        assert_eq!(registry.start(task(1)), Start::Cancelled);
        assert!(ids(&registry).is_empty());
        assert_eq!(registry.start(task(5)), Start::Recorded);
    }

    #[test]
    fn an_end_without_a_start_leaves_the_slot_usable() {
        let registry = registry(1);
        for id in 1..100 {
            assert_eq!(registry.end(id), None);
        }
        assert_eq!(registry.start(task(100)), Start::Recorded);
        assert_eq!(ids(&registry), [100]);
    }

    #[test]
    fn tasks_that_share_a_slot_are_all_kept() {
        let registry = registry(1);
        for id in 1..=5 {
            assert_eq!(registry.start(task(id)), Start::Recorded);
        }
        assert_eq!(ids(&registry), [1, 2, 3, 4, 5]);
        assert_eq!(registry.poll(4).map(|task| task.polls), Some(1));
        for id in [1, 3, 5, 2, 4] {
            assert_eq!(registry.end(id).map(|task| task.id), Some(id));
        }
        assert!(ids(&registry).is_empty());
    }

    #[test]
    fn an_early_end_is_remembered_where_the_slot_is_taken() {
        let registry = registry(1);
        registry.start(task(1));
        assert_eq!(registry.end(2), None);
        assert_eq!(registry.start(task(2)), Start::Cancelled);
        assert_eq!(ids(&registry), [1]);
    }

    #[test]
    fn a_poll_of_an_unknown_task_is_nothing() {
        assert_eq!(registry(2).poll(9), None);
    }
}

#[cfg(leakcheck_loom)]
mod at_once {
    use super::*;
    use loom::{sync::Arc, thread};

    /// However start and end interleave, no phantom is left.
    #[test]
    fn start_and_end_of_one_task() {
        loom::model(|| {
            let registry = Arc::new(registry(1));
            let other = Arc::clone(&registry);
            let ended = thread::spawn(move || other.end(1));
            let started = registry.start(task(1));
            let ended = ended.join().unwrap();
            assert_eq!(ended.is_some(), started == Start::Recorded);
            assert!(registry.live(|_| true).is_empty());
        });
    }

    /// Two tasks that map to one slot do not disturb each other.
    #[test]
    fn two_tasks_in_one_slot() {
        loom::model(|| {
            let registry = Arc::new(registry(1));
            let other = Arc::clone(&registry);
            let thread = thread::spawn(move || {
                assert_eq!(other.start(task(2)), Start::Recorded);
                assert_eq!(other.poll(2).map(|task| task.scope), Some(7));
                assert_eq!(other.end(2).map(|task| task.id), Some(2));
            });
            assert_eq!(registry.start(task(1)), Start::Recorded);
            assert_eq!(registry.poll(1).map(|task| task.origin), Some(3));
            assert_eq!(registry.end(1).map(|task| task.id), Some(1));
            thread.join().unwrap();
            assert!(registry.live(|_| true).is_empty());
        });
    }

    /// A reader sees whole tasks or none.
    #[test]
    fn a_reader_sees_no_torn_task() {
        loom::model(|| {
            let registry = Arc::new(registry(1));
            let other = Arc::clone(&registry);
            let thread = thread::spawn(move || {
                other.start(task(1));
                other.end(1);
                other.start(Task {
                    scope: 8,
                    origin: 9,
                    ..task(2)
                });
            });
            for seen in registry.live(|_| true) {
                let whole = if seen.id == 1 { (7, 3) } else { (8, 9) };
                assert_eq!((seen.scope, seen.origin), whole);
            }
            thread.join().unwrap();
        });
    }
}
