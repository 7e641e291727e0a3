//! A shape is a way to await, as data: what to spawn, and how its tasks must read.

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    fmt,
    os::fd::{AsRawFd, RawFd},
    time::Duration,
};

use tokio::task::JoinHandle;

/// Longer than any test; expectations tell deadlines in hours.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// The shapes of one file.
pub(crate) struct Area {
    /// Its name.
    pub(crate) file: &'static str,
    /// Its content, for the lines that markers stand on.
    pub(crate) source: &'static str,
    pub(crate) shapes: &'static [Shape],
}

/// One way to await.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// Runs inside the runtime.
    pub(crate) spawn: fn(&mut Stage),
    /// All of its tasks, in the form that `text` describes.
    pub(crate) tasks: &'static str,
}

type Step = Box<dyn FnOnce(&mut Stage)>;

/// What goes on behind the back of the tasks.
#[derive(Default)]
pub(crate) struct Stage {
    kept: Vec<Box<dyn Any>>,
    later: Vec<Step>,
    ids: BTreeSet<u64>,
    descriptors: BTreeMap<u64, &'static str>,
}

impl Stage {
    /// Spawns a task.
    pub(crate) fn spawn<F>(&mut self, future: F)
    where
        F: Future<Output: Send> + Send + 'static,
    {
        drop(self.spawn_joinable(future));
    }

    /// Spawns a task that somebody joins.
    pub(crate) fn spawn_joinable<F>(&mut self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let handle = tokio::spawn(future);
        self.note(handle.id());
        handle
    }

    /// Spawns a task into the `LocalSet` that runs.
    pub(crate) fn spawn_local<F: Future + 'static>(&mut self, future: F) {
        let id = tokio::task::spawn_local(future).id();
        self.note(id);
    }

    /// Notes a task that was spawned by other means.
    pub(crate) fn note(&mut self, id: impl fmt::Display) {
        let id = id.to_string().parse().expect("ids are numbers");
        assert!(self.ids.insert(id), "two tasks with the id {id}");
    }

    /// Keeps something alive, outside of all tasks.
    pub(crate) fn keep(&mut self, thing: impl Any) {
        self.kept.push(Box::new(thing));
    }

    /// Spawns more once everything that was spawned before is parked, where the order of arrival counts.
    pub(crate) fn later(&mut self, step: impl FnOnce(&mut Stage) + 'static) {
        self.later.push(Box::new(step));
    }

    /// Gives a descriptor the name by which expectations know it.
    pub(crate) fn descriptor(&mut self, name: &'static str, of: &impl AsRawFd) {
        self.descriptors.insert(number(of.as_raw_fd()), name);
    }

    /// The name of a descriptor.
    pub(crate) fn descriptor_name(&self, number: u64) -> &'static str {
        self.descriptors.get(&number).copied().unwrap_or("unknown")
    }

    /// The ids of all tasks that were spawned, as tokio told them.
    pub(crate) fn ids(&self) -> &BTreeSet<u64> {
        &self.ids
    }

    /// Runs what was put off, and tells whether there was any.
    pub(crate) fn advance(&mut self) -> bool {
        let later = std::mem::take(&mut self.later);
        let is_any = !later.is_empty();
        for step in later {
            step(self);
        }
        is_any
    }
}

fn number(descriptor: RawFd) -> u64 {
    u64::try_from(descriptor).expect("open descriptors are not negative")
}
