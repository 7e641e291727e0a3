//! Pointers to what has no size of its own: with a vtable, or with a length.
//!
//! What they lead to is that, or a struct of which it is the last field, such as what an `Arc` counts.

use super::pointers::{concrete, has_one_owner, is_counted, owners};
use crate::read::{
    dwarf::{FatPointer, Member, Type, Unsized},
    shape_memo::Rule,
    value::{Reader, Value},
};

/// Structs in each other of which the last field has no size of its own.
const DEEPEST: usize = 16;

/// What a pointer leads to.
#[derive(Debug)]
pub(super) struct Target {
    /// The last field, and nothing else where that is all.
    pub(super) content: Content,
    /// The struct around it, where that has other fields and they are at the offsets of its type.
    pub(super) head: Option<Value>,
    /// The fields that lead from there to the content.
    pub(super) fields: Vec<(&'static Type, &'static Member)>,
    /// Whether the content is all of it, but for counts.
    pub(super) is_whole: bool,
    /// Whether the pointer alone leads there, and how many own it.
    pub(super) is_sole: bool,
    pub(super) owners: u64,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// Of the type that the vtable tells.
    One(Value),
    /// Elements side by side.
    Several(Row),
}

/// Where elements are, and the pointer that was followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) element: &'static Type,
    pub(super) first: u64,
    pub(super) count: u64,
    pub(super) hop: u32,
}

impl Target {
    /// `None` where that is not known.
    pub(super) fn of(reader: &Reader<'_>, value: Value, pointer: FatPointer<'_>) -> Option<Self> {
        let word = |member: &Member| {
            let at = value.address.wrapping_add(member.offset);
            Some((at, reader.memory.word(at)?))
        };
        let (at, address) = word(pointer.data)?;
        let (at_more, more) = word(pointer.more)?;
        reader.decide(value.hop, at_more, 8, || Rule::Is(more));
        let target = reader.ty(reader.ty(pointer.data.ty)?.pointee()?)?;
        let tail = match pointer.kind {
            Unsized::Dynamic => {
                let align = || Some(reader.memory.word(more.wrapping_add(16))?.clamp(1, 1 << 12));
                Tail::dynamic(reader, target, align)?
            }
            Unsized::Slice => Tail::slice(reader, value.ty, target)?,
        };
        let is_counted = is_counted(target);
        let place = address.wrapping_add(tail.offset);
        let hop = reader.follow(value.hop, at, place, tail.offset);
        let content = match pointer.kind {
            Unsized::Dynamic => Content::One(Value {
                ty: concrete(reader, more)?,
                address: place,
                hop,
            }),
            Unsized::Slice => Content::Several(Row {
                element: tail.ty,
                first: place,
                count: more,
                hop,
            }),
        };
        // Of what is counted, the counts are told apart.
        let is_whole = tail.fields.len() <= usize::from(is_counted);
        let head = (!is_whole && !tail.is_moved).then(|| {
            reader.give_up();
            Value::new(target, address)
        });
        Some(Self {
            content,
            head,
            fields: tail.fields,
            is_whole,
            is_sole: !is_counted || has_one_owner(reader, address),
            owners: if is_counted {
                owners(reader, address)
            } else {
                1
            },
        })
    }

    /// Whether it has other fields, of which the places are not known.
    pub(super) fn hides(&self) -> bool {
        !self.is_whole && self.head.is_none()
    }
}

/// Where the last field of a type is that has no size of its own.
struct Tail {
    ty: &'static Type,
    offset: u64,
    fields: Vec<(&'static Type, &'static Member)>,
    /// Whether an alignment that the type does not tell has moved other fields as well.
    is_moved: bool,
}

impl Tail {
    /// The whole type is one.
    const fn all(ty: &'static Type) -> Self {
        Self {
            ty,
            offset: 0,
            fields: Vec::new(),
            is_moved: false,
        }
    }

    /// The field that may be of any type: it is at its own alignment, as are the structs around it.
    fn dynamic(
        reader: &Reader<'_>,
        target: &'static Type,
        align: impl Fn() -> Option<u64>,
    ) -> Option<Self> {
        let mut tail = Self::all(target);
        while !tail.ty.is_dynamic() {
            let (field, ty) = last_field(reader, tail.ty)?;
            // What lies in the struct around has its offset from where that is.
            tail.is_moved |= tail.offset != tail.known_offset();
            tail.fields.push((tail.ty, field));
            tail.offset += field.offset.next_multiple_of(align()?.max(ty.align.max(1)));
            tail.ty = ty;
            (tail.fields.len() <= DEEPEST).then_some(())?;
        }
        Some(tail)
    }

    /// Where it would be by the types alone.
    fn known_offset(&self) -> u64 {
        self.fields.iter().map(|(_, field)| field.offset).sum()
    }

    /// Elements, or what is counted of which they are the last field. Others are not known: of the last field the debug info
    /// has the type of an element.
    fn slice(reader: &Reader<'_>, pointer: &Type, target: &'static Type) -> Option<Self> {
        let to = pointer.unsized_target().unwrap_or("");
        if to.starts_with('[') || to == "str" || to.starts_with("str,") {
            return Some(Self::all(target));
        }
        let (_, of) = target.name.split_once('<')?;
        (is_counted(target) && of.starts_with('[')).then_some(())?;
        let (field, ty) = last_field(reader, target)?;
        Some(Self {
            ty,
            offset: field.offset,
            fields: vec![(target, field)],
            is_moved: false,
        })
    }
}

fn last_field(reader: &Reader<'_>, ty: &'static Type) -> Option<(&'static Member, &'static Type)> {
    let field = ty.members().last()?;
    Some((field, reader.ty(field.ty)?))
}
