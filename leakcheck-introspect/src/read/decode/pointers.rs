//! What is known of pointers: the counts that some lead to, and the type of a vtable.

use crate::read::{
    dwarf::{Shape, Type},
    tokio::layout::INSTRUMENTED,
    value::Reader,
};

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
