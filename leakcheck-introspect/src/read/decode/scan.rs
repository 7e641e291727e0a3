//! A bounded walk through a value: over members, active cases of enums, pointers and collections, to the futures and
//! objects inside it.

use super::{Trust, barren::is_barren, route::Route};
use crate::read::{
    dwarf::{Die, Member, Shape, Type},
    numbered,
    tokio::{Found, Known},
    value::{Reader, Value},
};

/// Places that one walk visits.
const MOST_PLACES: u32 = 20_000;
/// Levels that it descends.
const DEEPEST: u32 = 64;
/// Elements of a collection that it visits.
pub(super) const MOST_ELEMENTS: u64 = 256;

/// What a walk is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// To find what a future polls: it stops at async functions.
    Futures,
    /// To find what a variable holds: what async functions hold that are not awaited yet counts as well.
    Objects,
}

/// An object, and how the walk came to it.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) found: Found,
    pub(super) path: String,
    pub(super) trust: Trust,
    pub(super) is_sole: bool,
}

/// What a walk has found.
#[derive(Debug)]
pub(super) struct Scan<'r, 'i> {
    pub(super) reader: &'r Reader<'i>,
    mode: Mode,
    closures: Trust,
    /// The crate whose fields are shown.
    home: &'r str,
    pub(super) futures: Vec<(Value, Trust)>,
    pub(super) objects: Vec<Object>,
    /// Whether it ended at a limit.
    pub(super) is_cut: bool,
    seen: numbered::Set<(u64, Die)>,
    /// Places that it may still visit.
    pub(super) left: u32,
}

impl<'r, 'i> Scan<'r, 'i> {
    /// Walks through `value`, which a function of the crate `home` has.
    ///
    /// `closures` tells whether closures outside of the well-known libraries are the work of a macro.
    pub(super) fn of(
        reader: &'r Reader<'i>,
        value: Value,
        mode: Mode,
        closures: Trust,
        home: &'r str,
    ) -> Self {
        let mut scan = Self {
            reader,
            mode,
            closures,
            home,
            futures: Vec::new(),
            objects: Vec::new(),
            is_cut: false,
            seen: numbered::Set::new(),
            left: MOST_PLACES,
        };
        scan.visit(value, &Route::start());
        scan
    }

    pub(super) fn visit(&mut self, value: Value, route: &Route<'_>) {
        if matches!(value.ty.shape, Shape::Leaf) || is_barren(self.reader, value.ty) {
            return;
        }
        if self.left == 0 || route.depth > DEEPEST {
            self.is_cut = true;
            return;
        }
        self.left -= 1;
        if !self.seen.insert((value.address, value.ty.die)) {
            return;
        }
        if value.ty.is_coroutine() {
            if self.mode == Mode::Futures {
                self.futures.push((value, route.trust));
            } else if let Some((_, inside)) = self.reader.variant(value) {
                // What it awaits itself is read when it is awaited.
                let named = |member: &&Member| !member.name.starts_with("__");
                let members: Vec<Member> =
                    inside.ty.members().iter().filter(named).copied().collect();
                self.members(inside, &members, route);
            }
            return;
        }
        if value.ty.base == "core::future::pending::Pending" {
            self.futures.push((value, route.trust));
            return;
        }
        // Whoever drives one is woken for each of its tasks.
        self.is_cut |= is_driver(value.ty);
        let mut route = *route;
        if !self.is_trusted(value.ty) {
            route.trust = Trust::Unknown;
        }
        if let Some(found) = Known::find(self.reader, value) {
            let content = found.known.content;
            self.objects.push(Object {
                found,
                path: route.path(),
                trust: route.trust,
                is_sole: route.is_sole,
            });
            if let Some(content) = content.and_then(|name| self.reader.field(value, name)) {
                self.visit(content, &route.deeper());
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
                    self.visit(target, &route.deeper());
                }
            }
            Shape::Array(element, count) => {
                if let Some(element) = self.reader.image.ty(*element) {
                    self.elements(element, (value.base, value.address), *count, &route);
                }
            }
            Shape::Enum { .. } => {
                if let Some((_, inside)) = self.reader.variant(value) {
                    self.visit(inside, &route.deeper());
                }
            }
            Shape::Struct(members) => self.structure(value, members, &route),
        }
    }

    fn structure(&mut self, value: Value, members: &[Member], route: &Route<'_>) {
        if let [data, table] = members
            && table.name == "vtable"
        {
            if let Some((target, is_sole)) = self.dynamic(value, data, table) {
                let mut route = route.deeper();
                route.is_sole &= is_sole;
                self.visit(target, &route);
            }
        } else if let [data, length] = members
            && data.name == "data_ptr"
            && length.name == "length"
        {
            self.slice(value, data, length, route);
        } else if !self.collection(value, route) {
            let mut route = *route;
            route.is_sole = route.is_sole && self.has_one_owner(value);
            self.members(value, members, &route);
        }
    }

    pub(super) fn members(&mut self, value: Value, members: &[Member], route: &Route<'_>) {
        let is_tuple = value.ty.path.is_empty() && value.ty.name.starts_with('(');
        let crate_name = value.ty.home();
        for member in members {
            let Some(inside) = self.reader.at(value, member) else {
                continue;
            };
            if is_barren(self.reader, inside.ty) {
                continue;
            }
            // Fields of other crates say nothing to whoever reads this.
            let number = member.name.strip_prefix("__");
            let is_number =
                number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
            let name = match number {
                Some(number) if is_tuple => Some(number),
                Some(number) if is_number && crate_name == self.home && members.len() > 1 => {
                    Some(number)
                }
                None if crate_name == self.home && !member.name.is_empty() => Some(member.name),
                _ => None,
            };
            let next = match name {
                Some(name) => route.field(name.strip_prefix("_ref__").unwrap_or(name)),
                None => route.deeper(),
            };
            self.visit(inside, &next);
        }
    }

    pub(super) fn elements(
        &mut self,
        element: &'static Type,
        (base, first): (u32, u64),
        count: u64,
        route: &Route<'_>,
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
            self.visit(value, &route.element(index));
        }
    }

    /// Whether a future of this type is known to poll all that it contains, and nothing else.
    fn is_trusted(&self, ty: &Type) -> bool {
        is_of_library(ty) || self.closures == Trust::Known && ty.name.starts_with("{closure_env#")
    }
}

/// Whether it is the work of a well-known library.
fn is_of_library(ty: &Type) -> bool {
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
        // Tuples, references and arrays have no path.
        "",
    ];
    *ty.is_of_library.get_or_init(|| HOMES.contains(&ty.home()))
}

/// Whether it is a set of tasks that whoever polls it drives.
pub(super) fn is_driver(ty: &Type) -> bool {
    ty.base == "tokio::task::local::LocalSet"
}

/// Types whose insides are bookkeeping, or not known to hold anything.
pub(super) fn is_opaque(ty: &Type) -> bool {
    const HOMES: &[&str] = &[
        "alloc::string",
        "core::fmt",
        "core::mem::maybe_uninit",
        "core::sync::atomic",
        "core::task",
        "futures_util::task",
        "mio::",
        "std::io",
        "std::thread",
        "tokio::runtime",
        "tokio::sync::mpsc::chan",
        "tokio::sync::task",
        "tokio::util::linked_list",
        "tracing::span",
        "tracing_core",
    ];
    *ty.is_opaque.get_or_init(|| {
        HOMES.iter().any(|home| ty.path.starts_with(home)) || ty.name.starts_with("PhantomData<")
    })
}
