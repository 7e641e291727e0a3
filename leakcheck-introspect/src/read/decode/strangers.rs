//! Futures of which nothing is known: neither async functions nor in any table, they may be woken by anybody.
//!
//! Whether a type is a future debug info does not say. So what a combinator contains counts as one if a crate that is not
//! well known has made it, or if a waker is kept in it.

use super::{
    library::is_of_library,
    relevance::{cannot_be_awaited, is_opaque},
    type_facts::TypeFacts,
};
use crate::read::{
    dwarf::{Shape, Type},
    int_hash,
    value::Reader,
};

/// Types that one question looks at; beyond that the answer is yes.
const MOST_TYPES: usize = 2_000;

/// Who keeps wakers to pass on what the futures beside them say.
const PASSING_ON: &[&str] = &[
    "futures_util::future::future::shared::Notifier",
    "futures_util::stream::stream::flatten_unordered",
];

/// Who can be made ready by handles that stand in no variable, beside what is inside.
const ENDED_BY_HANDLES: &[&str] = &[
    "futures_util::abortable::Abortable",
    "futures_util::future::future::remote_handle::Remote",
];

const WAKER: &str = "core::task::wake::Waker";

/// Whether values of a type without known futures or objects in it may be, or contain, unknown ones that are polled.
pub(super) fn may_be_stranger(reader: &Reader<'_>, ty: &'static Type) -> bool {
    *TypeFacts::of(ty)
        .may_be_stranger
        .get_or_init(|| find_stranger(reader, ty))
}

/// The members of a type that may be such futures.
pub(super) fn strange_members(reader: &Reader<'_>, ty: &'static Type) -> &'static [&'static str] {
    TypeFacts::of(ty).strange_members.get_or_init(|| {
        let is_strange = |ty| cannot_be_awaited(reader, ty) && may_be_stranger(reader, ty);
        let members = ty.members().iter();
        let strange = members.filter(|member| reader.ty(member.ty).is_some_and(is_strange));
        strange.map(|member| member.name).collect()
    })
}

/// Whether the code that polls a value of this type was written by hand; `closures` are known to be the work of a macro, or
/// not.
pub(super) fn is_hand_written(reader: &Reader<'_>, ty: &Type, are_closures_known: bool) -> bool {
    if is_poll_fn(ty) {
        let closure = ty.argument("F").and_then(|closure| reader.ty(closure));
        let is_known = |ty: &Type| ty.is_closure() && (are_closures_known || is_of_library(ty));
        return !closure.is_some_and(is_known);
    }
    if ENDED_BY_HANDLES.contains(&ty.base.as_str()) {
        return true;
    }
    // Closures of combinators are called with what was ready.
    !is_of_library(ty) && !ty.is_closure()
}

fn find_stranger(reader: &Reader<'_>, ty: &'static Type) -> bool {
    let mut seen = int_hash::Set::new();
    let mut open = vec![ty];
    while let Some(next) = open.pop() {
        if !seen.insert(next.die) || matches!(next.shape, Shape::Leaf) || next.is_closure() {
            continue;
        }
        let is_stranger = next.base == WAKER || is_poll_fn(next) || !is_of_library(next);
        if is_stranger || seen.len() > MOST_TYPES {
            return true;
        }
        if is_opaque(next) || PASSING_ON.iter().any(|known| next.base.starts_with(known)) {
            continue;
        }
        // Collections point to bytes; their elements stand in their arguments.
        if matches!(next.home(), "alloc" | "hashbrown") {
            let arguments = next.arguments.iter().map(|argument| argument.1);
            open.extend(arguments.filter_map(|argument| reader.ty(argument)));
        }
        open.extend(next.parts().filter_map(|part| reader.ty(part)));
    }
    false
}

/// Whether it is a future or stream that is polled by calling a closure.
fn is_poll_fn(ty: &Type) -> bool {
    ty.name.starts_with("PollFn<") && is_of_library(ty)
}

/// Whether a field of this type is a closure that is only called with what was ready.
pub(super) fn is_only_called(within: &Type, field: &Type) -> bool {
    field.is_closure() && !is_poll_fn(within)
}
