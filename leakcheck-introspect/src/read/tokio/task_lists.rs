//! The lists of tasks that a runtime or a `LocalSet` owns.

use std::sync::{Arc, OnceLock};

use tokio::{runtime::Handle, task::LocalSet};

use super::{
    header::{Header, TaskKind},
    layout,
};
use crate::{
    Error,
    read::{
        dwarf::{Image, Type},
        value::{Reader, Value},
    },
};

/// More tasks than this are taken for a list that runs in circles.
const MOST_TASKS: usize = 5_000_000;
const MOST_SHARDS: u64 = 1 << 16;

/// What leads to tasks in this program, found out once.
#[derive(Debug)]
pub(crate) struct TokioTypes {
    handle: &'static Type,
    local_set: OnceLock<Option<&'static Type>>,
    header: OnceLock<Header>,
}

/// What owns tasks: a runtime or a `LocalSet`.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    lists: Vec<Value>,
    /// Tokio's own number of it, which its tasks have as well.
    pub(crate) id: u64,
    /// How many it says it has, where it counts them.
    pub(crate) count: Option<u64>,
    /// Where it says whether it was shut down.
    closed: Option<Value>,
}

impl Owner {
    /// Whether it was shut down, where it says so: no task is added any more.
    pub(crate) fn is_closed(&self, reader: &Reader<'_>) -> bool {
        self.closed.and_then(|closed| reader.number(closed)) == Some(1)
    }
}

/// What all `LocalSet`s of one thread have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    /// Tokio's own number of the thread.
    thread: u64,
    /// The type of what schedules their tasks.
    scheduler: &'static Type,
}

/// A task that stands in a list.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) address: u64,
    pub(crate) kind: Arc<TaskKind>,
}

/// What was found along the lists, and why it is not all.
#[derive(Debug, Default)]
pub(crate) struct Traversal {
    pub(crate) tasks: Vec<Listed>,
    pub(crate) torn: Option<Error>,
}

/// Their parameters lead to the types.
#[inline(never)]
fn takes_handle(handle: &Handle) -> u64 {
    std::hint::black_box(std::ptr::from_ref(handle)) as u64
}

#[inline(never)]
fn takes_local_set(set: &LocalSet) -> u64 {
    std::hint::black_box(std::ptr::from_ref(set)) as u64
}

impl TokioTypes {
    /// Finds the type of a handle, and compares its size with the real one.
    pub(crate) fn find(image: &Image) -> Result<Self, Error> {
        let anchor: fn(&Handle) -> u64 = takes_handle;
        let address = anchor as usize as u64;
        let handle = parameter(image, address, layout::HANDLE, "Handle").ok_or_else(|| {
            if let Some(missing) = image.missing_at(address).or_else(|| image.missing()) {
                return Error::new(missing.to_string());
            }
            Error::new(
                "the debug info of this program does not describe tokio's `Handle`; full debug info names tasks: remove \
                 `debug = 1`, `line-tables-only` or `strip` from [profile.dev] and [profile.test]",
            )
        })?;
        if handle.size != size_of::<Handle>() as u64 {
            return Err(Error::new(format!(
                "tokio's `Handle` has {} bytes in the debug info and {} in the program",
                handle.size,
                size_of::<Handle>()
            )));
        }
        Ok(Self {
            handle,
            local_set: OnceLock::new(),
            header: OnceLock::new(),
        })
    }

    /// A handle as a value.
    pub(super) fn handle(&self, handle: &Handle) -> Value {
        Value::new(self.handle, takes_handle(handle))
    }

    /// The tasks that a runtime owns.
    pub(crate) fn of_runtime(&self, reader: &Reader<'_>, handle: &Handle) -> Result<Owner, Error> {
        let owned = resolve(reader, self.handle(handle), layout::OWNED_BY_HANDLE)?;
        let list = resolve(reader, owned, &["list"])?;
        let shards = resolve(reader, list, &["lists"])?;
        let number = |value: Value, path: &[&str]| {
            let value = resolve(reader, value, path)?;
            reader.number(value).ok_or_else(|| unreadable(path))
        };
        let first = number(shards, &["data_ptr"])?;
        let length = number(shards, &["length"])?;
        if length > MOST_SHARDS || !length.is_power_of_two() {
            return Err(Error::new(format!(
                "the runtime's list of tasks has {length} shards"
            )));
        }
        let pointer = resolve(reader, shards, &["data_ptr"])?;
        let shard = pointer.ty.pointee().and_then(|to| reader.image.ty(to));
        let shard = shard.ok_or_else(|| Error::new("the runtime's list of tasks has no type"))?;
        let lists = (0..length)
            .map(|index| linked_list(reader, Value::nth(shard, first, index)))
            .collect::<Result<_, _>>()?;
        Ok(Owner {
            lists,
            id: number(owned, &["id"])?,
            count: reader
                .resolve(list, &["count"])
                .and_then(|count| reader.memory.word(count.address)),
            closed: closed(reader, owned),
        })
    }

    /// The tasks that a `LocalSet` owns.
    pub(crate) fn of_local_set(&self, reader: &Reader<'_>, set: &LocalSet) -> Result<Owner, Error> {
        let set = self.local_set_value(reader, set)?;
        let owned = resolve(reader, set, layout::OWNED_BY_LOCAL_SET)?;
        let id = resolve(reader, owned, &["id"])?;
        Ok(Owner {
            lists: vec![linked_list(reader, owned)?],
            id: reader.number(id).ok_or_else(|| unreadable(&["id"]))?,
            count: None,
            closed: closed(reader, owned),
        })
    }

    /// The tasks that stand in a list with the task at `address`, if that is one of a `LocalSet` of the thread `home`; what is
    /// there may be anything by now.
    pub(crate) fn of_local_task(
        &self,
        reader: &Reader<'_>,
        address: u64,
        home: &Home,
    ) -> Option<Owner> {
        let header = self.known_header()?;
        let scheduler = self.scheduler(reader, address, home)?;
        if thread_of(reader, scheduler)? != home.thread {
            return None;
        }
        let owned = reader.resolve(scheduler, layout::OWNED_BY_LOCAL_SCHEDULER)?;
        let id = reader.number(reader.field(owned, "id")?)?;
        (header.owner(reader, address)? == id).then_some(Owner {
            lists: vec![linked_list(reader, owned).ok()?],
            id,
            count: None,
            closed: Some(closed(reader, owned)?),
        })
    }

    /// What schedules the task at `address`, which must be alive, if that may be one of a `LocalSet`.
    pub(crate) fn scheduler(
        &self,
        reader: &Reader<'_>,
        address: u64,
        home: &Home,
    ) -> Option<Value> {
        let kind = self.known_header()?.kind(reader, address).ok()?;
        kind.local_scheduler(reader, address, home.scheduler)
    }

    /// What the sets of the thread have in common that `set` was made by.
    pub(crate) fn home_of(&self, reader: &Reader<'_>, set: &LocalSet) -> Result<Home, Error> {
        let path = layout::SCHEDULER_OF_LOCAL_SET;
        let scheduler = resolve(reader, self.local_set_value(reader, set)?, path)?;
        Ok(Home {
            thread: thread_of(reader, scheduler)
                .ok_or_else(|| unreadable(layout::HOME_BY_LOCAL_SCHEDULER))?,
            scheduler: scheduler.ty,
        })
    }

    fn local_set_value(&self, reader: &Reader<'_>, set: &LocalSet) -> Result<Value, Error> {
        let ty = self
            .local_set(reader.image)
            .ok_or_else(|| Error::new("the debug info does not describe tokio's `LocalSet`"))?;
        Ok(Value::new(ty, takes_local_set(set)))
    }

    /// The type of a `LocalSet`, if debug info leads to it.
    pub(crate) fn local_set(&self, image: &Image) -> Option<&'static Type> {
        let anchor: fn(&LocalSet) -> u64 = takes_local_set;
        let find = || parameter(image, anchor as usize as u64, layout::LOCAL_SET, "LocalSet");
        *self.local_set.get_or_init(find)
    }

    /// The layout of task headers, read off the first list that was seen.
    pub(crate) fn header(&self, reader: &Reader<'_>, owner: &Owner) -> Result<&Header, Error> {
        if let Some(known) = self.header.get() {
            return Ok(known);
        }
        let list = owner
            .lists
            .first()
            .ok_or_else(|| Error::new("the runtime has no list of tasks"))?;
        let ty = resolve(reader, *list, &["head"])?
            .ty
            .variants()
            .iter()
            .find(|variant| variant.member.name == "Some")
            .and_then(|variant| reader.image.ty(variant.member.ty)?.member("__0"))
            .and_then(|member| reader.image.ty(member.ty)?.member("pointer"))
            .and_then(|member| reader.image.ty(reader.image.ty(member.ty)?.pointee()?))
            .ok_or_else(|| {
                Error::new("the runtime's list of tasks does not lead to task headers")
            })?;
        let header = Header::of(reader, ty)?;
        Ok(self.header.get_or_init(|| header))
    }

    /// Walks along all lists.
    pub(crate) fn traverse(&self, reader: &Reader<'_>, owner: &Owner) -> Result<Traversal, Error> {
        let header = self.header(reader, owner)?;
        let mut traversal = Traversal::default();
        for list in &owner.lists {
            let head = resolve(reader, *list, &["head"])?;
            let mut previous = 0;
            let mut address = reader
                .memory
                .word(head.address)
                .ok_or_else(|| unreadable(&["head"]))?;
            while address != 0 && traversal.tasks.len() < MOST_TASKS {
                let entry = match header.list_entry(reader, address, owner.id) {
                    Ok(entry) => entry,
                    Err(error) => {
                        traversal.torn = Some(error);
                        break;
                    }
                };
                if entry.previous != previous {
                    // What follows may be another list, or this one in circles.
                    traversal.torn = Some(Error::new(format!(
                        "the list of tasks changed while it was read, at {address:#x}"
                    )));
                    break;
                }
                traversal.tasks.push(Listed {
                    address,
                    kind: entry.kind,
                });
                previous = address;
                address = entry.next;
            }
            // A task that was taken out of the list on the way leads nowhere, and looks like its end.
            reader.memory.forget();
            let tail = reader
                .field(*list, "tail")
                .and_then(|tail| reader.memory.word(tail.address));
            if tail != Some(previous) && traversal.torn.is_none() {
                traversal.torn = Some(Error::new("the list of tasks changed while it was read"));
            }
        }
        Ok(traversal)
    }

    /// The layout of task headers, if a list was seen before.
    pub(crate) fn known_header(&self) -> Option<&Header> {
        self.header.get()
    }
}

/// How many tasks a runtime has, as its list counts them; `runtime` is that or a handle of it.
pub(crate) fn count(reader: &Reader<'_>, runtime: Value) -> Option<u64> {
    let handle = match runtime.ty.base.as_str() {
        layout::HANDLE => runtime,
        _ => reader.field(runtime, "handle")?,
    };
    let owned = reader.resolve(handle, layout::OWNED_BY_HANDLE)?;
    let count = reader.resolve(owned, &["list", "count"])?;
    reader.memory.word(count.address)
}

/// What the only parameter of one of our functions refers to, or the type found by its path.
fn parameter(
    image: &Image,
    function: u64,
    path: &'static str,
    name: &str,
) -> Option<&'static Type> {
    let ours = || {
        let function = image.function(function)?;
        image.ty(image.ty(*function.parameters.first()?)?.pointee()?)
    };
    ours()
        .filter(|ty| ty.base == path)
        .or_else(|| image.find(name, |ty| ty.base == path && !ty.members().is_empty()))
}

/// The number of the thread that the set belongs to whose tasks this schedules.
fn thread_of(reader: &Reader<'_>, scheduler: Value) -> Option<u64> {
    reader.number(reader.resolve(scheduler, layout::HOME_BY_LOCAL_SCHEDULER)?)
}

fn linked_list(reader: &Reader<'_>, value: Value) -> Result<Value, Error> {
    reader
        .find(value, layout::LINKED_LIST)
        .ok_or_else(|| Error::new(format!("there is no list of tasks in `{}`", value.ty.base)))
}

fn closed(reader: &Reader<'_>, owned: Value) -> Option<Value> {
    let inner = reader.inside(owned, &|ty| ty.member(layout::CLOSED).is_some())?;
    reader.field(inner, layout::CLOSED)
}

/// Follows a path, and says where it broke.
pub(super) fn resolve(reader: &Reader<'_>, value: Value, path: &[&str]) -> Result<Value, Error> {
    path.iter().try_fold(value, |value, step| {
        reader.resolve(value, &[step]).ok_or_else(|| {
            Error::new(format!(
                "`{step}` is not found in tokio's `{}`; this release of tokio is not known",
                value.ty.base
            ))
        })
    })
}

fn unreadable(path: &[&str]) -> Error {
    Error::new(format!(
        "the runtime's `{}` is not readable",
        path.join(".")
    ))
}
