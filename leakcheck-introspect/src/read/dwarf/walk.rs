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
    pub(crate) others: Others,
    /// Members that are not polled all the time.
    pub(crate) idle: Vec<&'static Idle>,
}

/// Of a combinator, the field that is not polled while something is so.
#[derive(Debug)]
pub(crate) struct Idle {
    pub(crate) ty: &'static str,
    pub(crate) field: &'static str,
    pub(crate) while_: While,
}

/// When a field is not polled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum While {
    /// An `Option` at the end of this path has something in it.
    Some(&'static [&'static str]),
    /// A flag is set.
    Set(&'static str),
    /// A flag is not set.
    Unset(&'static str),
    /// A `Vec` is empty.
    Empty(&'static str),
    /// A set of futures has as many as this limit, if there is one.
    Full(&'static str, &'static str),
}

/// Who else may come to what is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// Whoever comes to the value itself.
    None,
    /// It is what an `Arc` or `Rc` points to: two counts tell, then comes the value.
    Counted,
    /// Whoever has the same pointer: it is a plain one that does not own.
    Any,
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
