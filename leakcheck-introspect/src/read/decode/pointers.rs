//! Pointers that lead further than their type says: with a vtable, and with counts.

use super::scan::Scan;
use crate::read::{
    dwarf::{Member, Shape, Type},
    trail::Rule,
    value::{Reader, Value},
};

impl Scan<'_, '_> {
    /// What a pointer with a vtable points to, whether it alone does, and how many own it.
    pub(super) fn dynamic(
        &self,
        value: Value,
        data: &Member,
        table: &Member,
    ) -> Option<(Value, bool, u64)> {
        let memory = &self.reader.memory;
        let at = value.address.wrapping_add(data.offset);
        let pointer = memory.word(at)?;
        let at_table = value.address.wrapping_add(table.offset);
        let table = memory.word(at_table)?;
        self.reader
            .decide(value.base, at_table, 8, || Rule::Is(table));
        let target = match self.reader.ty(data.ty)?.shape {
            Shape::Pointer(to) => self.reader.ty(to)?,
            _ => return None,
        };
        // The value stands behind two counts, at its own alignment.
        let (skip, is_sole, owners) = if is_counted(target) {
            let align = memory.word(table.wrapping_add(16))?.clamp(1, 1 << 12);
            let is_sole =
                memory.word(pointer) == Some(1) && memory.word(pointer.wrapping_add(8)) == Some(1);
            let owners = self.owners(pointer);
            (16_u64.next_multiple_of(align), is_sole, owners)
        } else {
            (0, true, 1)
        };
        let address = pointer.wrapping_add(skip);
        let target = Value {
            ty: concrete(self.reader, table)?,
            address,
            base: self.reader.follow(value.base, at, address, skip),
        };
        Some((target, is_sole, owners))
    }

    /// How many own what a counted pointer points to; whoever has it weakly is no owner.
    pub(super) fn owners(&self, counts: u64) -> u64 {
        self.reader.memory.word(counts).unwrap_or(u64::MAX)
    }

    /// Whether what a counted pointer points to has no other owners.
    pub(super) fn has_one_owner(&self, value: Value) -> bool {
        // Both counts stand in front, and one of each is our own pointer's.
        let count = |at| self.reader.memory.word(value.address.wrapping_add(at)) == Some(1);
        count(0) && count(8)
    }
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
    match image.ty(pointer.ty)?.shape {
        Shape::Pointer(to) => image.ty(to),
        _ => None,
    }
}

/// What an `Arc` or `Rc` points to: two counts, then the value.
pub(super) fn is_counted(ty: &Type) -> bool {
    ["ArcInner<", "RcInner<", "RcBox<"]
        .iter()
        .any(|prefix| ty.name.starts_with(prefix))
}
