//! What a walk through values does at those of one type: names are compared once, and not at every value.
//!
//! The walk is `decode`'s; it is kept here because it goes by type.

use super::{Member, Type};

/// How a walk goes on from a value.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) kind: Kind,
    pub(crate) way: Way,
    /// Whether it is the work of a well-known library.
    pub(crate) is_of_library: bool,
    pub(crate) is_closure: bool,
    /// Whether it is what an `Arc` or `Rc` points to: two counts, then the value.
    pub(crate) is_counted: bool,
    /// Whether others may have the same pointer to what it leads to.
    pub(crate) is_shared: bool,
}

/// What the value itself is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Neither futures nor objects can be inside it.
    Barren,
    Coroutine,
    /// It is never ready.
    Pending,
    /// It drives tasks.
    Driver,
    /// It stands for an object.
    Known,
    /// Anything else.
    Plain,
}

/// Where there is more inside it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// Nowhere.
    End,
    Pointer,
    Array(&'static Type, u64),
    Case,
    /// A pointer and a vtable.
    Dynamic(&'static Member, &'static Member),
    /// A pointer and a length.
    Slice(&'static Member, &'static Member),
    Collection(Collection),
    Members,
}

/// Collections, whose elements no member leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Collection {
    Vector,
    Deque,
    Tree,
    Table,
    Unordered,
    JoinSet,
}
