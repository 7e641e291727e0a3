//! Blocking tasks, which stand in no list: recognised in their cells.

use super::{program, tokio::Header, value::Reader};
use crate::{BlockingTask, Error, State};

/// The blocking task with this id that is running in one of these cells.
pub(crate) fn find(
    id: u64,
    mut cells: impl Iterator<Item = u64>,
) -> Result<Option<BlockingTask>, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    let header = program.entrance.known_header();
    let header = header.ok_or_else(|| Error::new("no task was seen yet"))?;
    let has_id = |cell: &u64| header.id(&reader, *cell) == Some(id);
    let Some(address) = cells.find(has_id) else {
        return Ok(None);
    };
    let state = header.state(&reader, address).map(Header::meaning);
    let kind = header.kind(&reader, address)?;
    let Some(called) = kind
        .blocking(&reader)
        .filter(|_| state == Some(State::Running))
    else {
        return Ok(None);
    };
    Ok(Some(BlockingTask {
        address,
        is_closure: called.name.starts_with("{closure_env#"),
    }))
}
