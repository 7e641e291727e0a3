//! The variables of a suspended coroutine, and whether they still are there.
//!
//! A state has room for variables that were moved out of: captured ones always, others if they were borrowed before. What is
//! still there is what the coroutine's own drop code would drop.

use super::is_reference;
use crate::{
    FrameKind,
    read::{
        dwarf::Member,
        value::{Reader, Value},
    },
};

/// Whether a variable still has its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    There,
    /// It was moved out.
    Gone,
    Unknown,
}

/// What is known of a coroutine's variables.
#[derive(Debug)]
pub(super) struct Variables {
    kind: FrameKind,
    /// Captured ones of an async function: it moves each to a variable of its own when it begins.
    moved: &'static [Member],
}

impl Variables {
    pub(super) fn of(reader: &Reader<'_>, coroutine: Value, kind: FrameKind) -> Self {
        let unresumed = coroutine.ty.variants().first();
        let captured = unresumed.and_then(|variant| reader.image.ty(variant.member.ty));
        let has_moved = kind != FrameKind::Unresumed && coroutine.ty.name.starts_with("{async_fn_env#");
        Self {
            kind,
            moved: captured.filter(|_| has_moved).map_or(&[], |captured| captured.members()),
        }
    }

    /// The variables that have a name in the source.
    pub(super) fn named(&self, reader: &Reader<'_>, inside: Value) -> Vec<(&'static str, Value)> {
        let mut named: Vec<(&str, Value)> = Vec::new();
        for member in inside.ty.members() {
            let name = match member.name {
                "__self" => "self",
                name => name,
            };
            let is_moved = |moved: &Member| moved.name == member.name && moved.offset == member.offset;
            let is_hidden = name.is_empty()
                || name.starts_with("__")
                || is_of_macro(name)
                || self.moved.iter().any(is_moved);
            if let Some(value) = reader.at(inside, member).filter(|_| !is_hidden)
                && !named.iter().any(|known| known.0 == name && known.1.address == value.address)
            {
                named.push((name, value));
            }
        }
        named
    }

    /// Whether a variable still has its value.
    pub(super) fn presence(&self, value: Value) -> Presence {
        match self.kind {
            FrameKind::Unresumed => Presence::There,
            // Copies of a reference are left where they are.
            _ if is_reference(value.ty) => Presence::Unknown,
            _ => Presence::Unknown,
        }
    }
}

/// What macros of tokio and std put beside the user's own variables.
fn is_of_macro(name: &str) -> bool {
    matches!(name, "pinned" | "disabled" | "futures") || name.starts_with("_ref__")
}
