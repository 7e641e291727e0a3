//! The cell of a task: header, future, trailer.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use super::layout;
use crate::{
    Error, State,
    read::{
        dwarf::{MissingDwo, Type},
        name::polled,
        value::{Reader, Value},
    },
};

/// Where the parts of a header are, the same for every task.
#[derive(Debug)]
pub(crate) struct Header {
    state: u64,
    vtable: u64,
    owner: u64,
    poll: u64,
    trailer_offset: u64,
    id_offset: u64,
    /// Where tokio is built with `--cfg tokio_unstable`.
    spawn_location_offset: Option<u64>,
    /// In the trailer; known once a task was seen.
    links: OnceLock<Links>,
    kinds: Mutex<HashMap<u64, Arc<TaskKind>>>,
}

#[derive(Clone, Copy, Debug)]
struct Links {
    previous: u64,
    next: u64,
}

/// What all tasks of one future type have in common.
#[derive(Debug, Default)]
pub(crate) struct TaskKind {
    /// The type of the future; `None` where the function that polls it has no debug info.
    pub(crate) future: Option<&'static Type>,
    /// The same without what traces it.
    pub(crate) traced: Option<&'static Type>,
    /// What is said of it without its type.
    pub(crate) polled: Option<Arc<str>>,
    /// What would describe it, where that was split off and is not there.
    pub(crate) missing: Option<&'static MissingDwo>,
    cell: Option<&'static Type>,
    pub(crate) trailer: u64,
    id: u64,
    /// Where the stage begins, if it has no type.
    stage: u64,
    /// How the future is called, once that was asked.
    pub(crate) name: OnceLock<Arc<str>>,
}

/// One step along a list of tasks.
#[derive(Clone, Debug)]
pub(crate) struct ListEntry {
    pub(crate) kind: Arc<TaskKind>,
    pub(crate) previous: u64,
    pub(crate) next: u64,
}

/// The address of its vtable, if what was read where a header may be looks like that of a task that stands in a list and has
/// not ended: what is left of one that has seldom does, and what takes its place hardly ever. Blocking tasks stand in none.
pub(crate) fn vtable_if_alive(header: &[u8; layout::HEADER], program: &Range<u64>) -> Option<u64> {
    let [_, vtable, owner] = if_alive(header, program)?;
    (owner != 0).then_some(vtable)
}

/// The same of a blocking task, whether it has begun: before that it is to be run once, and nothing else.
pub(crate) fn blocking_if_alive(
    header: &[u8; layout::HEADER],
    program: &Range<u64>,
) -> Option<bool> {
    let [state, _, owner] = if_alive(header, program)?;
    let has_begun = state & layout::RUNNING != 0;
    // One that was aborted since is notified as well.
    (owner == 0 && (has_begun || state & layout::NOTIFIED != 0)).then_some(has_begun)
}

/// State, vtable and owner of what has not ended.
fn if_alive(header: &[u8; layout::HEADER], program: &Range<u64>) -> Option<[u64; 3]> {
    /// More references than this are something else.
    const MOST: u64 = 1 << 24;
    let word = |at: usize| {
        let bytes = header.get(at..).and_then(|bytes| bytes.first_chunk());
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    };
    let words = [layout::STATE, layout::VTABLE, layout::OWNER].map(word);
    let [state, vtable, _] = words;
    let is_alive =
        state & layout::COMPLETE == 0 && (1..MOST).contains(&(state >> layout::REFERENCES));
    (is_alive && program.contains(&vtable)).then_some(words)
}

impl Header {
    /// Reads it off the type of a header.
    pub(crate) fn of(reader: &Reader<'_>, header: &Type) -> Result<Self, Error> {
        let offset = |ty: &Type, name: &str| {
            ty.member(name)
                .map(|member| member.offset)
                .ok_or_else(|| Error::new(format!("tokio's `{}` has no field `{name}`", ty.base)))
        };
        let vtable = header
            .member("vtable")
            .and_then(|member| reader.image.ty(member.ty))
            .and_then(|ty| reader.image.ty(ty.pointee()?))
            .ok_or_else(|| Error::new("tokio's task header has no vtable"))?;
        Ok(Self {
            state: offset(header, "state")?,
            vtable: offset(header, "vtable")?,
            owner: offset(header, "owner_id")?,
            poll: offset(vtable, "poll")?,
            trailer_offset: offset(vtable, "trailer_offset")?,
            id_offset: offset(vtable, "id_offset")?,
            spawn_location_offset: offset(vtable, "spawn_location_offset").ok(),
            links: OnceLock::new(),
            kinds: Mutex::default(),
        })
    }

    /// The state word of the task at `address`.
    pub(crate) fn state(&self, reader: &Reader<'_>, address: u64) -> Option<u64> {
        reader.memory.word(address.wrapping_add(self.state))
    }

    /// What a state word says.
    pub(crate) fn meaning(word: u64) -> State {
        if word & layout::RUNNING != 0 {
            State::Running
        } else if word & layout::COMPLETE != 0 {
            State::Complete
        } else if word & layout::NOTIFIED != 0 {
            State::Scheduled
        } else {
            State::Idle
        }
    }

    /// The number of who owns the task at `address`.
    pub(crate) fn owner(&self, reader: &Reader<'_>, address: u64) -> Option<u64> {
        reader.memory.word(address.wrapping_add(self.owner))
    }

    /// Whether a state word says that there is a `JoinHandle`.
    pub(crate) fn has_join_handle(word: u64) -> bool {
        word & layout::JOIN_INTEREST != 0
    }

    /// Whether it says that somebody has aborted the task.
    pub(crate) fn is_aborted(word: u64) -> bool {
        word & layout::CANCELLED != 0
    }

    /// Looks at the task at `address`, which `owner` must own.
    pub(crate) fn list_entry(
        &self,
        reader: &Reader<'_>,
        address: u64,
        owner: u64,
    ) -> Result<ListEntry, Error> {
        let broken = || {
            Error::new(format!(
                "the memory of the task at {address:#x} is not readable"
            ))
        };
        if !address.is_multiple_of(8) {
            return Err(Error::new(format!("the task at {address:#x} is misplaced")));
        }
        let word = |at: u64| reader.memory.word(at).ok_or_else(broken);
        let seen = word(address.wrapping_add(self.owner))?;
        if seen != owner {
            return Err(Error::new(format!(
                "the task at {address:#x} belongs to owner {seen}, not to {owner}"
            )));
        }
        let kind = self.kind(reader, address)?;
        let links = self.links(reader, &kind)?;
        let trailer = address.wrapping_add(kind.trailer);
        Ok(ListEntry {
            previous: word(trailer.wrapping_add(links.previous))?,
            next: word(trailer.wrapping_add(links.next))?,
            kind,
        })
    }

    /// The number of the task at `address`, if one is there: most of what was one has not even a vtable any more.
    pub(crate) fn id(&self, reader: &Reader<'_>, address: u64) -> Option<u64> {
        const MOST: u64 = 1 << 20;
        let vtable = self.vtable(reader, address)?;
        let offset = reader.memory.word(vtable.wrapping_add(self.id_offset))?;
        (offset < MOST).then(|| reader.memory.word(address.wrapping_add(offset)))?
    }

    /// The vtable of the task at `address`, if it lies in this program.
    fn vtable(&self, reader: &Reader<'_>, address: u64) -> Option<u64> {
        let vtable = reader.memory.word(address.wrapping_add(self.vtable));
        vtable.filter(|vtable| reader.image.program.span.contains(vtable))
    }

    /// The kind of the task at `address`.
    pub(crate) fn kind(&self, reader: &Reader<'_>, address: u64) -> Result<Arc<TaskKind>, Error> {
        let vtable = self.vtable(reader, address).ok_or_else(|| {
            Error::new(format!(
                "the task at {address:#x} has no vtable of this program"
            ))
        })?;
        let kinds = || self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kinds().get(&vtable) {
            return Ok(Arc::clone(known));
        }
        let kind = self.read_kind(reader, vtable).ok_or_else(|| {
            Error::new(format!(
                "the vtable of the task at {address:#x} is not readable"
            ))
        })?;
        Ok(Arc::clone(kinds().entry(vtable).or_insert(Arc::new(kind))))
    }

    fn read_kind(&self, reader: &Reader<'_>, vtable: u64) -> Option<TaskKind> {
        let word = |offset: u64| reader.memory.word(vtable.wrapping_add(offset));
        let trailer = word(self.trailer_offset)?;
        let id = word(self.id_offset)?;
        let before_stage = match self.spawn_location_offset {
            Some(offset) => word(offset)?,
            None => id,
        };
        let mut kind = TaskKind {
            trailer,
            id,
            stage: before_stage.checked_add(8)?,
            ..TaskKind::default()
        };
        let at = word(self.poll)?;
        let Some(poll) = reader.image.function(at) else {
            kind.missing = reader.image.missing_at(at);
            return Some(kind);
        };
        if let (Some(future), Some(scheduler)) = (poll.argument("T"), poll.argument("S")) {
            kind.future = reader.image.ty(future);
            kind.traced = kind.future.map(|future| traced(reader, future));
            let has = |ty: &Type, die| ty.arguments.iter().any(|argument| argument.1 == die);
            kind.cell = reader
                .image
                .find_in(poll.unit, "Cell<", |ty| {
                    ty.member("trailer").is_some() && has(ty, future) && has(ty, scheduler)
                })
                .filter(|cell| {
                    cell.member("trailer")
                        .is_some_and(|found| found.offset == trailer)
                });
        } else {
            kind.polled = polled(poll.name);
        }
        Some(kind)
    }

    fn links(&self, reader: &Reader<'_>, kind: &TaskKind) -> Result<Links, Error> {
        if let Some(known) = self.links.get() {
            return Ok(*known);
        }
        let trailer = kind
            .cell
            .and_then(|cell| reader.image.ty(cell.member("trailer")?.ty))
            .or_else(|| {
                reader.image.find("Trailer", |ty| {
                    ty.base == layout::TRAILER && !ty.members().is_empty()
                })
            })
            .ok_or_else(|| Error::new("tokio's task trailer is not in the debug info"))?;
        let at = Value::new(trailer, 0);
        let found = reader
            .find(at, layout::LINKS)
            .and_then(|links| {
                let offset = |name| Some(links.address.wrapping_add(links.ty.member(name)?.offset));
                Some(Links {
                    previous: offset("prev")?,
                    next: offset("next")?,
                })
            })
            .ok_or_else(|| Error::new("tokio's task trailer has no links"))?;
        Ok(*self.links.get_or_init(|| found))
    }
}

/// The stage of the task at `address`, and what that has in it.
fn stage(reader: &Reader<'_>, cell: &'static Type, address: u64) -> Option<(&'static str, Value)> {
    let stage = reader.resolve(Value::new(cell, address), &["core", "stage"])?;
    let stage = reader.find(stage, layout::STAGE)?;
    let (variant, inside) = reader.variant(stage)?;
    Some((variant.member.name, inside))
}

/// What is traced, where that is what the type is for: with its feature `tracing`, tokio wraps all futures so.
pub(crate) fn traced(reader: &Reader<'_>, ty: &'static Type) -> &'static Type {
    let is_wrapped = ty.base == layout::INSTRUMENTED;
    let inside = is_wrapped.then(|| reader.image.ty(ty.argument("T")?));
    inside.flatten().unwrap_or(ty)
}

impl TaskKind {
    /// The closure or function that a blocking task calls; `None` for other tasks.
    pub(crate) fn blocking(&self, reader: &Reader<'_>) -> Option<&'static Type> {
        let future = self.traced?;
        (future.base == layout::BLOCKING).then(|| reader.image.ty(future.argument("T")?))?
    }

    /// Whether the future is only a pointer to one: tokio itself boxes those that are big.
    pub(crate) fn is_boxed(&self) -> bool {
        self.traced.is_some_and(Type::is_pointer)
    }

    /// The number of the task at `address`.
    pub(crate) fn id(&self, reader: &Reader<'_>, address: u64) -> Option<u64> {
        reader.memory.word(address.wrapping_add(self.id))
    }

    /// What schedules the task at `address`, where that is a `LocalSet`; it may be anything else where the cell has no type.
    pub(crate) fn local_scheduler(
        &self,
        reader: &Reader<'_>,
        address: u64,
        ty: &'static Type,
    ) -> Option<Value> {
        let Some(cell) = self.cell else {
            // `Core` is `repr(C)`, and the number follows.
            let at = address.wrapping_add(self.id).checked_sub(ty.size)?;
            return Some(Value::new(ty, at));
        };
        let cell = Value::new(cell, address);
        let scheduler = reader.resolve(cell, &["core", "scheduler"])?;
        let of_what = reader.image.ty(scheduler.ty.argument("T")?)?;
        (of_what.base == layout::LOCAL_SCHEDULER).then_some(scheduler)
    }

    /// Whether the task at `address` has given its result, as the stage of its cell says: that is not what the state of its header
    /// is kept in, so that of memory which was given back, and used again in part, one of both still tells.
    pub(crate) fn has_ended(&self, reader: &Reader<'_>, address: u64) -> bool {
        if let Some(cell) = self.cell {
            return stage(reader, cell, address)
                .is_some_and(|(name, _)| ["Finished", "Consumed"].contains(&name));
        }
        let is_in_place = self.future.is_some_and(|future| future.align <= 8);
        let tag = reader.memory.number(address.wrapping_add(self.stage), 4);
        is_in_place && tag.is_some_and(|tag| [1, 2].contains(&tag))
    }

    /// The future of the task at `address`, unless it has ended.
    pub(crate) fn future(&self, reader: &Reader<'_>, address: u64) -> Option<Value> {
        if let Some(cell) = self.cell {
            let (name, inside) = stage(reader, cell, address)?;
            (name == "Running").then_some(())?;
            return reader.field(inside, "__0");
        }
        // Optimised programs have no type of the cell, but its layout is fixed: `Core` and `Stage` are `repr(C)`, the
        // number, or the location that follows it, is followed by the stage's tag, and that by the future.
        let future = self.future?;
        let tag = address.wrapping_add(self.stage);
        let end = self.stage.checked_add(8)?.checked_add(future.size)?;
        let fits = future.align <= 8 && end <= self.trailer;
        (fits && reader.memory.number(tag, 4)? == 0)
            .then_some(Value::new(future, tag.wrapping_add(8)))
    }
}
