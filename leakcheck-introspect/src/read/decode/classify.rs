//! What a scan does at values of a type, found out once.

use super::{
    cells::CellKind,
    descent::{Classification, Collection, Descent, Others, ValueKind},
    idle_parts::IdleRule,
    library::is_of_library,
    pointers::is_counted,
    relevance::{
        cannot_be_awaited, cannot_hold, is_driver, is_opaque, is_pending, is_runtime,
        may_hold_object,
    },
    type_facts::TypeFacts,
};
use crate::read::{
    dwarf::{Member, Shape, Type},
    objects::{ObjectKind, unread},
    value::Reader,
};

/// What to do at values of this type.
pub(super) fn classify(reader: &Reader<'_>, ty: &'static Type) -> &'static Classification {
    TypeFacts::of(ty).classification.get_or_init(|| {
        let kind = kind(reader, ty);
        Classification {
            kind,
            descent: match kind {
                ValueKind::Irrelevant => Descent::End,
                _ => descent(reader, ty),
            },
            is_of_library: is_of_library(ty),
            is_unread: unread(reader, ty)
                .is_some_and(|message| !cannot_be_awaited(reader, message))
                || covered(reader, ty).is_some_and(|inside| may_hold_object(reader, inside)),
            hides: is_runtime(ty),
            is_union: is_union(reader, ty),
            is_closure: ty.is_closure(),
            others: match ty {
                _ if is_counted(ty) => Others::Counted,
                _ if is_shared(reader, ty) && ty.name.starts_with('*') => Others::AnyOrGone,
                _ if is_shared(reader, ty) => Others::Any,
                _ => Others::None,
            },
            idle: IdleRule::of(ty),
        }
    })
}

/// The type of what it has or leads to and is not read: nothing says what is there, or the result of a task may be.
fn covered(reader: &Reader<'_>, ty: &Type) -> Option<&'static Type> {
    const COVERS: [&str; 9] = [
        "core::mem::maybe_uninit::MaybeUninit",
        "core::sync::atomic::AtomicPtr",
        "hashbrown::raw::RawDrain",
        "hashbrown::raw::RawIntoIter",
        "hashbrown::raw::RawIter",
        "std::thread::JoinHandle",
        "std::thread::join_handle::JoinHandle",
        "std::thread::scoped::ScopedJoinHandle",
        "tokio::runtime::task::join::JoinHandle",
    ];
    let is_meant = COVERS.contains(&ty.base.as_str());
    is_meant.then(|| reader.ty(ty.argument("T")?))?
}

/// Whether two members that both have a size begin at one place.
fn is_union(reader: &Reader<'_>, ty: &Type) -> bool {
    let first =
        |member: &&Member| member.offset == 0 && reader.ty(member.ty).is_some_and(|ty| ty.size > 0);
    ty.members().iter().filter(first).count() > 1
}

/// Whether it is a plain pointer that does not own what it leads to; where that is counted, the counts tell.
fn is_shared(reader: &Reader<'_>, ty: &Type) -> bool {
    let is_raw = ty.name.starts_with("*const ") || ty.name.starts_with("*mut ");
    let target = || {
        let data = ty.members().first();
        let to = ty.pointee().or_else(|| reader.ty(data?.ty)?.pointee())?;
        reader.ty(to)
    };
    ty.name.starts_with('&') && !ty.name.starts_with("&mut ")
        || is_raw && !target().is_some_and(is_counted)
}

fn kind(reader: &Reader<'_>, ty: &'static Type) -> ValueKind {
    match ty {
        _ if matches!(ty.shape, Shape::Leaf) || cannot_hold(reader, ty) => ValueKind::Irrelevant,
        _ if ty.is_coroutine() => ValueKind::Coroutine,
        _ if is_pending(ty) => ValueKind::Pending,
        _ if is_driver(ty) => ValueKind::Driver,
        _ if ObjectKind::is_one(ty) => ValueKind::Object,
        _ => ValueKind::Plain,
    }
}

fn descent(reader: &Reader<'_>, ty: &'static Type) -> Descent {
    match &ty.shape {
        _ if is_opaque(ty) => Descent::End,
        Shape::Leaf => Descent::End,
        Shape::Pointer(_) => Descent::Pointer,
        Shape::Array(element, count) => reader
            .ty(*element)
            .map_or(Descent::End, |element| Descent::Array(element, *count)),
        Shape::Enum { .. } => Descent::Case,
        Shape::Struct(_) => ty
            .fat_pointer()
            .map(Descent::FatPointer)
            .or_else(|| Collection::of(ty).map(Descent::Collection))
            .or_else(|| CellKind::of(ty).map(Descent::Cell))
            .unwrap_or(Descent::Members),
    }
}
