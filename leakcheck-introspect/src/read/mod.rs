//! How tasks are read: memory, debug info, typed values, tokio's structures, futures. Data flows in this order.

mod decode;
mod dwarf;
mod memory;
mod tokio;
mod value;

use std::sync::{Arc, OnceLock};

use ::tokio::{runtime::Handle, task::LocalSet};

use self::{
    decode::{coroutine_name, decode, short},
    dwarf::Image,
    tokio::{Entrance, Header, Listed, Owned},
    value::Reader,
};
use crate::{Error, State, Task, TaskList};

/// Tries to read a runtime that does not keep still.
const TRIES: u32 = 4;

/// What is known of this program, found out once.
#[derive(Debug)]
struct Program {
    image: Image,
    entrance: Entrance,
}

fn program() -> Result<&'static Program, Error> {
    static PROGRAM: OnceLock<Result<Program, Error>> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let image = Image::open()?;
        let entrance = Entrance::find(&image)?;
        Ok(Program { image, entrance })
    });
    program.as_ref().map_err(Clone::clone)
}

/// Whether tasks can be read in this program at all.
///
/// # Errors
///
/// Where they cannot, with what to change.
pub fn available() -> Result<(), Error> {
    program().map(|_| ())
}

/// The tasks of a runtime.
pub(crate) fn of_runtime(handle: &Handle) -> Result<TaskList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    let alive = || handle.metrics().num_alive_tasks();
    list(program, &reader, Some(&alive), || {
        program.entrance.of_runtime(&reader, handle)
    })
}

/// The tasks of a `LocalSet`.
pub(crate) fn of_local_set(set: &LocalSet) -> Result<TaskList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    list(program, &reader, None, || {
        program.entrance.of_local_set(&reader, set)
    })
}

fn list(
    program: &Program,
    reader: &Reader<'_>,
    alive: Option<&dyn Fn() -> usize>,
    owned: impl Fn() -> Result<Owned, Error>,
) -> Result<TaskList, Error> {
    let mut tried = 0;
    let (walked, alive, gap) = loop {
        reader.memory.forget();
        let owned = owned()?;
        let walked = program.entrance.walk(reader, &owned)?;
        let alive = alive.map(|alive| alive());
        let found = walked.tasks.len();
        let expected = alive.or_else(|| usize::try_from(owned.count?).ok());
        let gap = match (&walked.torn, expected) {
            (Some(torn), _) => Some(torn.to_string()),
            (None, Some(expected)) if expected != found => Some(format!(
                "the runtime counts {expected} tasks, and {found} were found"
            )),
            _ => None,
        };
        tried += 1;
        if gap.is_none() || tried == TRIES {
            break (walked, alive, gap);
        }
        std::thread::yield_now();
    };
    let header = program.entrance.known_header();
    let mut tasks: Vec<_> = header
        .map(|header| {
            walked
                .tasks
                .iter()
                .map(|listed| task(reader, header, listed))
                .collect()
        })
        .unwrap_or_default();
    tasks.sort_by_key(|task| task.id);
    Ok(TaskList { tasks, alive, gap })
}

fn task(reader: &Reader<'_>, header: &Header, listed: &Listed) -> Task {
    reader.memory.forget();
    let mut task = Task {
        id: listed.kind.id(reader, listed.address).unwrap_or(0),
        address: listed.address,
        state: State::Idle,
        future: listed.kind.future.map_or_else(
            || "a future without debug info".into(),
            |ty| name(reader.image, ty),
        ),
        root: None,
        waits: Vec::new(),
        holds: Vec::new(),
        is_complete: false,
        unread: None,
    };
    let Some(word) = header.state(reader, listed.address) else {
        task.unread = Some("its memory is not readable".to_owned());
        return task;
    };
    task.state = Header::meaning(word);
    if matches!(task.state, State::Running | State::Complete) {
        return task;
    }
    let Some(future) = listed.kind.future(reader, listed.address) else {
        task.unread = Some(match listed.kind.future {
            Some(_) => "its future is not where its type says".to_owned(),
            None => "the crate that spawned it was built without full debug info".to_owned(),
        });
        return task;
    };
    let decoded = decode(reader, future);
    // What it was may be gone by now.
    reader.memory.forget();
    if header.state(reader, listed.address) != Some(word) {
        task.unread = Some("it changed while it was read".to_owned());
        return task;
    }
    task.root = Some(Arc::new(decoded.root));
    task.waits = decoded.waits;
    task.holds = decoded.holds;
    task.is_complete = decoded.is_complete;
    task
}

fn name(image: &Image, ty: &dwarf::Type) -> Arc<str> {
    if ty.is_coroutine() {
        coroutine_name(image, ty)
    } else {
        short(&ty.full()).into()
    }
}
