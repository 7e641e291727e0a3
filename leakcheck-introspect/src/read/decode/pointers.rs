//! Pointers that lead further than their type says: with a vtable, and with counts.

use crate::read::{
    dwarf::{Member, Shape, Type},
    shape_memo::Rule,
    tokio::layout::INSTRUMENTED,
    value::{Reader, Value},
};

/// What a pointer with a vtable points to, whether it alone does, and how many own it.
pub(super) fn dynamic(
    reader: &Reader<'_>,
    value: Value,
    data: &Member,
    table: &Member,
) -> Option<(Value, bool, u64)> {
    let memory = &reader.memory;
    let at = value.address.wrapping_add(data.offset);
    let pointer = memory.word(at)?;
    let at_table = value.address.wrapping_add(table.offset);
    let table = memory.word(at_table)?;
    reader.decide(value.hop, at_table, 8, || Rule::Is(table));
    let target = reader.ty(reader.ty(data.ty)?.pointee()?)?;
    // The value stands behind two counts, at its own alignment.
    let (skip, is_sole, owners) = if is_counted(target) {
        let align = memory.word(table.wrapping_add(16))?.clamp(1, 1 << 12);
        let is_sole = has_one_owner(reader, pointer);
        (
            16_u64.next_multiple_of(align),
            is_sole,
            owners(reader, pointer),
        )
    } else {
        (0, true, 1)
    };
    let address = pointer.wrapping_add(skip);
    let target = Value {
        ty: concrete(reader, table)?,
        address,
        hop: reader.follow(value.hop, at, address, skip),
    };
    Some((target, is_sole, owners))
}

/// How many own what a counted pointer points to; whoever has it weakly is no owner.
pub(super) fn owners(reader: &Reader<'_>, counts: u64) -> u64 {
    reader.memory.word(counts).unwrap_or(u64::MAX)
}

/// Whether what a counted pointer points to has no other owners.
pub(super) fn has_one_owner(reader: &Reader<'_>, counts: u64) -> bool {
    // Both counts stand in front, and one of each is our own pointer's.
    let count = |at| reader.memory.word(counts.wrapping_add(at)) == Some(1);
    count(0) && count(8)
}

/// What is in a box, behind a reference or pinned by either: whoever polls that polls this. The value itself where it is none
/// of these, or where it leads to nothing that is known.
pub(super) fn unboxed(reader: &Reader<'_>, value: Value) -> Value {
    const BOXES: u32 = 16;
    let inside = |value: Value| match &value.ty.shape {
        Shape::Pointer(_) => reader.pointee(value),
        Shape::Struct(members) => match &members[..] {
            [data, table] if table.name == "vtable" => Some(dynamic(reader, value, data, table)?.0),
            [pointer] if value.ty.is_pointer() => reader.at(value, pointer),
            _ => None,
        },
        _ => None,
    };
    let mut inner = value;
    for _ in 0..BOXES {
        match inside(inner) {
            Some(next) => inner = next,
            // Half of the way is no future.
            None if inner.ty.is_pointer() => return value,
            None => return inner,
        }
    }
    value
}

/// The type that a vtable belongs to: said by the table's own entry, by its drop glue, or by its third method.
pub(crate) fn concrete(reader: &Reader<'_>, table: u64) -> Option<&'static Type> {
    let image = reader.image;
    image.program.span.contains(&table).then_some(())?;
    if let Some(ty) = image.vtable(table).and_then(|die| reader.ty(die)) {
        return Some(ty);
    }
    let drop = reader.memory.word(table)?;
    if drop != 0
        && let Some(ty) = image.function(drop).and_then(|drop| drop.argument("T"))
    {
        return image.ty(ty);
    }
    let poll = reader.memory.word(table.wrapping_add(24))?;
    let receiver = image.ty(*image.function(poll)?.parameters.first()?)?;
    let pointer = receiver
        .member("pointer")
        .or_else(|| receiver.member("__pointer"))?;
    image.ty(image.ty(pointer.ty)?.pointee()?)
}

/// What an `Arc` or `Rc` points to: two counts, then the value.
pub(super) fn is_counted(ty: &Type) -> bool {
    ["ArcInner<", "RcInner<", "RcBox<"]
        .iter()
        .any(|prefix| ty.name.starts_with(prefix))
}

/// Pointers and the like, whose content is what matters.
pub(super) fn is_wrapper(ty: &Type) -> bool {
    let prefixes = [
        "Pin<",
        "Box<",
        "alloc::boxed::Box<",
        "Unique<",
        "&",
        "PollFn<",
        "Coop<",
        "CoopFuture<",
    ];
    matches!(ty.shape, Shape::Pointer(_))
        || ty.base == INSTRUMENTED
        || prefixes.iter().any(|prefix| ty.name.starts_with(prefix))
}

/// Whether it is a reference, pinned or not.
pub(super) fn is_reference(ty: &Type) -> bool {
    let name = ty.name.trim_start_matches("Pin<");
    name.starts_with('&')
}
