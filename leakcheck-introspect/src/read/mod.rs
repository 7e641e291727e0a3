//! How tasks are read: memory, debug info, typed values, tokio's structures, futures. Data flows in this order.

mod alive;
mod blocking;
mod canary;
mod decode;
mod dwarf;
mod effort;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
#[expect(
    unsafe_code,
    reason = "reads the memory and the file of this process, and nothing else does"
)]
mod memory;
mod name;
mod numbered;
mod roll;
mod tokio;
mod trail;
mod value;

use std::sync::OnceLock;

use ::tokio::{runtime::Handle, task::LocalSet};

pub(crate) use self::tokio::Owned;
use self::{
    dwarf::Image,
    roll::{Depth, Roll},
    tokio::Entrance,
    value::Reader,
};
use crate::{Error, FutureAddress, Task, TaskList, TimerList};

pub(crate) use self::memory::words;

pub(crate) use self::tokio::Wheel;

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
        let program = Program { image, entrance };
        canary::verify(&program)?;
        Ok(program)
    });
    program.as_ref().map_err(Clone::clone)
}

pub(crate) use blocking::find as blocking_task;

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
    runtime(handle, Depth::Frames)
}

/// The tasks of a runtime, without their frames.
pub(crate) fn outline_of_runtime(handle: &Handle) -> Result<TaskList, Error> {
    runtime(handle, Depth::Outline)
}

fn runtime(handle: &Handle, depth: Depth) -> Result<TaskList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    let alive = || handle.metrics().num_alive_tasks();
    list(program, &reader, depth, Some(&alive), || {
        program.entrance.of_runtime(&reader, handle)
    })
}

/// The armed timers of a runtime.
pub(crate) fn timers(handle: &Handle) -> Result<TimerList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    let read = || {
        reader.memory.forget();
        program.entrance.timers(&reader, handle)
    };
    let mut list = read()?;
    for _ in 1..TRIES {
        let again = read()?;
        if again.timers == list.timers {
            return Ok(again);
        }
        list = again;
        std::thread::yield_now();
    }
    list.gap
        .get_or_insert_with(|| "timers came and went while they were listed".to_owned());
    Ok(list)
}

/// The tasks of a `LocalSet`.
pub(crate) fn of_local_set(set: &LocalSet) -> Result<TaskList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    list(program, &reader, Depth::Frames, None, || {
        program.entrance.of_local_set(&reader, set)
    })
}

/// Where a `LocalSet` keeps its tasks.
pub(crate) fn owned_by(set: &LocalSet) -> Result<Owned, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    program.entrance.of_local_set(&reader, set)
}

/// The tasks that are kept there.
pub(crate) fn of_owned(owned: &Owned) -> Result<TaskList, Error> {
    at_owned(owned, Depth::Frames)
}

/// The tasks that are kept there, without their frames.
pub(crate) fn outline_of_owned(owned: &Owned) -> Result<TaskList, Error> {
    at_owned(owned, Depth::Outline)
}

fn at_owned(owned: &Owned, depth: Depth) -> Result<TaskList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    list(program, &reader, depth, None, || Ok(owned.clone()))
}

/// A future that is no task.
pub(crate) fn of_future(future: FutureAddress) -> Result<TaskList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    let task = roll::future(&reader, future)?;
    Ok(TaskList {
        tasks: vec![task],
        alive: None,
        gap: None,
    })
}

fn list(
    program: &Program,
    reader: &Reader<'_>,
    depth: Depth,
    alive: Option<&dyn Fn() -> usize>,
    owned: impl Fn() -> Result<Owned, Error>,
) -> Result<TaskList, Error> {
    let mut tried = 0;
    let (walked, alive, gap) = loop {
        reader.memory.forget();
        let owned = owned()?;
        let before = alive.map(|alive| alive());
        let mut walked = program.entrance.walk(reader, &owned)?;
        let alive = alive.map(|alive| alive());
        if alive != before && walked.torn.is_none() {
            walked.torn = Some(Error::new("tasks came and went while they were listed"));
        }
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
            let mut roll = Roll::new(reader, header, depth);
            walked
                .tasks
                .iter()
                .map(|listed| roll.task(listed))
                .collect()
        })
        .unwrap_or_default();
    tasks.sort_unstable_by_key(Task::id);
    Ok(TaskList { tasks, alive, gap })
}
