//! Where those were looked for who could wake tasks, and what was not found.

use std::collections::HashMap;

use leakcheck_introspect::{Graph, Statics, Task, TaskList, ThreadStack, Wait};

use super::naps::{self, Naps};
use crate::base::model::{Detail, Kind, Missing, Pause, Resource, ResourceId};

/// What others than tasks have.
#[derive(Debug)]
pub(crate) struct Others {
    pub(crate) statics: Statics,
    /// Of threads whose stacks could be read.
    pub(crate) threads: Vec<ThreadStack>,
}

/// What is known beside the lists of tasks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beside<'l> {
    pub(crate) others: Option<&'l Others>,
    /// From an earlier look.
    pub(crate) naps: Option<&'l Naps>,
}

/// What was searched.
pub(super) struct Search<'l> {
    pub(super) graph: Graph<'l>,
    pub(super) has_statics: bool,
    /// Whether all of it was read to its end.
    pub(super) is_whole: bool,
    /// Whether threads are alive, and how many of them were not searched.
    has_threads: bool,
    threads: usize,
    /// The names of threads, by their numbers.
    names: HashMap<u64, &'l str>,
    naps: Option<&'l Naps>,
}

impl<'l> Search<'l> {
    /// The tasks of these lists, with what others had at the same time, while these things were alive.
    pub(super) fn of(
        lists: &[&'l TaskList],
        others: Option<&'l Others>,
        alive: &'l [Resource],
    ) -> Self {
        let graph = Graph::new(lists.iter().copied());
        let is_thread = |one: &&Resource| matches!(one.kind(), Kind::Thread | Kind::BlockingTask);
        let threads = alive.iter().filter(is_thread).count();
        let searched = others.map_or(0, |others| others.threads.len());
        let statics = others.map(|others| &others.statics);
        Self {
            graph: match others {
                Some(others) => graph
                    .with_statics(&others.statics)
                    .with_threads(&others.threads),
                None => graph,
            },
            has_statics: others.is_some(),
            is_whole: lists.iter().all(|list| list.has_all_holds())
                && statics.is_some_and(Statics::is_whole),
            has_threads: threads > 0,
            threads: threads.saturating_sub(searched),
            names: alive.iter().filter_map(name).collect(),
            naps: None,
        }
    }

    /// The same, where it may be known what the tasks slept at an earlier look.
    pub(super) fn after(self, naps: Option<&'l Naps>) -> Self {
        Self { naps, ..self }
    }

    /// What each of these tasks sleeps for.
    pub(super) fn pause(&self, tasks: &[&Task]) -> Option<Pause> {
        naps::pause(tasks, self.naps)
    }

    /// The name of a thread, if it has one.
    pub(super) fn name_of(&self, thread: &ThreadStack) -> &'l str {
        self.names.get(&thread.number()).copied().unwrap_or("")
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
            has_threads: self.has_threads,
            threads: self.threads,
        })
    }
}

fn name(resource: &Resource) -> Option<(u64, &str)> {
    match (resource.id, &resource.detail) {
        (ResourceId::Thread(number), Detail::Thread { name, .. }) => {
            Some((number, name.as_deref()?))
        }
        _ => None,
    }
}
