//! Collections, whose elements no member leads to.

use super::{descent::Collection, relevance::cannot_hold};
use crate::read::{
    dwarf::{Shape, Type},
    shape_memo::Rule,
    value::{Reader, Value},
};

/// Elements of one collection that are visited.
const MOST_ELEMENTS: u64 = 256;
/// Buckets of a hash table that are read at once, and count as one place of a scan.
const BUCKETS: usize = 64;
/// Levels of a tree map: more have more elements than there is memory.
const HIGHEST: u64 = 32;

/// Who takes the elements.
pub(super) trait Sink {
    /// Takes one of them, with the number that is shown.
    fn take(&mut self, index: u64, element: Value);

    /// Takes one of those that have no order.
    fn take_some(&mut self, element: Value);

    /// Hears that there are more.
    fn cut(&mut self);

    /// Pays for a look at what may be empty; false where nothing is left to pay with.
    fn spend(&mut self) -> bool;
}

/// Enumerates the elements of collections.
pub(super) struct Elements<'r, 'i, S> {
    pub(super) reader: &'r Reader<'i>,
    pub(super) sink: S,
}

impl<S: Sink> Elements<'_, '_, S> {
    /// Those of a collection.
    pub(super) fn of(&mut self, collection: Collection, value: Value) {
        let _ = match collection {
            Collection::Vector => self.vector(value),
            Collection::Deque => self.deque(value),
            Collection::Tree => self.tree(value),
            Collection::Table => self.table(value),
            Collection::Unordered => self.unordered(value),
            Collection::JoinSet => self.join_set(value),
        };
    }

    fn vector(&mut self, value: Value) -> Option<()> {
        let element = self.reader.ty(value.ty.argument("T")?)?;
        let length = self.reader.field(value, "len")?;
        let pointer = self.reader.resolve(value, &["buf", "inner", "ptr"])?;
        let pointer = self.reader.pointer(pointer)?;
        self.row(element, value.hop, (pointer.address, length.address));
        Some(())
    }

    /// Elements side by side, of which a pointer and a length are known to stand at two places.
    fn row(&mut self, element: &'static Type, hop: u32, (pointer, length): (u64, u64)) {
        if cannot_hold(self.reader, element) {
            return;
        }
        let memory = &self.reader.memory;
        if let (Some(first), Some(count)) = (memory.word(pointer), memory.word(length)) {
            self.reader.decide(hop, length, 8, || Rule::Is(count));
            let hop = self.reader.follow(hop, pointer, first, 0);
            self.array(element, (hop, first), count);
        }
    }

    /// Elements side by side.
    pub(super) fn array(&mut self, element: &'static Type, (hop, first): (u32, u64), count: u64) {
        if cannot_hold(self.reader, element) || count > 1 << 32 {
            return;
        }
        if count > MOST_ELEMENTS {
            self.sink.cut();
        }
        for index in 0..count.min(MOST_ELEMENTS) {
            let value = Value::nth(element, first, index);
            self.sink.take(index, Value { hop, ..value });
        }
    }

    /// One element of many; false where there are too many.
    fn element(&mut self, element: Value, index: u64) -> bool {
        if index >= MOST_ELEMENTS {
            self.sink.cut();
            return false;
        }
        self.sink.take(index, element);
        true
    }

    fn deque(&mut self, value: Value) -> Option<()> {
        self.reader.give_up();
        let reader = self.reader;
        let element = reader.ty(value.ty.argument("T")?)?;
        let number = |path: &[&str]| {
            let leaf = |ty: &Type| matches!(ty.shape, Shape::Leaf);
            reader.number(reader.inside(reader.resolve(value, path)?, &leaf)?)
        };
        let capacity = number(&["buf", "inner", "cap"])?;
        let pointer = reader.pointer(reader.resolve(value, &["buf", "inner", "ptr"])?)?;
        let first = reader.memory.word(pointer.address)?;
        let (head, length) = (number(&["head"])?, number(&["len"])?);
        if cannot_hold(reader, element) || capacity == 0 || length > capacity {
            return None;
        }
        for index in 0..length {
            let place = head.wrapping_add(index) % capacity;
            if !self.element(Value::nth(element, first, place), index) {
                break;
            }
        }
        Some(())
    }

    /// A hash table: control bytes upwards from a point, elements downwards.
    fn table(&mut self, value: Value) -> Option<()> {
        self.reader.give_up();
        let reader = self.reader;
        let element = reader.ty(value.ty.argument("T")?)?;
        if cannot_hold(reader, element) {
            return None;
        }
        let control = reader.pointer(reader.resolve(value, &["table", "ctrl"])?)?;
        let control = reader.memory.word(control.address)?;
        let number = |name| reader.number(reader.resolve(value, &["table", name])?);
        let (mask, items) = (number("bucket_mask")?, number("items")?);
        // Buckets are a power of two, and one in eight of them stays empty.
        if mask & mask.wrapping_add(1) != 0 || items > mask {
            self.sink.cut();
            return None;
        }
        let mut found = 0;
        for first in (0..=mask).step_by(BUCKETS) {
            if found == items {
                return Some(());
            }
            // Many buckets may be empty.
            if !self.sink.spend() {
                break;
            }
            let mut states = [0; BUCKETS];
            let count = usize::try_from(mask - first)
                .map_or(BUCKETS, |more| BUCKETS.min(more.saturating_add(1)));
            let states = states.get_mut(..count)?;
            if reader
                .memory
                .read(control.wrapping_add(first), states)
                .is_none()
            {
                break;
            }
            for (bucket, _) in (first..).zip(states).filter(|(_, state)| **state < 0x80) {
                if found == MOST_ELEMENTS {
                    self.sink.cut();
                    return Some(());
                }
                let below = (bucket + 1).wrapping_mul(element.size);
                let pair = Value::new(element, control.wrapping_sub(below));
                for member in element.members() {
                    if let Some(part) = reader.at(pair, member) {
                        self.sink.take_some(part);
                    }
                }
                found += 1;
            }
        }
        if found != items {
            self.sink.cut();
        }
        Some(())
    }

    /// A tree map: nodes with up to eleven keys and values, of which the first `len` are there.
    fn tree(&mut self, value: Value) -> Option<()> {
        self.reader.give_up();
        let reader = self.reader;
        let root = reader.find(value, "alloc::collections::btree::node::NodeRef")?;
        let height = reader.number(reader.field(root, "height")?)?;
        let node = reader.pointee(reader.pointer(reader.field(root, "node")?)?)?;
        if height > HIGHEST {
            self.sink.cut();
            return None;
        }
        let mut open = vec![(node, height)];
        let mut index = 0;
        while let Some((node, height)) = open.pop() {
            let length = reader.number(reader.field(node, "len")?)?.min(11);
            for slot in 0..length {
                for name in ["keys", "vals"] {
                    let row = reader.field(node, name)?;
                    let Shape::Array(element, _) = row.ty.shape else {
                        return None;
                    };
                    let slot_ty = reader.ty(element)?;
                    let filled = reader.ty(slot_ty.argument("T")?)?;
                    let at = Value::nth(slot_ty, row.address, slot).address;
                    if !self.element(Value::new(filled, at), index) {
                        return None;
                    }
                }
                index += 1;
            }
            if height > 0 {
                // An inner node is a leaf with pointers behind it.
                let edges = node.address.wrapping_add(node.ty.size.next_multiple_of(8));
                for edge in (0..=length).rev() {
                    let child = reader.memory.word(edges.wrapping_add(edge * 8))?;
                    open.push((Value::new(node.ty, child), height - 1));
                }
            }
        }
        Some(())
    }

    /// Tokio's `JoinSet`: two linked lists of join handles.
    fn join_set(&mut self, value: Value) -> Option<()> {
        self.reader.give_up();
        let reader = self.reader;
        let lists = reader.resolve(value, &["lists", ">"])?;
        let lists = reader.inside(lists, &|ty| ty.base.ends_with("::ListsInner"))?;
        let mut index = 0;
        for list in ["notified", "idle"] {
            let mut entry = reader.target(reader.resolve(lists, &[list, "head"])?);
            while let Some(at) = entry {
                let inside = reader.field(at, "value")?;
                if !self.element(inside, index) {
                    return None;
                }
                index += 1;
                entry = reader
                    .field(at, "pointers")
                    .and_then(|links| {
                        reader.inside(links, &|ty| ty.base.ends_with("::PointersInner"))
                    })
                    .and_then(|links| reader.target(reader.field(links, "next")?));
            }
        }
        Some(())
    }

    /// `FuturesUnordered`: a list of heap cells, each with a future.
    fn unordered(&mut self, value: Value) -> Option<()> {
        self.reader.give_up();
        let reader = self.reader;
        let follow = |value: Value, name| {
            let link = reader.field(value, name)?;
            reader.pointee(reader.inside(link, &|ty| matches!(ty.shape, Shape::Pointer(_)))?)
        };
        let mut cell = follow(value, "head_all");
        let mut index = 0;
        while let Some(at) = cell {
            let future = reader.field(at, "future")?;
            if !self.element(future, index) {
                return None;
            }
            index += 1;
            cell = follow(at, "next_all");
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use ::tokio::sync::oneshot;

    use super::*;
    use crate::read::{
        decode::{access_path::Trust, scan::Scan, scanned::Mode},
        fuel,
    };

    /// Number of senders found in a table with this mask and number of items, of which the first buckets hold one, whether
    /// the scan was cut off, and the steps that it took.
    fn scan(mask: u64, items: u64, there: usize) -> (usize, bool, u64) {
        let mut map = HashMap::from([(0_u64, oneshot::channel::<()>().0)]);
        std::hint::black_box(&mut map);
        let image = &crate::read::startup::introspector()
            .expect("tests have debug info")
            .image;
        let ty = image
            .find("RawTable<", |ty| {
                ty.base == "hashbrown::raw::RawTable"
                    && ty.name.contains("(u64, tokio::sync::oneshot::Sender<()>)")
            })
            .expect("it has debug info");
        // Elements below the control bytes, each of which begins with another number.
        let element = 16;
        let room = 1 << 12;
        let mut memory = vec![0xff_u8; room + (1 << 22)];
        memory[room..][..there].fill(1);
        for (index, byte) in memory[..room].iter_mut().enumerate() {
            *byte = if index % element < 8 { 0 } else { 8 };
        }
        let reader = Reader::new(image);
        let mut table = vec![0_u64; usize::try_from(ty.size / 8).expect("it is small")];
        let at = table.as_ptr() as u64;
        let control = memory.as_ptr() as u64 + room as u64;
        for (name, word) in [("ctrl", control), ("bucket_mask", mask), ("items", items)] {
            let field = reader.resolve(Value::new(ty, at), &["table", name]);
            let offset = field.expect("it has that field").address - at;
            table[usize::try_from(offset / 8).expect("it is small")] = word;
        }
        let table = std::hint::black_box(table);
        reader.memory.forget();
        let mut found = (0, false);
        let steps = fuel::within(10_000_000, || {
            let value = Value::new(ty, table.as_ptr() as u64);
            let scan = Scan::of(&reader, value, Mode::Objects, Trust::Known, "");
            found = (scan.objects.len(), scan.is_cut);
        });
        drop((memory, map));
        (found.0, found.1, steps)
    }

    #[test]
    fn a_table_has_its_items() {
        for (mask, there) in [(0, 0), (3, 3), (7, 1), (7, 7), (255, 100)] {
            let (found, is_cut, _) = scan(mask, there as u64, there);
            assert_eq!((found, is_cut), (there, false), "{mask}");
        }
    }

    #[test]
    fn an_empty_table_takes_few_steps_however_large_it_is() {
        let (found, is_cut, steps) = scan((1 << 19) - 1, 1, 0);
        assert_eq!((found, is_cut), (0, true));
        assert!(steps < 1 << 14, "{steps}");
        assert!(scan((1 << 40) - 1, 0, 0).2 < 1000);
    }

    #[test]
    fn a_broken_table_is_cut_off() {
        for (mask, items, there) in [
            // No power of two, more items than buckets, fewer items than it says, no end of buckets.
            (6, 1, 1),
            (7, 8, 3),
            (7, 4, 3),
            (u64::MAX, 1, 0),
            ((1 << 40) - 1, 1, 0),
        ] {
            let (_, is_cut, steps) = scan(mask, items, there);
            assert!(is_cut, "{mask} {items}");
            assert!(steps < 1 << 16, "{mask} {items}: {steps}");
        }
    }
}
