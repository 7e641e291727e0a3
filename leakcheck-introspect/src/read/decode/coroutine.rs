//! How far a coroutine has come, and whether its variables still are there.
//!
//! A state has room for variables that were moved out of: captured ones always, others if they were borrowed before. What is
//! still there is what the coroutine's own drop code would drop.

use std::borrow::Cow;

use super::{pointers::is_reference, relevance::cannot_hold};
use crate::{
    Class, FrameKind, Role,
    read::{
        drop_state::{self, DropState},
        dwarf::{Member, Type, Variant},
        name::{captured, named},
        objects::ObjectRef,
        value::{Reader, Value},
    },
};

/// How far a coroutine has come, the case of its state, and what is in that.
pub(super) fn stage(
    reader: &Reader<'_>,
    coroutine: Value,
) -> Option<(FrameKind, &'static Variant, Value)> {
    let (variant, inside) = reader.variant(coroutine)?;
    let kind = match inside.ty.name {
        name if name.starts_with("Unresumed") => FrameKind::Unresumed,
        name if name.starts_with("Returned") || name.starts_with("Panicked") => FrameKind::Finished,
        _ => FrameKind::Suspended,
    };
    Some((kind, variant, inside))
}

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
    state: Option<DropState>,
    /// Captured ones of an async function: it moves each to a variable of its own when it begins.
    moved: &'static [Member],
    /// Those of an async block, which may be fields of variables around it.
    captured: &'static [Member],
}

impl Variables {
    pub(super) fn of(reader: &Reader<'_>, coroutine: Value, kind: FrameKind) -> Self {
        let unresumed = coroutine.ty.variants().first();
        let captured = unresumed.and_then(|variant| reader.image.ty(variant.member.ty));
        let captured = captured.map_or(&[][..], Type::members);
        let is_function = coroutine.ty.name.starts_with("{async_fn_env#");
        let has_moved = is_function && kind != FrameKind::Unresumed;
        Self {
            kind,
            state: drop_state::of(reader, coroutine).filter(|_| kind != FrameKind::Unresumed),
            moved: if has_moved { captured } else { &[] },
            captured: if is_function { &[] } else { captured },
        }
    }

    /// Whether it is what the block has captured, and no variable of its own.
    pub(super) fn is_captured(&self, member: &Member) -> bool {
        let is_it = |known: &Member| known.name == member.name && known.offset == member.offset;
        self.captured.iter().any(is_it)
    }

    /// A [named](Self::named) variable as the source has it.
    pub(super) fn written(
        &self,
        inside: Value,
        (name, value): (&'static str, Value),
    ) -> Cow<'static, str> {
        let is_it = |member: &&Member| {
            named(member.name) == name && inside.address + member.offset == value.address
        };
        if self.captured.iter().any(|member| is_it(&member)) {
            captured(name).into()
        } else {
            name.into()
        }
    }

    /// The variables that have a name in the source.
    pub(super) fn named(&self, reader: &Reader<'_>, inside: Value) -> Vec<(&'static str, Value)> {
        let mut found: Vec<(&str, Value)> = Vec::new();
        for member in inside.ty.members() {
            let name = match member.name {
                "__self" => "self",
                // Captured by reference.
                name => named(name),
            };
            let is_moved =
                |moved: &Member| moved.name == member.name && moved.offset == member.offset;
            let is_hidden = name.is_empty()
                || name.starts_with("__")
                || is_of_macro(name)
                || self.moved.iter().any(is_moved);
            if let Some(value) = reader.at(inside, member).filter(|_| !is_hidden)
                && !found
                    .iter()
                    .any(|known| known.0 == name && known.1.address == value.address)
            {
                found.push((name, value));
            }
        }
        found
    }

    /// Values without a name in the source, which an expression has at this moment: those that are still to be dropped, and
    /// whether there may be others.
    pub(super) fn temporaries(&self, reader: &Reader<'_>, inside: Value) -> (Vec<Value>, bool) {
        let is_unnamed = |member: &&Member| {
            let name = member.name;
            (name.is_empty() || name.starts_with("__")) && name != "__awaitee" && name != "__self"
        };
        let may_hold = |ty: &'static Type| !is_reference(ty) && !cannot_hold(reader, ty);
        let (mut there, mut may_be_more) = (Vec::new(), false);
        for member in inside.ty.members().iter().filter(is_unnamed) {
            if reader.ty(member.ty).is_some_and(|ty| !may_hold(ty)) {
                continue;
            }
            match reader.at(inside, member) {
                Some(value) if self.is_there(value) => there.push(value),
                Some(value) if !self.may_be_there(value) => {}
                _ => may_be_more = true,
            }
        }
        (there, may_be_more)
    }

    /// Whether all of a value is certainly still there.
    fn is_there(&self, value: Value) -> bool {
        let state = self.state.as_ref();
        state.is_some_and(|state| state.covers(value.address, value.ty.size))
    }

    /// Whether anything in a value may still be there.
    fn may_be_there(&self, value: Value) -> bool {
        let state = self.state.as_ref();
        state.is_none_or(|state| state.touches(value.address, value.ty.size))
    }

    /// Whether what was found in a variable is still there.
    pub(super) fn presence(&self, variable: Value, found: &ObjectRef) -> Presence {
        if self.kind == FrameKind::Unresumed {
            return Presence::There;
        }
        // Copies of a reference are left where they are.
        let Some(state) = self.state.as_ref().filter(|_| !is_reference(variable.ty)) else {
            return Presence::Unknown;
        };
        let is_inside = lies_in(variable, found.place);
        // Without anything to drop in them they leave no trace in the code that drops.
        let leaves_no_trace = found.role == Role::Owner
            && matches!(
                found.object.class,
                Class::Mutex | Class::RwLock | Class::Semaphore | Class::Notify | Class::Barrier
            );
        let is_there = if is_inside {
            state.covers(found.place, found.value.ty.size)
        } else {
            state.touches(variable.address, variable.ty.size)
        };
        match is_there {
            true => Presence::There,
            false if is_inside && leaves_no_trace => Presence::Unknown,
            false => Presence::Gone,
        }
    }

    /// Whether a future that a variable has, or leads to, is still there.
    pub(super) fn presence_of_future(&self, variable: Value, future: Value) -> Presence {
        if self.kind == FrameKind::Unresumed {
            return Presence::There;
        }
        let Some(state) = self.state.as_ref().filter(|_| !is_reference(variable.ty)) else {
            return Presence::Unknown;
        };
        let is_there = if lies_in(variable, future.address) {
            state.covers(future.address, future.ty.size)
        } else {
            state.touches(variable.address, variable.ty.size)
        };
        if is_there {
            Presence::There
        } else {
            Presence::Gone
        }
    }

    /// Whether a variable was moved out of that has something to drop.
    pub(super) fn is_gone(&self, reader: &Reader<'_>, variable: Value) -> bool {
        const OWNERS: &[&str] = &[
            "alloc::boxed::Box",
            "alloc::rc::Rc",
            "alloc::string::String",
            "alloc::sync::Arc",
            "alloc::vec::Vec",
        ];
        let Some(state) = self.state.as_ref() else {
            return false;
        };
        let is_owner = |ty: &Type| OWNERS.contains(&ty.base.as_str());
        !is_reference(variable.ty)
            && !state.touches(variable.address, variable.ty.size)
            && reader.inside(variable, &is_owner).is_some()
    }
}

/// Whether a variable has what is at this address in itself, and does not lead to it.
fn lies_in(variable: Value, address: u64) -> bool {
    let end = variable.address.saturating_add(variable.ty.size);
    (variable.address..end).contains(&address)
}

/// What macros of tokio and std put beside the user's own variables.
fn is_of_macro(name: &str) -> bool {
    let is_number = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
    matches!(name, "pinned" | "disabled" | "futures")
        || name.strip_prefix("_fut").is_some_and(is_number)
}
