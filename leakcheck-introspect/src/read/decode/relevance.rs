//! Types in which no walk finds anything.

use super::classify::{is_driver, is_opaque};
use crate::read::{
    dwarf::{Member, Shape, Type},
    int_hash,
    tokio::ObjectKind,
    value::Reader,
};

/// Types that one question looks at; beyond that the answer is no.
const MOST_TYPES: usize = 5_000;

/// Whether neither futures nor objects can be inside values of this type.
pub(super) fn cannot_hold(reader: &Reader<'_>, ty: &'static Type) -> bool {
    *ty.cannot_hold.get_or_init(|| find_nothing(reader, ty))
}

/// The members of a type that are not barren.
pub(super) fn relevant_members(
    reader: &Reader<'_>,
    ty: &'static Type,
) -> &'static [(&'static Member, &'static Type)] {
    ty.relevant_members.get_or_init(|| {
        let types = ty
            .members()
            .iter()
            .filter_map(|member| Some((member, reader.ty(member.ty)?)));
        types.filter(|(_, ty)| !cannot_hold(reader, ty)).collect()
    })
}

fn find_nothing(reader: &Reader<'_>, ty: &'static Type) -> bool {
    let image = reader.image;
    let mut seen = int_hash::Set::new();
    let mut open = vec![ty];
    while let Some(next) = open.pop() {
        if !seen.insert(next.die) || next.cannot_hold.get() == Some(&true) {
            continue;
        }
        let is_fruitful = next.cannot_hold.get() == Some(&false)
            || next.is_coroutine()
            || next.member("vtable").is_some()
            || next.base == "core::future::pending::Pending"
            || is_driver(next)
            || ObjectKind::is_one(next);
        if is_fruitful || seen.len() > MOST_TYPES {
            return false;
        }
        // Collections point to bytes; their elements stand in their arguments.
        open.extend(
            next.arguments
                .iter()
                .filter_map(|argument| image.ty(argument.1)),
        );
        if is_opaque(next) {
            continue;
        }
        match &next.shape {
            Shape::Leaf => {}
            Shape::Pointer(to) | Shape::Array(to, _) => open.extend(image.ty(*to)),
            Shape::Struct(members) => {
                open.extend(members.iter().filter_map(|member| image.ty(member.ty)));
            }
            Shape::Enum { variants, .. } => {
                open.extend(
                    variants
                        .iter()
                        .filter_map(|variant| image.ty(variant.member.ty)),
                );
            }
        }
    }
    true
}
