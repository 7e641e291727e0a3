//! A future that is no task.

use super::{startup::introspector, task_reader, value::Reader};
use crate::{Error, FutureAddress, TaskList, park_counts::ParkCounts};

/// Reads it as a list of one.
pub(crate) fn of_future(future: FutureAddress) -> Result<TaskList, Error> {
    let introspector = introspector()?;
    let reader = Reader::new(&introspector.image);
    let task = task_reader::future(&reader, future, introspector.tokio.known_header())?;
    Ok(TaskList {
        tasks: vec![task],
        alive: None,
        gap: None,
        park_counts: Some(ParkCounts::own()),
        is_closed: false,
    })
}
