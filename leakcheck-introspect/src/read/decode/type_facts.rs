//! What decoding finds out about a type once, and keeps with it: names are compared once, and not at every value.

use std::sync::{Arc, OnceLock};

use super::descent::Classification;
use crate::read::dwarf::{Member, Type};

/// What is known of a type so far.
#[derive(Debug, Default)]
pub(super) struct TypeFacts {
    /// Whether its insides are bookkeeping, or not known to hold anything.
    pub(super) is_opaque: OnceLock<bool>,
    /// Whether neither futures nor objects can be inside it.
    pub(super) cannot_hold: OnceLock<bool>,
    /// Whether nobody can wait for anything that is inside it.
    pub(super) cannot_be_awaited: OnceLock<bool>,
    /// Its members in which they can be, with their types.
    pub(super) relevant_members: OnceLock<Vec<(&'static Member, &'static Type)>>,
    /// Whether futures of which nothing is known can be inside it, and its members of which that is so.
    pub(super) may_be_stranger: OnceLock<bool>,
    pub(super) strange_members: OnceLock<Vec<&'static str>>,
    pub(super) classification: OnceLock<Classification>,
    /// As variables of it are shown.
    pub(super) shown: OnceLock<Arc<str>>,
    /// Where it is the state of a coroutine that is suspended in a macro: the line on which that is called.
    pub(super) call_line: OnceLock<Option<u32>>,
}

impl TypeFacts {
    pub(super) fn of(ty: &Type) -> &Self {
        ty.notes.get()
    }
}
