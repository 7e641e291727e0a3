//! Where things are told: in which finding each task, thread and descriptor is.

use std::{collections::HashMap, net::SocketAddr};

use crate::base::model::{Fact, Keeper, Kept, Kind, Leak, Place};

/// Findings by what is in them, each by its place in the list.
#[derive(Debug, Default)]
pub(super) struct Told<'l> {
    tasks: HashMap<u64, usize>,
    threads: HashMap<u64, usize>,
    processes: HashMap<u64, usize>,
    /// Pipes of which a process has the other end, by the number of the own one.
    pipes: HashMap<u64, u64>,
    /// Connections by the addresses of their two ends, the own one first.
    connections: HashMap<(SocketAddr, SocketAddr), usize>,
    /// What each task certainly has.
    kept: HashMap<u64, Vec<&'l Kept>>,
}

impl<'l> Told<'l> {
    pub(super) fn of(leaks: &'l [Leak]) -> Self {
        let mut told = Self::default();
        let left = leaks.iter().enumerate();
        for (at, leak) in left.filter(|(_, leak)| leak.panic.is_none()) {
            told.add(at, leak);
        }
        told
    }

    fn add(&mut self, at: usize, leak: &'l Leak) {
        if matches!(leak.kind, Kind::Task | Kind::BlockingTask) {
            for task in &leak.tasks {
                self.tasks.entry(*task).or_insert(at);
            }
        }
        for thread in &leak.threads {
            self.threads.entry(*thread).or_insert(at);
        }
        if leak.kind == Kind::Process {
            let numbers = leak.facts.iter().filter_map(|fact| match fact {
                Fact::Process(number) => Some(u64::from(*number)),
                _ => None,
            });
            self.processes.extend(numbers.map(|number| (number, at)));
        }
        for kept in &leak.held {
            self.connections.extend(ends(kept).map(|ends| (ends, at)));
            self.pipes.extend(pipe(kept));
            let certain = kept.by.iter().filter(|keeper| keeper.is_certain());
            for task in certain.filter_map(Keeper::task) {
                self.kept.entry(task).or_default().push(kept);
            }
        }
    }

    /// The finding of this task or blocking task.
    pub(super) fn task(&self, task: u64) -> Option<usize> {
        self.tasks.get(&task).copied()
    }

    /// The finding of this thread.
    pub(super) fn thread(&self, thread: u64) -> Option<usize> {
        self.threads.get(&thread).copied()
    }

    /// The finding of this process.
    pub(super) fn process(&self, process: u64) -> Option<usize> {
        self.processes.get(&process).copied()
    }

    /// The finding of the process that has the other end of the pipe with this number.
    pub(super) fn pipe(&self, descriptor: u64) -> Option<usize> {
        self.process(*self.pipes.get(&descriptor)?)
    }

    /// The descriptors that a task certainly has.
    pub(super) fn kept_by(&self, task: u64) -> &[&'l Kept] {
        self.kept.get(&task).map_or(&[], Vec::as_slice)
    }

    /// The finding of the descriptor at the other end of a connection.
    pub(super) fn far_end(&self, of: &Kept) -> Option<usize> {
        let (local, peer) = ends(of)?;
        self.connections.get(&(peer, local)).copied()
    }
}

/// The addresses of both ends of a connection.
fn ends(kept: &Kept) -> Option<(SocketAddr, SocketAddr)> {
    kept.facts.iter().find_map(|fact| match fact {
        Fact::Place(Place::Connected { local, peer }) => Some((*local, *peer)),
        _ => None,
    })
}

/// The number of a pipe, and of the process that has its other end.
fn pipe(kept: &Kept) -> Option<(u64, u64)> {
    let number = Fact::descriptor(&kept.facts)?;
    let process = kept.facts.iter().find_map(|fact| match fact {
        Fact::PipeOf(process) => Some(u64::from(*process)),
        _ => None,
    })?;
    Some((u64::try_from(number).ok()?, process))
}
