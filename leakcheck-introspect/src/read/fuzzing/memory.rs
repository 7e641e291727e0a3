//! Tasks whose memory is overwritten: a copy of one is read, in which words were replaced.

use crate::{
    Error, TaskList,
    read::{
        decode::decode,
        fuel,
        memory::Memory,
        startup::introspector,
        value::{Reader, Value},
    },
};

/// Steps that a task may take.
const STEPS: u64 = 20_000_000;
/// Bytes of the copy: the cell of the task, then what the input puts behind it for pointers to lead to.
const ROOM: usize = 1 << 14;
/// Bytes that replace something: how, where, and with what.
const EDIT: usize = 11;

/// What a task was read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Levels of the chain of awaits; none where its future is not where its type says.
    pub frames: usize,
    /// What it waits for.
    pub waits: usize,
    /// Steps that it took.
    pub steps: u64,
}

/// Reads a copy of one of these tasks, in which `bytes` replace words: the first byte says which task, the second how
/// many words, then follow the words, each with how and where, then bytes to lie behind the task.
///
/// # Errors
/// Where this program has no debug info.
///
/// # Panics
/// Where that is not ruled out by what reads it, or takes too many steps.
pub fn memory(list: &TaskList, bytes: &[u8]) -> Result<Read, Error> {
    let introspector = introspector()?;
    let mut read = Read::default();
    let (Some(header), [which, count, rest @ ..]) = (introspector.tokio.known_header(), bytes)
    else {
        return Ok(read);
    };
    let tasks = list.tasks();
    let Some(task) = tasks.get(usize::from(*which) % tasks.len().max(1)) else {
        return Ok(read);
    };
    let (edits, behind) = rest.split_at((usize::from(*count) * EDIT).min(rest.len()));
    let reader = Reader::new(introspector.image);
    let kind = header.kind(&reader, task.address())?;
    let size = usize::try_from(kind.trailer).map_or(0, |trailer| trailer + 64);
    // Never moved, so that its address can be written into it.
    let mut copy = vec![0_u64; ROOM / 8];
    let at = copy.as_ptr() as u64;
    let mut cell = vec![0; size.min(ROOM / 2)];
    // The last bytes may already be somebody else's, and not be mapped.
    if reader.memory.read(task.address(), &mut cell).is_none() {
        return Ok(read);
    }
    let mut room = cell.clone();
    room.extend(behind);
    room.resize(ROOM, 0);
    let addresses: Vec<u64> = tasks.iter().map(crate::Task::address).collect();
    let program = &introspector.image.program.span;
    for edit in edits.chunks_exact(EDIT) {
        replace(&mut room, edit, at, cell.len(), &addresses, program);
    }
    for (word, bytes) in copy.iter_mut().zip(room.chunks_exact(8)) {
        *word = bytes.try_into().map_or(0, u64::from_ne_bytes);
    }
    let copy = std::hint::black_box(copy);
    read.steps = fuel::within(STEPS, || {
        reader.memory.forget();
        let _ = header.kind(&reader, at);
        reader.note(at);
        let Some(future) = kind.future(&reader, at) else {
            return;
        };
        let decoded = decode(&reader, future);
        if let Some(memo) = reader.noted() {
            let _ = memo.fits(&Memory::new(), task.address());
        }
        let frames = std::iter::successors(Some(&decoded.root), |frame| frame.inner().first());
        read.frames = frames.count();
        read.waits = decoded.waits.len();
        // As a value of its own, wherever it lies.
        let _ = decode(&reader, Value::new(future.ty, at.wrapping_add(8)));
    });
    drop(copy);
    Ok(read)
}

/// Replaces one word: by what the input says, or by an address that leads somewhere.
fn replace(
    room: &mut [u8],
    edit: &[u8],
    at: u64,
    cell: usize,
    tasks: &[u64],
    program: &std::ops::Range<u64>,
) {
    let [how, low, high, value @ ..] = edit else {
        return;
    };
    let value = value.try_into().map_or(0, u64::from_le_bytes);
    let place = usize::from(u16::from_le_bytes([*low, *high])) % cell.max(1);
    let length = program.end.wrapping_sub(program.start).max(1);
    let word = match how % 6 {
        0 => value,
        1 => at.wrapping_add(value % ROOM as u64),
        2 => at.wrapping_add(value % (ROOM as u64 / 8) * 8),
        3 => tasks
            .get(usize::from(*low) % tasks.len().max(1))
            .map_or(0, |task| task.wrapping_add(value % 512)),
        4 => program.start.wrapping_add(value % length),
        _ => value % 16,
    };
    let size = if *how >= 128 { 1 } else { 8 };
    if let Some(bytes) = room.get_mut(place..place + size) {
        bytes.copy_from_slice(&word.to_le_bytes()[..size]);
    }
}
