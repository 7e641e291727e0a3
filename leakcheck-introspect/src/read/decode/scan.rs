//! A bounded walk through a value: over members, active cases of enums, pointers and collections, to the futures and
//! objects inside it.

use std::collections::HashSet;

use super::Trust;
use crate::read::{
    dwarf::{Die, Member, Shape, Type},
    tokio::{Found, Known},
    trail::Rule,
    value::{Reader, Value},
};

/// Places that one walk visits.
const MOST_PLACES: u32 = 20_000;
/// Levels that it descends.
const DEEPEST: u32 = 64;
/// Elements of a collection that it visits.
const MOST_ELEMENTS: u64 = 256;

/// What a walk is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// To find what a future polls: it stops at async functions.
    Futures,
    /// To find what a variable holds: what async functions hold that are not awaited yet counts as well.
    Objects,
}

/// An object, with the fields that led to it.
pub(super) type Object = Found;

/// What a walk has found.
#[derive(Debug)]
pub(super) struct Scan<'r, 'i> {
    reader: &'r Reader<'i>,
    mode: Mode,
    closures: Trust,
    pub(super) futures: Vec<(Value, Trust)>,
    pub(super) objects: Vec<(String, Object, Trust)>,
    /// Whether it ended at a limit.
    pub(super) is_cut: bool,
    seen: HashSet<(u64, Die)>,
    left: u32,
}

impl<'r, 'i> Scan<'r, 'i> {
    /// Walks through `value`.
    ///
    /// `closures` tells whether closures outside of the well-known libraries are the work of a macro.
    pub(super) fn of(reader: &'r Reader<'i>, value: Value, mode: Mode, closures: Trust) -> Self {
        let mut scan = Self {
            reader,
            mode,
            closures,
            futures: Vec::new(),
            objects: Vec::new(),
            is_cut: false,
            seen: HashSet::new(),
            left: MOST_PLACES,
        };
        scan.visit(value, "", 0, Trust::Known);
        scan
    }

    /// Whether a future of this type is known to poll all that it contains, and nothing else.
    fn is_trusted(&self, ty: &Type) -> bool {
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
        ];
        let home = ty.path.split("::").next().unwrap_or_default();
        let is_closure = ty.name.starts_with("{closure_env#");
        // Tuples, references and arrays have no path.
        home.is_empty() || HOMES.contains(&home) || is_closure && self.closures == Trust::Known
    }

    fn visit(&mut self, value: Value, path: &str, depth: u32, trust: Trust) {
        if matches!(value.ty.shape, Shape::Leaf) || is_barren(self.reader, value.ty) {
            return;
        }
        if self.left == 0 || depth > DEEPEST {
            self.is_cut = true;
            return;
        }
        self.left -= 1;
        if !self.seen.insert((value.address, value.ty.die)) {
            return;
        }
        if value.ty.is_coroutine() {
            if self.mode == Mode::Futures {
                self.futures.push((value, trust));
            } else if let Some((_, inside)) = self.reader.variant(value) {
                self.members(inside, inside.ty.members(), path, depth, trust);
            }
            return;
        }
        if value.ty.base == "core::future::pending::Pending" {
            self.futures.push((value, trust));
            return;
        }
        let trust = if self.is_trusted(value.ty) {
            trust
        } else {
            Trust::Unknown
        };
        if let Some(found) = Known::find(self.reader, value) {
            let content = found.known.content;
            self.objects.push((path.to_owned(), found, trust));
            if let Some(content) = content.and_then(|name| self.reader.field(value, name)) {
                self.visit(content, path, depth + 1, trust);
            }
            return;
        }
        if is_opaque(value.ty) {
            return;
        }
        match &value.ty.shape {
            Shape::Leaf => {}
            Shape::Pointer(_) => {
                if let Some(target) = self.reader.pointee(value) {
                    self.visit(target, path, depth + 1, trust);
                }
            }
            Shape::Array(element, count) => {
                if let Some(element) = self.reader.image.ty(*element) {
                    self.elements(
                        element,
                        (value.base, value.address),
                        *count,
                        path,
                        depth,
                        trust,
                    );
                }
            }
            Shape::Enum { .. } => {
                if let Some((_, inside)) = self.reader.variant(value) {
                    self.visit(inside, path, depth + 1, trust);
                }
            }
            Shape::Struct(members) => self.structure(value, members, path, depth, trust),
        }
    }

    fn structure(
        &mut self,
        value: Value,
        members: &[Member],
        path: &str,
        depth: u32,
        trust: Trust,
    ) {
        match members {
            [data, table] if table.name == "vtable" => {
                if let Some(target) = self.dynamic(value, data, table) {
                    // Whoever made the object decides whether it is trusted, not who boxed it.
                    self.visit(target, path, depth + 1, trust);
                }
            }
            [data, length] if data.name == "data_ptr" && length.name == "length" => {
                self.slice(value, data, length, path, depth, trust);
            }
            _ if value.ty.base == "alloc::vec::Vec" => self.vector(value, path, depth, trust),
            _ if value.ty.base == "alloc::collections::vec_deque::VecDeque" => {
                self.deque(value, path, depth, trust);
            }
            _ if value.ty.base == "hashbrown::raw::RawTable" => {
                self.table(value, path, depth, trust)
            }
            _ if value.ty.name.starts_with("IdleNotifiedSet<") => {
                self.join_set(value, path, depth, trust)
            }
            _ if value.ty.base == "futures_util::stream::futures_unordered::FuturesUnordered" => {
                self.unordered(value, path, depth, trust);
            }
            _ => self.members(value, members, path, depth, trust),
        }
    }

    fn members(&mut self, value: Value, members: &[Member], path: &str, depth: u32, trust: Trust) {
        for member in members {
            let Some(inside) = self.reader.at(value, member) else {
                continue;
            };
            let is_wrapper = matches!(
                member.name,
                "" | "__0" | "pointer" | "__pointer" | "ptr" | "__awaitee"
            ) || ["core::", "alloc::", "std::"]
                .iter()
                .any(|home| value.ty.path.starts_with(home));
            if is_wrapper || is_barren(self.reader, inside.ty) {
                self.visit(inside, path, depth + 1, trust);
            } else {
                self.visit(inside, &format!("{path}.{}", member.name), depth + 1, trust);
            }
        }
    }

    fn elements(
        &mut self,
        element: &'static Type,
        (base, first): (u32, u64),
        count: u64,
        path: &str,
        depth: u32,
        trust: Trust,
    ) {
        if is_barren(self.reader, element) || count > 1 << 32 {
            return;
        }
        self.is_cut |= count > MOST_ELEMENTS;
        for index in 0..count.min(MOST_ELEMENTS) {
            let value = Value {
                ty: element,
                address: first.wrapping_add(index.wrapping_mul(element.size)),
                base,
            };
            self.visit(value, &format!("{path}[{index}]"), depth + 1, trust);
        }
    }

    /// What a pointer with a vtable points to.
    fn dynamic(&self, value: Value, data: &Member, table: &Member) -> Option<Value> {
        let memory = &self.reader.memory;
        let at = value.address.wrapping_add(data.offset);
        let pointer = memory.word(at)?;
        let at_table = value.address.wrapping_add(table.offset);
        let table = memory.word(at_table)?;
        self.reader
            .decide(value.base, at_table, 8, || Rule::Is(table));
        let shared = match self.reader.image.ty(data.ty)?.shape {
            Shape::Pointer(to) => self.reader.image.ty(to)?,
            _ => return None,
        };
        let is_counted = ["ArcInner<", "RcInner<", "RcBox<"]
            .iter()
            .any(|prefix| shared.name.starts_with(prefix));
        // The value stands behind two counts, at its own alignment.
        let skip = if is_counted {
            let align = memory.word(table.wrapping_add(16))?.clamp(1, 1 << 12);
            16_u64.next_multiple_of(align)
        } else {
            0
        };
        let address = pointer.wrapping_add(skip);
        Some(Value {
            ty: self.concrete(table)?,
            address,
            base: self.reader.follow(value.base, at, address, skip),
        })
    }

    /// The type that a vtable belongs to: said by the table's own entry, by its drop glue, or by its third method.
    fn concrete(&self, table: u64) -> Option<&'static Type> {
        let image = self.reader.image;
        image.program.span.contains(&table).then_some(())?;
        if let Some(ty) = image.vtable(table).and_then(|die| image.ty(die)) {
            return Some(ty);
        }
        let drop = self.reader.memory.word(table)?;
        if drop != 0
            && let Some(ty) = image.function(drop).and_then(|drop| drop.argument("T"))
        {
            return image.ty(ty);
        }
        let poll = self.reader.memory.word(table.wrapping_add(24))?;
        let receiver = image.ty(*image.function(poll)?.parameters.first()?)?;
        let pointer = receiver
            .member("pointer")
            .or_else(|| receiver.member("__pointer"))?;
        match image.ty(pointer.ty)?.shape {
            Shape::Pointer(to) => image.ty(to),
            _ => None,
        }
    }

    fn slice(
        &mut self,
        value: Value,
        data: &Member,
        length: &Member,
        path: &str,
        depth: u32,
        trust: Trust,
    ) {
        let element = self.reader.image.ty(data.ty).and_then(|ty| match ty.shape {
            Shape::Pointer(to) => self.reader.image.ty(to),
            _ => None,
        });
        let at = |member: &Member| value.address.wrapping_add(member.offset);
        if let Some(element) = element {
            self.row(
                element,
                value.base,
                (at(data), at(length)),
                path,
                depth,
                trust,
            );
        }
    }

    fn vector(&mut self, value: Value, path: &str, depth: u32, trust: Trust) {
        let read = || {
            let element = self.reader.image.ty(value.ty.argument("T")?)?;
            let length = self.reader.field(value, "len")?;
            let pointer = self.reader.walk(value, &["buf", "inner", "ptr"])?;
            Some((
                element,
                (self.reader.pointer(pointer)?.address, length.address),
            ))
        };
        if let Some((element, at)) = read() {
            self.row(element, value.base, at, path, depth, trust);
        }
    }

    /// Elements that lie side by side, of which a pointer and a length are known to stand at two places.
    fn row(
        &mut self,
        element: &'static Type,
        base: u32,
        (pointer, length): (u64, u64),
        path: &str,
        depth: u32,
        trust: Trust,
    ) {
        if is_barren(self.reader, element) {
            return;
        }
        let memory = &self.reader.memory;
        if let (Some(first), Some(count)) = (memory.word(pointer), memory.word(length)) {
            self.reader.decide(base, length, 8, || Rule::Is(count));
            let base = self.reader.follow(base, pointer, first, 0);
            self.elements(element, (base, first), count, path, depth, trust);
        }
    }

    fn deque(&mut self, value: Value, path: &str, depth: u32, trust: Trust) {
        self.reader.give_up();
        let read = || {
            let element = self.reader.image.ty(value.ty.argument("T")?)?;
            let number = |path: &[&str]| {
                self.reader
                    .number(self.reader.inside(self.reader.walk(value, path)?, &|ty| {
                        matches!(ty.shape, Shape::Leaf)
                    })?)
            };
            let capacity = number(&["buf", "inner", "cap"])?;
            let pointer = self
                .reader
                .pointer(self.reader.walk(value, &["buf", "inner", "ptr"])?)?;
            let first = self.reader.memory.word(pointer.address)?;
            Some((
                element,
                first,
                capacity,
                number(&["head"])?,
                number(&["len"])?,
            ))
        };
        let Some((element, first, capacity, head, length)) = read() else {
            return;
        };
        if is_barren(self.reader, element) || capacity == 0 || length > capacity {
            return;
        }
        self.is_cut |= length > MOST_ELEMENTS;
        for index in 0..length.min(MOST_ELEMENTS) {
            let place = head.wrapping_add(index) % capacity;
            let value = Value {
                ty: element,
                address: first.wrapping_add(place.wrapping_mul(element.size)),
                base: value.base,
            };
            self.visit(value, &format!("{path}[{index}]"), depth + 1, trust);
        }
    }

    /// A hash table: control bytes upwards from a point, elements downwards.
    fn table(&mut self, value: Value, path: &str, depth: u32, trust: Trust) {
        self.reader.give_up();
        let read = || {
            let element = self.reader.image.ty(value.ty.argument("T")?)?;
            let control = self
                .reader
                .pointer(self.reader.walk(value, &["table", "ctrl"])?)?;
            let mask = self
                .reader
                .number(self.reader.walk(value, &["table", "bucket_mask"])?)?;
            Some((element, self.reader.memory.word(control.address)?, mask))
        };
        let Some((element, control, mask)) = read() else {
            return;
        };
        if is_barren(self.reader, element) || mask > 1 << 20 {
            return;
        }
        let mut found = 0;
        for bucket in 0..=mask {
            if found == MOST_ELEMENTS {
                self.is_cut = true;
                return;
            }
            let state = self.reader.memory.number(control.wrapping_add(bucket), 1);
            if state.is_some_and(|state| state & 0x80 == 0) {
                let back = (bucket + 1).wrapping_mul(element.size);
                let value = Value {
                    ty: element,
                    address: control.wrapping_sub(back),
                    base: value.base,
                };
                self.visit(value, &format!("{path}[{found}]"), depth + 1, trust);
                found += 1;
            }
        }
    }

    /// Tokio's `JoinSet`: two linked lists of join handles.
    fn join_set(&mut self, value: Value, path: &str, depth: u32, trust: Trust) {
        self.reader.give_up();
        let reader = self.reader;
        let Some(lists) = reader
            .walk(value, &["lists", ">"])
            .and_then(|lists| reader.inside(lists, &|ty| ty.base.ends_with("::ListsInner")))
        else {
            return;
        };
        let mut index = 0;
        for list in ["notified", "idle"] {
            let head = reader
                .walk(lists, &[list, "head"])
                .and_then(|head| reader.some(head));
            let mut entry = head.and_then(|head| reader.target(head));
            while let Some(at) = entry {
                if index == MOST_ELEMENTS {
                    self.is_cut = true;
                    return;
                }
                if let Some(inside) = reader.field(at, "value") {
                    self.visit(inside, &format!("{path}[{index}]"), depth + 1, trust);
                }
                index += 1;
                entry = reader
                    .field(at, "pointers")
                    .and_then(|links| {
                        reader.inside(links, &|ty| ty.base.ends_with("::PointersInner"))
                    })
                    .and_then(|links| reader.some(reader.field(links, "next")?))
                    .and_then(|next| reader.target(next));
            }
        }
    }

    /// `FuturesUnordered`: a list of heap cells, each with a future.
    fn unordered(&mut self, value: Value, path: &str, depth: u32, trust: Trust) {
        self.reader.give_up();
        let reader = self.reader;
        let follow = |value: Value, name| {
            let link = reader.field(value, name)?;
            reader.pointee(reader.inside(link, &|ty| matches!(ty.shape, Shape::Pointer(_)))?)
        };
        let mut cell = follow(value, "head_all");
        let mut index = 0;
        while let Some(at) = cell {
            if index == MOST_ELEMENTS {
                self.is_cut = true;
                return;
            }
            if let Some(future) = reader.field(at, "future") {
                self.visit(future, &format!("{path}[{index}]"), depth + 1, trust);
            }
            index += 1;
            cell = follow(at, "next_all");
        }
    }
}

/// Whether neither futures nor objects can be inside values of this type.
fn is_barren(reader: &Reader<'_>, ty: &'static Type) -> bool {
    if let Some(known) = ty.is_barren.get() {
        return *known;
    }
    let mut seen = HashSet::new();
    let mut open = vec![ty];
    while let Some(next) = open.pop() {
        if !seen.insert(next.die) || next.is_barren.get() == Some(&true) {
            continue;
        }
        let is_fruitful = next.is_barren.get() == Some(&false)
            || next.is_coroutine()
            || next.member("vtable").is_some()
            || next.base == "core::future::pending::Pending"
            || Known::is_one(next);
        if is_fruitful || seen.len() > 5_000 {
            let _ = ty.is_barren.set(false);
            return false;
        }
        if is_opaque(next) {
            continue;
        }
        let image = reader.image;
        match &next.shape {
            Shape::Leaf => {}
            Shape::Pointer(to) | Shape::Array(to, _) => open.extend(image.ty(*to)),
            Shape::Struct(members) => {
                open.extend(members.iter().filter_map(|member| image.ty(member.ty)));
                // Collections point to bytes; their elements stand in their arguments.
                open.extend(
                    next.arguments
                        .iter()
                        .filter_map(|argument| image.ty(argument.1)),
                );
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
    // Everything that was reached is barren as well.
    let _ = ty.is_barren.set(true);
    true
}

/// Types whose insides are bookkeeping.
fn is_opaque(ty: &Type) -> bool {
    const HOMES: &[&str] = &[
        "alloc::string",
        "core::fmt",
        "core::sync::atomic",
        "core::task",
        "futures_util::task",
        "mio::",
        "std::io",
        "std::thread",
        "tokio::runtime",
        "tokio::sync::task",
        "tokio::util::linked_list",
        "tracing::span",
        "tracing_core",
    ];
    HOMES.iter().any(|home| ty.path.starts_with(home)) || ty.name.starts_with("PhantomData<")
}
