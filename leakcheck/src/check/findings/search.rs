//! Where those were looked for who could wake tasks, and what was not found.

use leakcheck_introspect::{Graph, Statics, Task, TaskList, Wait};

use crate::base::model::{Kind, Missing, Resource};

/// What was searched.
pub(super) struct Search<'l> {
    pub(super) graph: Graph<'l>,
    pub(super) has_statics: bool,
    /// Whether all of it was read to its end.
    is_whole: bool,
    /// Threads that are alive.
    threads: usize,
}

impl<'l> Search<'l> {
    /// The tasks of these lists, with what statics held at the same time, while these things were alive.
    pub(super) fn of(
        lists: &[&'l TaskList],
        statics: Option<&'l Statics>,
        alive: &[Resource],
    ) -> Self {
        let graph = Graph::new(lists.iter().copied());
        let is_thread = |one: &&Resource| matches!(one.kind(), Kind::Thread | Kind::BlockingTask);
        Self {
            graph: match statics {
                Some(statics) => graph.with_statics(statics),
                None => graph,
            },
            has_statics: statics.is_some(),
            is_whole: lists.iter().all(|list| list.has_all_holds())
                && statics.is_some_and(Statics::is_whole),
            threads: alive.iter().filter(is_thread).count(),
        }
    }

    /// What all of these tasks miss of what they wait for; `None` where they do not miss the same.
    pub(super) fn missing(&self, all: &[(&Task, &Wait)]) -> Option<Missing> {
        let of = |(task, wait): &(&Task, &Wait)| {
            let found = self.graph.ends_found(task, wait);
            wait.ends()?.checked_sub(found).filter(|ends| *ends > 0)
        };
        let (first, others) = all.split_first()?;
        let ends = of(first).filter(|_| self.has_statics)?;
        let is_same = |other| of(other) == Some(ends);
        others.iter().all(is_same).then_some(Missing {
            ends,
            is_whole: self.is_whole,
            threads: self.threads,
        })
    }
}
