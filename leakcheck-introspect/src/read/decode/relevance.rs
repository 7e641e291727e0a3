//! Which types a scan can pass over, because neither futures nor objects can be inside them.

use super::type_facts::TypeFacts;
use crate::read::{
    dwarf::{Member, Type},
    int_hash,
    objects::ObjectKind,
    value::Reader,
};

/// Types that one question looks at; beyond that the answer is no.
const MOST_TYPES: usize = 5_000;

/// Whether neither futures nor objects can be inside values of this type.
pub(crate) fn cannot_hold(reader: &Reader<'_>, ty: &'static Type) -> bool {
    *TypeFacts::of(ty)
        .cannot_hold
        .get_or_init(|| find_nothing(reader, ty))
}

/// Whether nobody can wait for anything that is inside values of this type: of what a scan looks for, at most files and
/// sockets of std are there.
pub(super) fn cannot_be_awaited(reader: &Reader<'_>, ty: &'static Type) -> bool {
    *TypeFacts::of(ty).cannot_be_awaited.get_or_init(|| {
        let is_awaited = |next: &Type| is_looked_for(next) && !ObjectKind::is_passive(next);
        !may_be_inside(reader, ty, is_awaited)
    })
}

/// The members of a type in which they can be.
pub(super) fn relevant_members(
    reader: &Reader<'_>,
    ty: &'static Type,
) -> &'static [(&'static Member, &'static Type)] {
    TypeFacts::of(ty).relevant_members.get_or_init(|| {
        let types = ty
            .members()
            .iter()
            .filter_map(|member| Some((member, reader.ty(member.ty)?)));
        types.filter(|(_, ty)| !cannot_hold(reader, ty)).collect()
    })
}

fn find_nothing(reader: &Reader<'_>, ty: &'static Type) -> bool {
    !may_be_inside(reader, ty, |next| {
        TypeFacts::of(next).cannot_hold.get() == Some(&false) || is_looked_for(next)
    })
}

/// Whether it is a future or an object, or may be anything.
fn is_looked_for(ty: &Type) -> bool {
    ty.is_coroutine()
        || ty.is_dynamic_pointer()
        || is_pending(ty)
        || is_driver(ty)
        || is_runtime(ty)
        || ObjectKind::is_one(ty)
}

/// Whether an object that somebody can wait for is inside values of this type, as far as their types name it.
pub(super) fn may_hold_object(reader: &Reader<'_>, ty: &'static Type) -> bool {
    may_be_inside(reader, ty, |next| {
        ObjectKind::is_one(next) && !ObjectKind::is_passive(next)
    })
}

/// Whether something may be inside values of this type.
fn may_be_inside(reader: &Reader<'_>, ty: &'static Type, is_meant: impl Fn(&Type) -> bool) -> bool {
    let image = reader.image;
    let mut seen = int_hash::Set::new();
    let mut open = vec![ty];
    while let Some(next) = open.pop() {
        let known = TypeFacts::of(next).cannot_hold.get();
        if !seen.insert(next.die) || known == Some(&true) {
            continue;
        }
        if is_meant(next) || seen.len() > MOST_TYPES {
            return true;
        }
        // Collections point to bytes; their elements stand in their arguments.
        let arguments = next.arguments.iter().map(|argument| argument.1);
        open.extend(arguments.filter_map(|argument| image.ty(argument)));
        if !is_opaque(next) {
            open.extend(next.parts().filter_map(|part| image.ty(part)));
        }
    }
    false
}

/// Whether it is a future that is never ready.
pub(super) fn is_pending(ty: &Type) -> bool {
    const PENDING: [&str; 2] = [
        "core::future::pending::Pending",
        "futures_util::future::pending::Pending",
    ];
    PENDING.contains(&ty.base.as_str())
}

/// Whether it is a set of tasks that whoever polls it drives.
pub(super) fn is_driver(ty: &Type) -> bool {
    ty.base == "tokio::task::local::LocalSet"
}

/// Whether it leads to a runtime, whose tasks may hold anything.
pub(super) fn is_runtime(ty: &Type) -> bool {
    const RUNTIMES: [&str; 2] = [
        "tokio::runtime::runtime::Runtime",
        "tokio::runtime::handle::Handle",
    ];
    RUNTIMES.contains(&ty.base.as_str())
}

/// Types whose insides are bookkeeping, or not known to hold anything.
pub(super) fn is_opaque(ty: &Type) -> bool {
    const HOMES: &[&str] = &[
        "alloc::string",
        "core::fmt",
        "core::mem::maybe_uninit",
        "core::sync::atomic",
        "core::task",
        "futures_util::task",
        "mio::",
        "std::io::error",
        "std::io::stdio",
        "std::thread",
        "tokio::runtime",
        "tokio::sync::mpsc::chan",
        "tokio::sync::task",
        "tokio::util::linked_list",
        "tracing::span",
        "tracing_core",
    ];
    *TypeFacts::of(ty).is_opaque.get_or_init(|| {
        HOMES.iter().any(|home| ty.path.starts_with(home))
            || ty.name.starts_with("PhantomData<")
            // Whoever has one keeps nothing alive.
            || is_weak(ty)
    })
}

pub(super) fn is_weak(ty: &Type) -> bool {
    const WEAK: [&str; 2] = ["alloc::sync::Weak", "alloc::rc::Weak"];
    WEAK.contains(&ty.base.as_str())
}
