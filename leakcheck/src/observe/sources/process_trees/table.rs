//! All processes at one moment, and who has started whom.

use std::{collections::HashMap, process};

use crate::{
    base::model::{Below, Kind, ProcessState, Resource, ResourceId},
    observe::sources::processes,
    sys::{child::Process, children},
};

/// Processes below another that are told one by one.
const SHOWN: usize = 3;
/// Added to the ids of processes that are no children: children are counted.
pub(super) const NO_CHILD: u64 = 1 << 63;

/// All processes at one moment, as far as `/proc` shows them.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) of: HashMap<u32, Process>,
}

/// Tells it from a later process with its number.
pub(super) fn orphan_id(process: &Process) -> u64 {
    NO_CHILD | process.start << 32 | u64::from(process.pid)
}

impl Table {
    pub(super) fn read() -> Self {
        let all = children::every().into_iter();
        Self {
            of: all.map(|process| (process.pid, process)).collect(),
        }
    }

    /// One that was found, if it is there still.
    pub(super) fn find(&self, found: &Resource) -> Option<&Process> {
        let ResourceId::Other(Kind::Process, id) = found.id else {
            return None;
        };
        if id & NO_CHILD == 0 {
            let process = self.of.get(&children::find(id)?.pid)?;
            return (process.parent == process::id()).then_some(process);
        }
        let mut all = self.of.values();
        all.find(|process| orphan_id(process) == id)
    }

    /// Its parent, and the parents of that, as far as they are there. A later process may have the id of a parent that is gone.
    pub(super) fn above(&self, process: &Process) -> impl Iterator<Item = &Process> {
        let parent = |child: &Process| {
            let parent = self.of.get(&child.parent)?;
            (parent.start <= child.start && parent.pid != child.pid).then_some(parent)
        };
        // No more than there are, should numbers that were read at different moments make a circle.
        std::iter::successors(parent(process), move |child| parent(child)).take(self.of.len())
    }

    /// Whether this process is above it: then it is told with the child that leads to it, or by who has started that.
    pub(super) fn is_ours(&self, process: &Process) -> bool {
        let own = process::id();
        process.pid == own || self.above(process).any(|parent| parent.pid == own)
    }

    /// What runs below the process, oldest first.
    pub(super) fn below(&self, pid: u32) -> Option<Below> {
        let is_below = |process: &&Process| {
            process.state == ProcessState::Running
                && self.above(process).any(|parent| parent.pid == pid)
        };
        let mut all: Vec<&Process> = self.of.values().filter(is_below).collect();
        all.sort_unstable_by_key(|process| (process.start, process.pid));
        let first = all.iter().take(SHOWN);
        let first: Vec<_> = first
            .map(|process| (processes::words(process.pid.into()), process.pid))
            .collect();
        (!first.is_empty()).then(|| Below {
            more: all.len() - first.len(),
            first,
        })
    }
}
