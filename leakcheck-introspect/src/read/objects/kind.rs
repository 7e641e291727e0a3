//! What a type stands for that is reached: rows of the tables.

use super::tally::Tally;
use crate::{Class, Role};

/// A type that stands for an object.
#[derive(Debug)]
pub(crate) struct ObjectKind {
    pub(super) ty: &'static str,
    pub(super) class: Class,
    pub(super) role: Role,
    pub(super) at: Identity,
    pub(super) leaf: Leaf,
    /// A field whose content is searched as well, such as what a lock guards.
    pub(crate) content: Option<&'static str>,
    /// How the object counts those who have it, where that is not tokio's own.
    pub(super) tally: Option<&'static Tally>,
}

/// Where the object's identity is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Identity {
    /// The pointer that this path ends at.
    Pointer(&'static [&'static str]),
    /// The address of what this path ends at.
    Place(&'static [&'static str]),
    /// That of the handle or lock that this path leads to, owned or borrowed.
    Of(&'static [&'static str]),
    /// The number of the descriptor inside.
    Descriptor,
    /// The number of the child process inside.
    Process,
}

/// Whether a type is a future of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// It is only ever polled inside another future, if at all.
    No,
    /// The same, and whoever polls what contains it polls it.
    Inside,
    /// It is awaited for what its class stands for.
    Yes,
    /// It is awaited for this.
    For(Awaits),
}

/// What a leaf is awaited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaits {
    Message,
    Room,
    Closed,
    /// A lock or permits.
    Permit,
    /// A lock that nobody else may have at the same time.
    LockAlone,
    Arrivals,
}

/// The object's own place.
pub(super) const ITSELF: Identity = Identity::Place(&[]);

/// Rows of a table: type, class, role, identity, and whether it is a leaf; `in` names a field that is searched as well, and
/// `by` how those who have it are counted.
macro_rules! kinds {
    ($($ty:literal $class:ident $role:ident $at:expr, $leaf:expr $(, in $content:literal)? $(, by $tally:expr)?;)*) => {
        &[$($crate::read::objects::kind::ObjectKind {
            ty: $ty,
            class: $crate::Class::$class,
            role: $crate::Role::$role,
            at: $at,
            leaf: $leaf,
            content: kinds!(@content $($content)?),
            tally: kinds!(@tally $($tally)?),
        }),*]
    };
    (@content) => { None };
    (@content $content:literal) => { Some($content) };
    (@tally) => { None };
    (@tally $tally:expr) => { Some(&$tally) };
}

pub(super) use kinds;
