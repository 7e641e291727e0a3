//! Objects that were reached.

use super::{
    channels,
    kind::{Identity, Leaf, ObjectKind},
    locks,
    tally::Tally,
    tokio_objects,
};
use crate::{
    Class, Object, Role,
    read::{
        dwarf::{Shape, Type},
        value::{Reader, Value},
    },
};

/// All tables.
const TABLES: [&[ObjectKind]; 3] = [tokio_objects::KINDS, channels::KINDS, locks::KINDS];

/// The crates of their types: most types are of others.
const HOMES: [&str; 10] = [
    "async_channel",
    "async_lock",
    "event_listener",
    "flume",
    "futures_channel",
    "futures_util",
    "kanal",
    "std",
    "tokio",
    "tokio_util",
];

/// Steps from what borrows a handle to the handle.
const STEPS: u32 = 8;

/// What no object stands below.
const LOWEST: u64 = 4096;

/// An object that was reached.
#[derive(Clone, Debug)]
pub(crate) struct ObjectRef {
    pub(crate) object: Object,
    pub(crate) role: Role,
    pub(crate) place: u64,
    pub(crate) kind: &'static ObjectKind,
    pub(crate) value: Value,
    /// The handle or lock itself, where the value only leads to one.
    handle: (&'static ObjectKind, Value),
}

impl ObjectKind {
    /// What values of this type stand for.
    fn all_of(ty: &Type) -> impl Iterator<Item = &'static Self> {
        let tables = HOMES.contains(&ty.home()).then_some(TABLES);
        let rows = tables.into_iter().flatten().flatten();
        rows.filter(|kind| kind.ty == ty.base)
    }

    /// The first of them, if they stand for objects.
    fn of(ty: &Type) -> Option<&'static Self> {
        Self::all_of(ty).next()
    }

    /// Whether values of this type stand for objects.
    pub(crate) fn is_one(ty: &Type) -> bool {
        Self::of(ty).is_some()
    }

    /// Whether all that they stand for is passive: nobody waits for it through them.
    pub(crate) fn is_passive(ty: &Type) -> bool {
        Self::of(ty).is_some_and(|kind| kind.leaf == Leaf::No && kind.class == Class::Descriptor)
    }

    /// The objects that a value stands for; both directions of a pipe are one each.
    pub(crate) fn find(reader: &Reader<'_>, value: Value) -> Vec<ObjectRef> {
        let rows = Self::all_of(value.ty);
        rows.filter_map(|kind| kind.found(reader, value)).collect()
    }

    fn found(&'static self, reader: &Reader<'_>, value: Value) -> Option<ObjectRef> {
        let handle = match self.at {
            Identity::Of(path) => handle(reader, reader.resolve(value, path)?)?,
            _ => (self, value),
        };
        let address = address(reader, handle)?;
        Some(ObjectRef {
            object: Object {
                class: self.class,
                address,
            },
            role: self.role,
            place: value.address,
            kind: self,
            value,
            handle,
        })
    }
}

/// The handle or lock behind cases of enums, references and smart pointers.
fn handle(reader: &Reader<'_>, value: Value) -> Option<(&'static ObjectKind, Value)> {
    let mut value = value;
    for _ in 0..STEPS {
        if let Some(kind) = ObjectKind::of(value.ty) {
            return Some((kind, value));
        }
        value = match &value.ty.shape {
            Shape::Enum { .. } => {
                let (_, case) = reader.variant(value)?;
                reader.at(case, case.ty.members().first()?)?
            }
            _ => reader.target(value)?,
        };
    }
    None
}

/// What tells the object of a handle apart from others.
fn address(reader: &Reader<'_>, (kind, value): (&ObjectKind, Value)) -> Option<u64> {
    match kind.at {
        Identity::Pointer(path) => {
            let pointer = reader.pointer(reader.resolve(value, path)?)?;
            let address = reader.memory.word(pointer.address)?;
            (address >= LOWEST).then_some(address)
        }
        Identity::Place(path) => Some(reader.resolve(value, path)?.address),
        // What leads to a handle is none.
        Identity::Of(_) => None,
        Identity::Descriptor => {
            let descriptor = reader.inside(value, &|ty| ty.name == "OwnedFd")?;
            reader.memory.number(descriptor.address, 4)
        }
        Identity::Process => {
            let child = reader.find(value, "std::process::Child")?;
            let process = reader.inside(child, &|ty| ty.member("pid").is_some())?;
            reader.number(reader.field(process, "pid")?)
        }
    }
}

impl ObjectRef {
    /// Whether it only borrows from a handle that somebody else has.
    pub(crate) fn is_borrowed(&self) -> bool {
        matches!(
            self.kind.ty,
            "tokio::sync::mpsc::bounded::Permit" | "tokio::sync::mpsc::bounded::PermitIterator"
        )
    }

    /// Whether it is a lock that nobody else can have at the same time.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.role == Role::Guard
            && (self.object.class == Class::Mutex || self.kind.ty.contains("WriteGuard"))
    }

    /// Whether nobody waits for it through this: a file or socket of std.
    pub(crate) fn is_passive(&self) -> bool {
        ObjectKind::is_passive(self.value.ty)
    }

    /// Whether it is a future of its own.
    pub(crate) fn is_leaf(&self) -> bool {
        matches!(self.kind.leaf, Leaf::Yes | Leaf::For(_))
    }

    /// Whether it is polled whenever what contains it is.
    pub(crate) fn is_polled(&self) -> bool {
        self.kind.leaf != Leaf::No || self.role == Role::Receiver
    }

    /// How its handle is counted, and the inside of the `Arc` that has the counts.
    pub(super) fn counted(&self, reader: &Reader<'_>) -> Option<(&'static Tally, Option<Value>)> {
        Some((self.handle.0.tally?, self.counts(reader)))
    }

    /// The inside of the `Arc` that its identity is the pointer of.
    pub(super) fn counts(&self, reader: &Reader<'_>) -> Option<Value> {
        let (kind, value) = self.handle;
        let Identity::Pointer(path) = kind.at else {
            return None;
        };
        let pointer = reader.pointer(reader.resolve(value, path)?)?;
        let counts = reader.pointee(pointer)?;
        counts.ty.name.starts_with("ArcInner<").then_some(counts)
    }

    /// What the ends of a channel share.
    pub(super) fn shared(&self, reader: &Reader<'_>) -> Option<Value> {
        let (kind, value) = self.handle;
        let Identity::Pointer(path) = kind.at else {
            return None;
        };
        reader.target(reader.resolve(value, path)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_those_of_the_tables() {
        let rows = TABLES.into_iter().flatten();
        let mut homes: Vec<_> = rows.filter_map(|kind| kind.ty.split("::").next()).collect();
        homes.sort_unstable();
        homes.dedup();
        assert_eq!(homes, HOMES);
    }
}
