//! Blocking tasks, which stand in no list: recognised in their cells.

use super::{
    memory, program,
    tokio::{Header, blocking_if_alive, layout},
    value::Reader,
};
use crate::{BlockingTask, Error, State};

/// Those of the cells where a blocking task may be that has not ended, and whether it has begun.
pub(crate) fn alive_perhaps(cells: &[u64]) -> Vec<(u64, bool)> {
    let span = memory::own_span();
    let headers = memory::gather::<{ layout::HEADER }>(cells);
    let cells = cells.iter().copied().zip(headers);
    let alive = cells.filter_map(|(cell, header)| Some((cell, blocking_if_alive(&header?, span)?)));
    alive.collect()
}

/// The blocking task that is running in this cell.
pub(crate) fn at(cell: u64) -> Result<Option<BlockingTask>, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    let header = program.entrance.known_header();
    let header = header.ok_or_else(|| Error::new("no task was seen yet"))?;
    let Some(id) = header.id(&reader, cell) else {
        return Ok(None);
    };
    let kind = header.kind(&reader, cell)?;
    let called = kind.blocking(&reader);
    let is_running = header.state(&reader, cell).map(Header::meaning) == Some(State::Running);
    Ok(called
        .filter(|_| is_running)
        .map(|called| BlockingTask {
            id,
            is_closure: called.name.starts_with("{closure_env#"),
            is_worker: called.base.starts_with(layout::SCHEDULER),
        }))
}
