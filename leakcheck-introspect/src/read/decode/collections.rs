//! Collections, whose elements no member leads to.

use super::{
    barren::is_barren,
    route::Route,
    scan::{MOST_ELEMENTS, Scan},
};
use crate::read::{
    dwarf::{Collection, Member, Shape, Type},
    trail::Rule,
    value::Value,
};

/// Which one a type is, if it is one.
pub(super) fn of(ty: &Type) -> Option<Collection> {
    Some(match ty.base.as_str() {
        "alloc::vec::Vec" => Collection::Vector,
        "alloc::collections::vec_deque::VecDeque" => Collection::Deque,
        "alloc::collections::btree::map::BTreeMap" => Collection::Tree,
        "hashbrown::raw::RawTable" => Collection::Table,
        "futures_util::stream::futures_unordered::FuturesUnordered" => Collection::Unordered,
        "tokio::util::idle_notified_set::IdleNotifiedSet" => Collection::JoinSet,
        _ => return None,
    })
}

impl Scan<'_, '_> {
    /// Visits the elements of a collection.
    pub(super) fn collection(&mut self, collection: Collection, value: Value, route: &Route<'_>) {
        let _ = match collection {
            Collection::Vector => self.vector(value, route),
            Collection::Deque => self.deque(value, route),
            Collection::Tree => self.tree(value, route),
            Collection::Table => self.table(value, route),
            Collection::Unordered => self.unordered(value, route),
            Collection::JoinSet => self.join_set(value, route),
        };
    }

    pub(super) fn slice(
        &mut self,
        value: Value,
        data: &Member,
        length: &Member,
        route: &Route<'_>,
    ) {
        let element = self.reader.ty(data.ty).and_then(|ty| match ty.shape {
            Shape::Pointer(to) => self.reader.ty(to),
            _ => None,
        });
        let at = |member: &Member| value.address.wrapping_add(member.offset);
        if let Some(element) = element {
            self.row(element, value.base, (at(data), at(length)), route);
        }
    }

    fn vector(&mut self, value: Value, route: &Route<'_>) -> Option<()> {
        let element = self.reader.ty(value.ty.argument("T")?)?;
        let length = self.reader.field(value, "len")?;
        let pointer = self.reader.walk(value, &["buf", "inner", "ptr"])?;
        let pointer = self.reader.pointer(pointer)?;
        self.row(
            element,
            value.base,
            (pointer.address, length.address),
            route,
        );
        Some(())
    }

    /// Elements side by side, of which a pointer and a length are known to stand at two places.
    fn row(
        &mut self,
        element: &'static Type,
        base: u32,
        (pointer, length): (u64, u64),
        route: &Route<'_>,
    ) {
        if is_barren(self.reader, element) {
            return;
        }
        let memory = &self.reader.memory;
        if let (Some(first), Some(count)) = (memory.word(pointer), memory.word(length)) {
            self.reader.decide(base, length, 8, || Rule::Is(count));
            let base = self.reader.follow(base, pointer, first, 0);
            self.elements(element, (base, first), count, route);
        }
    }

    /// One element of many; false where there are too many.
    fn element(&mut self, ty: &'static Type, address: u64, index: u64, route: &Route<'_>) -> bool {
        if index >= MOST_ELEMENTS {
            self.is_cut = true;
            return false;
        }
        self.visit(Value::new(ty, address), &route.element(index));
        true
    }

    fn deque(&mut self, value: Value, route: &Route<'_>) -> Option<()> {
        self.reader.give_up();
        let reader = self.reader;
        let element = reader.ty(value.ty.argument("T")?)?;
        let number = |path: &[&str]| {
            let leaf = |ty: &Type| matches!(ty.shape, Shape::Leaf);
            reader.number(reader.inside(reader.walk(value, path)?, &leaf)?)
        };
        let capacity = number(&["buf", "inner", "cap"])?;
        let pointer = reader.pointer(reader.walk(value, &["buf", "inner", "ptr"])?)?;
        let first = reader.memory.word(pointer.address)?;
        let (head, length) = (number(&["head"])?, number(&["len"])?);
        if is_barren(reader, element) || capacity == 0 || length > capacity {
            return None;
        }
        for index in 0..length {
            let place = head.wrapping_add(index) % capacity;
            let address = first.wrapping_add(place.wrapping_mul(element.size));
            if !self.element(element, address, index, route) {
                break;
            }
        }
        Some(())
    }

    /// A hash table: control bytes upwards from a point, elements downwards.
    fn table(&mut self, value: Value, route: &Route<'_>) -> Option<()> {
        self.reader.give_up();
        let reader = self.reader;
        let element = reader.ty(value.ty.argument("T")?)?;
        let control = reader.pointer(reader.walk(value, &["table", "ctrl"])?)?;
        let control = reader.memory.word(control.address)?;
        let mask = reader.number(reader.walk(value, &["table", "bucket_mask"])?)?;
        if is_barren(reader, element) || mask > 1 << 20 {
            return None;
        }
        let mut found = 0;
        for bucket in 0..=mask {
            let state = reader.memory.number(control.wrapping_add(bucket), 1)?;
            if state & 0x80 != 0 {
                continue;
            }
            if found == MOST_ELEMENTS {
                self.is_cut = true;
                break;
            }
            let pair = Value::new(
                element,
                control.wrapping_sub((bucket + 1).wrapping_mul(element.size)),
            );
            // Key and value go by the element's number.
            for member in element.members() {
                if let Some(part) = reader.at(pair, member) {
                    self.visit(part, &route.element(found));
                }
            }
            found += 1;
        }
        Some(())
    }

    /// A tree map: nodes with up to eleven keys and values, of which the first `len` are there.
    fn tree(&mut self, value: Value, route: &Route<'_>) -> Option<()> {
        self.reader.give_up();
        let reader = self.reader;
        let root = reader.inside(value, &|ty| {
            ty.base == "alloc::collections::btree::node::NodeRef"
        })?;
        let height = reader.number(reader.field(root, "height")?)?;
        let node = reader.pointee(reader.pointer(reader.field(root, "node")?)?)?;
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
                    let address = row.address.wrapping_add(slot.wrapping_mul(slot_ty.size));
                    if !self.element(filled, address, index, route) {
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
    fn join_set(&mut self, value: Value, route: &Route<'_>) -> Option<()> {
        self.reader.give_up();
        let reader = self.reader;
        let lists = reader.walk(value, &["lists", ">"])?;
        let lists = reader.inside(lists, &|ty| ty.base.ends_with("::ListsInner"))?;
        let mut index = 0;
        for list in ["notified", "idle"] {
            let mut entry = reader.target(reader.walk(lists, &[list, "head"])?);
            while let Some(at) = entry {
                let inside = reader.field(at, "value")?;
                if !self.element(inside.ty, inside.address, index, route) {
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
    fn unordered(&mut self, value: Value, route: &Route<'_>) -> Option<()> {
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
            if !self.element(future.ty, future.address, index, route) {
                return None;
            }
            index += 1;
            cell = follow(at, "next_all");
        }
        Some(())
    }
}
