//! How a scan goes on from values of one type.

use super::{cells::CellKind, idle_parts::IdleRule};
use crate::read::dwarf::{FatPointer, Type};

/// What a scan does at a value.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact by itself")]
pub(super) struct Classification {
    pub(super) kind: ValueKind,
    pub(super) descent: Descent,
    /// Whether it is the work of a well-known library.
    pub(super) is_of_library: bool,
    pub(super) is_closure: bool,
    /// Whether it has or leads to what may hold something and is not read, as an end of a channel to its messages.
    pub(super) is_unread: bool,
    /// Whether it leads to a runtime, whose tasks are not read with it.
    pub(super) hides: bool,
    /// Whether its members lie at one place, of which one is there.
    pub(super) is_union: bool,
    pub(super) others: Others,
    /// Members that are not polled all the time.
    pub(super) idle: Vec<&'static IdleRule>,
}

/// Who else may come to what is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    /// Whoever comes to the value itself.
    None,
    /// It is what an `Arc` or `Rc` points to: two counts tell, then comes the value.
    Counted,
    /// Whoever has the same pointer: it is a reference.
    Any,
    /// The same, and nothing says that what it leads to is still there: it is a plain pointer.
    AnyOrGone,
}

/// What the value itself is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    /// Neither futures nor objects can be inside it.
    Irrelevant,
    Coroutine,
    /// It is never ready.
    Pending,
    /// It drives tasks.
    Driver,
    /// It stands for an object.
    Object,
    /// Anything else.
    Plain,
}

/// Where there is more inside it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Descent {
    /// Nowhere.
    End,
    Pointer,
    Array(&'static Type, u64),
    Case,
    /// To what has no size of its own.
    FatPointer(FatPointer<'static>),
    Collection(Collection),
    /// What a flag says whether it is there.
    Cell(CellKind),
    Members,
}

/// Collections, whose elements no member leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collection {
    Vector,
    Deque,
    Tree,
    Table,
    Unordered,
    JoinSet,
}

impl Collection {
    /// Which one a type is, if it is one.
    pub(super) fn of(ty: &Type) -> Option<Self> {
        Some(match ty.base.as_str() {
            "alloc::vec::Vec" => Self::Vector,
            "alloc::collections::vec_deque::VecDeque" => Self::Deque,
            "alloc::collections::btree::map::BTreeMap" => Self::Tree,
            "hashbrown::raw::RawTable" | "hashbrown::raw::inner::RawTable" => Self::Table,
            "futures_util::stream::futures_unordered::FuturesUnordered" => Self::Unordered,
            "tokio::util::idle_notified_set::IdleNotifiedSet" => Self::JoinSet,
            _ => return None,
        })
    }
}
