//! How tasks are read: memory, debug info, typed values, tokio's structures, futures. Data flows in this order.

pub(crate) mod blocking;
mod decode;
mod drop_state;
mod dwarf;
mod fuel;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod int_hash;
mod local_sets;
#[expect(
    unsafe_code,
    reason = "reads the memory and the file of this process, and nothing else does"
)]
mod memory;
mod name;
mod self_check;
mod shape_memo;
mod task_reader;
mod tokio;
mod value;

use std::{sync::OnceLock, time::Instant};

use ::tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::LocalSet,
};

pub(crate) use self::tokio::Owned;
use self::{
    dwarf::Image,
    task_reader::{Detail, TaskReader},
    tokio::TokioTypes,
    value::Reader,
};
use crate::{
    Call, Error, FutureAddress, Graph, Task, TaskList, TimerList, park_counts::ParkCounts,
};

pub(crate) use self::memory::words;

pub(crate) use self::tokio::Wheel;

/// Tries to read a runtime that does not keep still.
const TRIES: u32 = 4;

/// What is known of this program, found out once.
#[derive(Debug)]
struct Program {
    image: Image,
    tokio: TokioTypes,
}

static PROGRAM: OnceLock<Result<Program, Error>> = OnceLock::new();

fn program() -> Result<&'static Program, Error> {
    // What is then not found is there all the same.
    if let Some(refusal) = memory::refusal() {
        return Err(Error::new(refusal));
    }
    let program = PROGRAM.get_or_init(|| {
        let image = Image::open()?;
        let tokio = TokioTypes::find(&image)?;
        let program = Program { image, tokio };
        self_check::verify(&program)?;
        program.image.give_back();
        Ok(program)
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

/// The same as far as it is known without reading any debug info: nothing speaks against it.
///
/// # Errors
///
/// Where something does, with what to change.
pub fn promised() -> Result<(), Error> {
    if PROGRAM.get().is_none() && memory::refusal().is_none() && dwarf::is_described() {
        return Ok(());
    }
    available()
}

/// The mangled name of the function that a return address of the running program is inside of, out of its symbol table:
/// debug info of lines only has no names of closures and async functions.
///
/// ```
/// let nowhere = leakcheck_introspect::called_from(0);
/// assert_eq!(nowhere, None);
/// ```
pub fn called_from(address: usize) -> Option<&'static str> {
    dwarf::called_from(address)
}

/// Puts what is read from here on behind what was read so far: where the calling thread has seen something that another one did,
/// it sees all that this one did before. Says `false` where the machine cannot be made to; then what was read proves nothing.
///
/// Whoever compares a number before and after a reading has one of these behind the first and before the second.
///
/// ```
/// use leakcheck_introspect::{available, barrier};
///
/// assert!(barrier() || available().is_err() || cfg!(not(target_arch = "x86_64")));
/// ```
pub fn barrier() -> bool {
    memory::barrier()
}

/// Whether the kernel lets the memory of this process be read, which it may stop to do at any time.
pub fn is_readable() -> bool {
    memory::is_readable()
}

/// Those of the addresses, of what was once the memory of tasks, where one may be that has not ended: no proof that there is.
pub fn perhaps_alive(cells: &[u64]) -> Vec<u64> {
    local_sets::perhaps_alive(cells)
}

/// Whether this process has read its debug info, for whatever reason: up to then it costs nothing.
///
/// ```
/// let before = leakcheck_introspect::has_read();
/// let _ = leakcheck_introspect::calls_at(0);
/// # if cfg!(target_os = "linux") {
/// assert!(leakcheck_introspect::has_read());
/// # }
/// assert!(!before);
/// ```
pub fn has_read() -> bool {
    dwarf::has_read()
}

/// Keeps the file of the running program mapped, so that all of this works later on as well: when the process has no
/// descriptor left, when the program was deleted or replaced. It takes microseconds, once, and reads nothing.
///
/// # Errors
///
/// Where the file cannot be mapped.
pub fn keep_program() -> Result<(), Error> {
    dwarf::keep_program()
}

/// The functions that a return address of the running program is inside of, innermost first: several where some were inlined,
/// none where the address lies in a library. The names of what was split off from its debug info are missing.
///
/// ```
/// # if cfg!(target_os = "linux") {
/// let nowhere = leakcheck_introspect::calls_at(0)?;
/// assert!(nowhere.is_empty());
/// # }
/// # Ok::<(), leakcheck_introspect::Error>(())
/// ```
///
/// # Errors
///
/// Where nothing can be read of any address.
pub fn calls_at(address: usize) -> Result<Vec<Call>, Error> {
    dwarf::calls_at(address)
}

/// The tasks of a runtime.
pub(crate) fn of_runtime(handle: &Handle) -> Result<TaskList, Error> {
    runtime(handle, Detail::Frames)
}

/// The tasks of a runtime, without their frames.
pub(crate) fn outline_of_runtime(handle: &Handle) -> Result<TaskList, Error> {
    runtime(handle, Detail::Outline)
}

fn runtime(handle: &Handle, detail: Detail) -> Result<TaskList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    let alive = || handle.metrics().num_alive_tasks();
    let is_driven_here = is_driven_here(program, &reader, handle);
    let mut tried = 0;
    loop {
        let before = ParkCounts::of(handle, is_driven_here);
        let runtime = Some((&alive as &dyn Fn() -> usize, clock(handle)));
        let mut list = list(program, &reader, detail, runtime, || {
            program.tokio.of_runtime(&reader, handle)
        })?;
        let after = ParkCounts::of(handle, is_driven_here);
        list.park_counts = if before == after { after } else { None };
        tried += 1;
        if list.park_counts.is_some() || tried == TRIES || !depends_on_pace(&list) {
            return Ok(list);
        }
        std::thread::yield_now();
    }
}

/// The moment on the runtime's own clock.
pub(crate) fn clock(handle: &Handle) -> Instant {
    let _inside = handle.enter();
    ::tokio::time::Instant::now().into_std()
}

/// Whether this thread is the one that polls its tasks: nothing runs while it reads.
fn is_driven_here(program: &Program, reader: &Reader<'_>, handle: &Handle) -> bool {
    if handle.runtime_flavor() != RuntimeFlavor::CurrentThread {
        return false;
    }
    let owner = |handle: &Handle| Some(program.tokio.of_runtime(reader, handle).ok()?.owner);
    Handle::try_current().is_ok_and(|current| {
        let current = owner(&current);
        current.is_some() && current == owner(handle)
    })
}

/// Whether anything would be proven if all of it were of one moment.
fn depends_on_pace(list: &TaskList) -> bool {
    let graph = Graph::assuming(|_| true, [list]);
    list.tasks.iter().any(|task| graph.is_stuck(task))
}

/// The park counts of a runtime at this moment.
pub(crate) fn park_counts(handle: &Handle) -> Option<ParkCounts> {
    let program = program().ok()?;
    let reader = Reader::new(&program.image);
    ParkCounts::of(handle, is_driven_here(program, &reader, handle))
}

/// The armed timers of a runtime.
pub(crate) fn timers(handle: &Handle) -> Result<TimerList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    let read = || {
        reader.memory.forget();
        program.tokio.timers(&reader, handle)
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

/// The tasks of the sets of this thread that have a task with one of these cells.
pub(crate) fn of_local_sets_with(cells: &[u64]) -> Result<Vec<TaskList>, Error> {
    local_sets::of_sets_with(cells, Detail::Frames)
}

/// The same without their frames.
pub(crate) fn outline_of_local_sets_with(cells: &[u64]) -> Result<Vec<TaskList>, Error> {
    local_sets::of_sets_with(cells, Detail::Outline)
}

/// The tasks of a `LocalSet`.
pub(crate) fn of_local_set(set: &LocalSet) -> Result<TaskList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    list(program, &reader, Detail::Frames, None, || {
        program.tokio.of_local_set(&reader, set)
    })
}

/// Where a `LocalSet` keeps its tasks.
pub(crate) fn owned_by(set: &LocalSet) -> Result<Owned, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    program.tokio.of_local_set(&reader, set)
}

/// The tasks that are kept there.
pub(crate) fn of_owned(owned: &Owned) -> Result<TaskList, Error> {
    at_owned(owned, Detail::Frames)
}

/// The tasks that are kept there, without their frames.
pub(crate) fn outline_of_owned(owned: &Owned) -> Result<TaskList, Error> {
    at_owned(owned, Detail::Outline)
}

fn at_owned(owned: &Owned, detail: Detail) -> Result<TaskList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    list(program, &reader, detail, None, || Ok(owned.clone()))
}

/// A future that is no task.
pub(crate) fn of_future(future: FutureAddress) -> Result<TaskList, Error> {
    let program = program()?;
    let reader = Reader::new(&program.image);
    let task = task_reader::future(&reader, future, program.tokio.known_header())?;
    Ok(TaskList {
        tasks: vec![task],
        alive: None,
        gap: None,
        park_counts: Some(ParkCounts::own()),
        is_closed: false,
    })
}

fn list(
    program: &Program,
    reader: &Reader<'_>,
    detail: Detail,
    runtime: Option<(&dyn Fn() -> usize, Instant)>,
    owned: impl Fn() -> Result<Owned, Error>,
) -> Result<TaskList, Error> {
    let mut tried = 0;
    let alive = runtime.map(|(alive, _)| alive);
    // A set is read by the thread that drives it.
    let now = runtime.map_or_else(|| ::tokio::time::Instant::now().into_std(), |(_, now)| now);
    let (traversal, alive, gap, is_closed) = loop {
        reader.memory.forget();
        let owned = owned()?;
        // Asked first: what is found from here on is all that will ever be.
        let is_closed = owned.is_closed(reader);
        let before = alive.map(|alive| alive());
        let mut traversal = program.tokio.traverse(reader, &owned)?;
        let alive = alive.map(|alive| alive());
        if alive != before && traversal.torn.is_none() {
            traversal.torn = Some(Error::new("tasks came and went while they were listed"));
        }
        let found = traversal.tasks.len();
        let expected = alive.or_else(|| usize::try_from(owned.count?).ok());
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
    let header = program.tokio.known_header();
    let mut tasks: Vec<_> = header
        .map(|header| {
            let mut roll = TaskReader::new(reader, header, detail, now);
            traversal
                .tasks
                .iter()
                .map(|listed| roll.task(listed))
                .collect()
        })
        .unwrap_or_default();
    tasks.sort_unstable_by_key(Task::id);
    Ok(TaskList {
        tasks,
        alive,
        gap,
        park_counts: Some(ParkCounts::own()),
        is_closed,
    })
}
