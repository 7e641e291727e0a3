//! Which way a walk goes at values of a type.

use super::{collections, idle_parts, pointers::is_counted, relevance::cannot_hold};
use crate::read::{
    dwarf::{Kind, Others, Shape, Type, Walk, Way},
    tokio::ObjectKind,
    value::Reader,
};

/// The way at values of this type.
pub(super) fn of(reader: &Reader<'_>, ty: &'static Type) -> &'static Walk {
    ty.walk.get_or_init(|| {
        let kind = kind(reader, ty);
        Walk {
            kind,
            way: match kind {
                Kind::Barren => Way::End,
                _ => way(reader, ty),
            },
            is_of_library: is_of_library(ty),
            is_closure: ty.name.starts_with("{closure_env#"),
            others: match ty {
                _ if is_counted(ty) => Others::Counted,
                _ if is_shared(reader, ty) => Others::Any,
                _ => Others::None,
            },
            idle: idle_parts::of(ty),
        }
    })
}

/// Whether it is a plain pointer that does not own what it leads to; where that is counted, the counts tell.
fn is_shared(reader: &Reader<'_>, ty: &Type) -> bool {
    let is_raw = ty.name.starts_with("*const ") || ty.name.starts_with("*mut ");
    let target = || match (&ty.shape, ty.members().first()) {
        (Shape::Pointer(to), _) => reader.ty(*to),
        (_, Some(data)) => match reader.ty(data.ty)?.shape {
            Shape::Pointer(to) => reader.ty(to),
            _ => None,
        },
        _ => None,
    };
    ty.name.starts_with('&') && !ty.name.starts_with("&mut ")
        || is_raw && !target().is_some_and(is_counted)
}

fn kind(reader: &Reader<'_>, ty: &'static Type) -> Kind {
    match ty {
        _ if matches!(ty.shape, Shape::Leaf) || cannot_hold(reader, ty) => Kind::Barren,
        _ if ty.is_coroutine() => Kind::Coroutine,
        _ if ty.base == "core::future::pending::Pending" => Kind::Pending,
        _ if is_driver(ty) => Kind::Driver,
        _ if ObjectKind::is_one(ty) => Kind::Known,
        _ => Kind::Plain,
    }
}

fn way(reader: &Reader<'_>, ty: &'static Type) -> Way {
    match &ty.shape {
        _ if is_opaque(ty) => Way::End,
        Shape::Leaf => Way::End,
        Shape::Pointer(_) => Way::Pointer,
        Shape::Array(element, count) => reader
            .ty(*element)
            .map_or(Way::End, |element| Way::Array(element, *count)),
        Shape::Enum { .. } => Way::Case,
        Shape::Struct(members) => match &members[..] {
            [data, table] if table.name == "vtable" => Way::Dynamic(data, table),
            [data, length] if data.name == "data_ptr" && length.name == "length" => {
                Way::Slice(data, length)
            }
            _ => collections::of(ty).map_or(Way::Members, Way::Collection),
        },
    }
}

/// Whether it is the work of a well-known library.
fn is_of_library(ty: &Type) -> bool {
    const HOMES: &[&str] = &[
        "alloc",
        "core",
        "std",
        "tokio",
        "tokio_util",
        "tokio_stream",
        "futures_util",
        "futures_core",
        "pin_project",
        "pin_project_lite",
        "tracing",
        "hashbrown",
        // Tuples, references and arrays have no path.
        "",
    ];
    HOMES.contains(&ty.home())
}

/// Whether it is a set of tasks that whoever polls it drives.
pub(super) fn is_driver(ty: &Type) -> bool {
    ty.base == "tokio::task::local::LocalSet"
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
        "std::io",
        "std::thread",
        "tokio::runtime",
        "tokio::sync::mpsc::chan",
        "tokio::sync::task",
        "tokio::util::linked_list",
        "tracing::span",
        "tracing_core",
    ];
    // Whoever has a weak pointer keeps nothing alive.
    const WEAK: &[&str] = &["alloc::sync::Weak", "alloc::rc::Weak"];
    *ty.is_opaque.get_or_init(|| {
        HOMES.iter().any(|home| ty.path.starts_with(home))
            || ty.name.starts_with("PhantomData<")
            || WEAK.contains(&ty.base.as_str())
    })
}
