//! Futures that a task keeps and does not poll: what they have they keep until it polls or drops them.

use std::sync::Arc;

use super::{
    coroutine::{Presence, Variables},
    pointers::is_reference,
    scanned::ScannedFuture,
};
use crate::{
    Certainty, Frame, Hold, Location,
    read::value::{Reader, Value},
};

/// An async function or block that was polled before, in a variable.
#[derive(Clone, Debug)]
pub(super) struct Parked {
    pub(super) future: Value,
    /// Whether nobody else can come to it.
    is_sole: bool,
    owners: u64,
    function: Arc<str>,
    local: String,
    location: Option<Location>,
}

impl Parked {
    /// One that is certainly in this variable of a function.
    pub(super) fn of(
        frame: &Frame,
        variables: &Variables,
        (name, variable): (&str, Value),
        found: &ScannedFuture,
    ) -> Option<Self> {
        let is_there = !is_reference(variable.ty)
            && !found.may_be_gone
            && found.certainty == Certainty::Certain
            && variables.presence_of_future(variable, found.future) == Presence::There;
        let local = format!("{name}{}", found.path);
        is_there.then(|| Self {
            future: found.future,
            is_sole: found.is_sole,
            owners: found.owners,
            function: Arc::clone(&frame.function),
            local: local.trim_start_matches('.').to_owned(),
            location: frame.location.clone(),
        })
    }

    /// What one of its frames holds, as what the variable holds.
    pub(super) fn keeps(&self, hold: &Hold) -> Hold {
        let inner = hold.local.as_ref();
        let dot = match inner.chars().next() {
            None | Some('[') => "",
            Some(_) if self.local.is_empty() => "",
            Some(_) => ".",
        };
        Hold {
            is_sole: hold.is_sole && self.is_sole,
            owners: hold.owners.max(self.owners),
            local: format!("{}{dot}{inner}", self.local).into(),
            function: Arc::clone(&self.function),
            location: self.location.clone(),
            ..hold.clone()
        }
    }
}

/// The variable that `std::pin::pin!` pins a value in, and the name of the one that leads to it.
pub(super) fn pinned<'v>(
    reader: &Reader<'_>,
    inside: Value,
    named: &[(&'v str, Value)],
) -> Vec<(&'v str, Value)> {
    let members = inside.ty.members().iter();
    let pinned = members.filter(|member| member.name == "pinned");
    let values = pinned.filter_map(|member| reader.at(inside, member));
    let name = |value: Value| {
        let leads_to = |(_, other): &&(&str, Value)| {
            let pointer = reader.pointer(*other);
            let target = pointer.and_then(|pointer| reader.memory.word(pointer.address));
            is_reference(other.ty) && target == Some(value.address)
        };
        named.iter().find(leads_to).map_or("", |(name, _)| *name)
    };
    values.map(|value| (name(value), value)).collect()
}
