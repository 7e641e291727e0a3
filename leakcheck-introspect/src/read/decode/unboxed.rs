//! What is polled when somebody polls a box.

use super::fat_pointers::{Content, Target};
use crate::read::{
    dwarf::Shape,
    value::{Reader, Value},
};

/// What is in a box, behind a reference or pinned by either: whoever polls that polls this. The value itself where it is none
/// of these, or where it leads to nothing that is known.
pub(super) fn unboxed(reader: &Reader<'_>, value: Value) -> Value {
    const BOXES: u32 = 16;
    let inside = |value: Value| match &value.ty.shape {
        Shape::Pointer(_) => reader.pointee(value),
        Shape::Struct(members) => match (&members[..], value.ty.fat_pointer()) {
            (_, Some(pointer)) => match Target::of(reader, value, pointer)? {
                Target {
                    content: Content::One(inner),
                    is_whole: true,
                    ..
                } => Some(inner),
                _ => None,
            },
            ([pointer], None) if value.ty.is_pointer() => reader.at(value, pointer),
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
