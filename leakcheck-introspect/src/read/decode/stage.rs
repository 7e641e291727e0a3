//! How far a coroutine has come.

use crate::{
    FrameKind,
    read::{
        dwarf::Variant,
        value::{Reader, Value},
    },
};

/// What it is, the case of its state, and what is in that.
pub(super) type Stage = (FrameKind, &'static Variant, Value);

/// The stage of a coroutine; `None` where that is not readable.
pub(super) fn of(reader: &Reader<'_>, coroutine: Value) -> Option<Stage> {
    let (variant, inside) = reader.variant(coroutine)?;
    let kind = match inside.ty.name {
        name if name.starts_with("Unresumed") => FrameKind::Unresumed,
        name if name.starts_with("Returned") || name.starts_with("Panicked") => FrameKind::Finished,
        _ => FrameKind::Suspended,
    };
    Some((kind, variant, inside))
}
