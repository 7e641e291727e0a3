//! What is known of this program, and lists that are read by it.

use std::time::Instant;

use super::{
    dwarf::Image,
    task_reader::{self, TaskReader},
    tokio::{Owner, TokioTypes},
    value::Reader,
};
use crate::{Error, FutureAddress, Task, TaskList, park_counts::ParkCounts, task_list::Detail};

/// Tries to read a runtime that does not keep still.
pub(super) const TRIES: u32 = 4;

/// All that is read by, found out once.
#[derive(Debug)]
pub(super) struct Introspector {
    pub(super) image: &'static Image,
    pub(super) tokio: TokioTypes,
}

impl Introspector {
    /// A list of one: of a future that is no task.
    pub(super) fn list_of(&self, future: FutureAddress) -> Result<TaskList, Error> {
        let reader = Reader::new(self.image);
        let task = task_reader::future(&reader, future, self.tokio.known_header())?;
        Ok(TaskList {
            tasks: vec![task],
            alive: None,
            gap: None,
            park_counts: Some(ParkCounts::own()),
            is_closed: false,
        })
    }

    /// Lists the tasks that stand in lists, which belong to a runtime with this count of its own and this moment on its clock, or
    /// to a set.
    pub(super) fn list(
        &self,
        reader: &Reader<'_>,
        detail: Detail,
        runtime: Option<(&dyn Fn() -> usize, Instant)>,
        owner: impl Fn() -> Result<Owner, Error>,
    ) -> Result<TaskList, Error> {
        let mut tried = 0;
        let alive = runtime.map(|(alive, _)| alive);
        // A set is read by the thread that drives it.
        let now = runtime.map_or_else(|| ::tokio::time::Instant::now().into_std(), |(_, now)| now);
        let (traversal, alive, gap, is_closed) = loop {
            reader.memory.forget();
            let owner = owner()?;
            // Asked first: what is found from here on is all that will ever be.
            let is_closed = owner.is_closed(reader);
            let before = alive.map(|alive| alive());
            let mut traversal = self.tokio.traverse(reader, &owner)?;
            let alive = alive.map(|alive| alive());
            if alive != before && traversal.torn.is_none() {
                traversal.torn = Some(Error::new("tasks came and went while they were listed"));
            }
            let found = traversal.tasks.len();
            let expected = alive.or_else(|| usize::try_from(owner.count?).ok());
            let gap = match (&traversal.torn, expected) {
                (Some(torn), _) => Some(torn.to_string()),
                (None, Some(expected)) if expected != found => Some(format!(
                    "the runtime counts {expected} tasks, and {found} were found"
                )),
                _ => None,
            };
            tried += 1;
            if gap.is_none() || tried == TRIES {
                break (traversal, alive, gap, is_closed);
            }
            std::thread::yield_now();
        };
        let mut tasks = Vec::new();
        if let Some(header) = self.tokio.known_header() {
            let mut task_reader = TaskReader::new(reader, header, detail, now);
            let listed = traversal.tasks.iter();
            tasks.extend(listed.map(|listed| task_reader.task(listed)));
        }
        tasks.sort_unstable_by_key(Task::id);
        Ok(TaskList {
            tasks,
            alive,
            gap,
            park_counts: Some(ParkCounts::own()),
            is_closed,
        })
    }
}
