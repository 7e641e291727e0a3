//! Blocking tasks, which stand in no list: recognised in their cells.

use super::{
    memory,
    startup::introspector,
    tokio::{Header, blocking_if_alive, layout},
    value::Reader,
};
use crate::{BlockingTask, Error, State};

/// Those of the cells where a blocking task may be that has not ended, and whether it has begun.
pub(crate) fn alive_perhaps(cells: &[u64]) -> Vec<(u64, bool)> {
    let span = memory::own_span();
    let mut alive = Vec::new();
    memory::gather(cells, |cell, header| {
        alive.extend(blocking_if_alive(header, span).map(|has_begun| (cell, has_begun)));
    });
    alive
}

/// The blocking task that is running in this cell.
pub(crate) fn at(cell: u64) -> Result<Option<BlockingTask>, Error> {
    let introspector = introspector()?;
    let reader = Reader::new(introspector.image);
    let header = introspector.tokio.known_header();
    let header = header.ok_or_else(|| Error::new("no task was seen yet"))?;
    let Some(id) = header.id(&reader, cell) else {
        return Ok(None);
    };
    let kind = header.kind(&reader, cell)?;
    let called = kind.blocking(&reader);
    let state = header.state(&reader, cell);
    let is_running =
        state.map(Header::meaning) == Some(State::Running) && !kind.has_ended(&reader, cell);
    Ok(called.filter(|_| is_running).map(|called| BlockingTask {
        id,
        is_closure: called.name.starts_with("{closure_env#"),
        is_worker: called.base.starts_with(layout::SCHEDULER),
        has_join_handle: state.is_none_or(Header::has_join_handle),
    }))
}

#[cfg(all(test, not(miri)))]
mod tests {
    use std::{future::pending, sync::mpsc};

    use ::tokio::{
        runtime::{Builder, Runtime},
        task::{AbortHandle, JoinHandle},
    };

    use super::*;

    fn runtime() -> Runtime {
        let mut builder = Builder::new_current_thread();
        let runtime = builder.max_blocking_threads(1).build();
        runtime.expect("it is built")
    }

    fn cell(handle: &AbortHandle) -> u64 {
        memory::pointer_in(handle, 0).expect("it consists of it")
    }

    /// A closure that has begun, and what ends it.
    fn begun(runtime: &Runtime) -> (JoinHandle<()>, mpsc::Sender<()>) {
        let (release, held) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let task = runtime.spawn_blocking(move || {
            tell.send(()).expect("it waits");
            let _ = held.recv();
        });
        told.recv().expect("it tells");
        (task, release)
    }

    #[test]
    fn it_is_alive_until_it_ends() {
        let runtime = runtime();
        let (first, release) = begun(&runtime);
        let second = runtime.spawn_blocking(|| {});
        let cells = [&first, &second].map(|task| cell(&task.abort_handle()));
        let alive = |cell| alive_perhaps(&[cell]);
        assert_eq!(
            cells.map(alive),
            [vec![(cells[0], true)], vec![(cells[1], false)]]
        );
        let found = at(cells[0])
            .expect("tests have debug info")
            .expect("it runs");
        assert!(found.is_closure() && !found.is_worker() && found.has_join_handle());
        assert_eq!(at(cells[1]).expect("tests have debug info"), None);
        first.abort();
        assert_eq!(alive(cells[0]), [(cells[0], true)], "that does not end it");
        let handles = [&first, &second].map(JoinHandle::abort_handle);
        drop(release);
        runtime.block_on(async {
            first.await.expect("it does not panic");
            second.await.expect("it does not panic");
        });
        assert_eq!(cells.map(alive), [[]; 2], "the handles keep the cells");
        // What is given back keeps its words, but for those that are used again: here the first, in a copy.
        let mut words = Vec::new();
        memory::gather::<256>(&cells[..1], |_, copy| {
            let chunks = copy.as_chunks().0.iter();
            words.extend(chunks.map(|word| u64::from_le_bytes(*word)));
        });
        words[0] = layout::RUNNING | 1 << layout::REFERENCES;
        let copy = words.as_ptr() as u64;
        assert_eq!(alive(copy), [(copy, true)], "by its header it runs");
        assert_eq!(at(copy).expect("tests have debug info"), None);
        drop(handles);
    }

    #[test]
    fn a_task_is_none() {
        let runtime = runtime();
        let task = runtime.spawn(pending::<()>());
        assert!(alive_perhaps(&[cell(&task.abort_handle())]).is_empty());
    }

    #[test]
    fn anything_else_is_none() {
        let words = [u64::MAX, 0, 64, 65, 68, 4096].map(|word| [word; 64]);
        let places = words.iter().map(|place| place.as_ptr() as u64);
        let unmapped = [0, 8, 1 << 47, u64::MAX];
        let all: Vec<u64> = places.chain(unmapped).collect();
        assert!(alive_perhaps(&all).is_empty());
    }
}
