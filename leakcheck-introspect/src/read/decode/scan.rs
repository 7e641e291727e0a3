//! A bounded walk through a value: over members, active cases of enums, pointers and collections, to the futures and
//! objects inside it.

use super::{
    Trust,
    access_path::AccessPath,
    classify,
    pointers::{dynamic, has_one_owner, owners},
    relevance::{cannot_hold, relevant_members},
    stage,
    variables::{Presence, Variables},
};
use crate::{
    Certainty, FrameKind,
    read::{
        dwarf::{Die, Kind, Others, Type, Way},
        int_hash,
        tokio::{ObjectKind, ObjectRef},
        value::{Reader, Value},
    },
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
pub(super) struct ScannedObject {
    pub(super) found: ObjectRef,
    pub(super) path: String,
    pub(super) trust: Trust,
    pub(super) is_sole: bool,
    pub(super) owners: u64,
    /// Whether it is known to be still there, where it is in an async function that is not awaited.
    pub(super) certainty: Certainty,
}

/// What a walk has found.
#[derive(Debug)]
pub(super) struct Scan<'r, 'i> {
    pub(super) reader: &'r Reader<'i>,
    pub(super) mode: Mode,
    pub(super) closures: Trust,
    /// The crate whose fields are shown.
    home: &'r str,
    pub(super) futures: Vec<(Value, Trust)>,
    pub(super) objects: Vec<ScannedObject>,
    /// What it has and does not poll now.
    pub(super) idle: Vec<Value>,
    /// Whether it ended at a limit.
    pub(super) is_cut: bool,
    seen: int_hash::Set<(u64, Die)>,
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
            idle: Vec::new(),
            is_cut: false,
            seen: int_hash::Set::new(),
            left: MOST_PLACES,
        };
        scan.visit(value, &AccessPath::start());
        scan
    }

    pub(super) fn visit(&mut self, value: Value, path: &AccessPath<'_>) {
        let walk = classify::of(self.reader, value.ty);
        if walk.kind == Kind::Barren {
            return;
        }
        if self.left == 0 || path.depth > DEEPEST {
            self.is_cut = true;
            return;
        }
        self.left -= 1;
        if !self.seen.insert((value.address, value.ty.die)) {
            return;
        }
        match walk.kind {
            Kind::Coroutine => return self.coroutine(value, path),
            Kind::Pending => return self.futures.push((value, path.trust)),
            // Whoever drives one is woken for each of its tasks.
            Kind::Driver => self.is_cut = true,
            Kind::Barren | Kind::Known | Kind::Plain => {}
        }
        // Whether a future of this type is known to poll all that it contains, and nothing else.
        let is_trusted = walk.is_of_library || self.closures == Trust::Known && walk.is_closure;
        let mut path = *path;
        if !is_trusted {
            path.trust = Trust::Unknown;
        }
        if walk.kind == Kind::Known && self.object(value, &path) {
            return;
        }
        path.is_sole &= walk.others != Others::Any;
        match walk.others {
            Others::None => {}
            Others::Any => path.owners = u64::MAX,
            Others::Counted => path.owners = path.owners.max(owners(self.reader, value.address)),
        }
        match walk.way {
            Way::End => {}
            Way::Pointer => {
                if let Some(target) = self.reader.pointee(value) {
                    self.visit(target, &path.deeper());
                }
            }
            Way::Array(element, count) => {
                self.elements(element, (value.hop, value.address), count, &path);
            }
            Way::Case => {
                if let Some((_, inside)) = self.reader.variant(value) {
                    self.visit(inside, &path.deeper());
                }
            }
            Way::Dynamic(data, table) => {
                if let Some((target, is_sole, owners)) = dynamic(self.reader, value, data, table) {
                    let mut path = path.deeper();
                    path.is_sole &= is_sole;
                    path.owners = path.owners.max(owners);
                    self.visit(target, &path);
                }
            }
            Way::Slice(data, length) => self.slice(value, data, length, &path),
            Way::Collection(collection) => self.collection(collection, value, &path),
            Way::Members => {
                if walk.others == Others::Counted && path.is_sole {
                    path.is_sole = has_one_owner(self.reader, value);
                }
                self.members(value, &walk.idle, &path);
            }
        }
    }

    fn coroutine(&mut self, value: Value, path: &AccessPath<'_>) {
        if self.mode == Mode::Futures {
            self.futures.push((value, path.trust));
        } else if let Some((kind, _, inside)) = stage(self.reader, value)
            && kind != FrameKind::Finished
        {
            let variables = Variables::of(self.reader, value, kind);
            for (member, ty) in relevant_members(self.reader, inside.ty) {
                // What it awaits itself is read when it is awaited.
                if !member.name.starts_with("__") {
                    let variable = Reader::at_known(inside, member, ty);
                    let before = self.objects.len();
                    self.visit(variable, &path.member(inside.ty, member));
                    self.keep_present(before, &variables, variable);
                }
            }
        }
    }

    /// Of the objects that were found in a variable of an async function, keeps those that were not moved out of it.
    fn keep_present(&mut self, before: usize, variables: &Variables, variable: Value) {
        for mut object in self.objects.split_off(before) {
            match variables.presence(variable, &object.found) {
                Presence::There => {}
                Presence::Unknown => object.certainty = Certainty::Possible,
                Presence::Gone => continue,
            }
            self.objects.push(object);
        }
    }

    /// Notes the object that the value stands for; false where it cannot be read.
    fn object(&mut self, value: Value, path: &AccessPath<'_>) -> bool {
        let Some(found) = ObjectKind::find(self.reader, value) else {
            return false;
        };
        let content = found.kind.content;
        self.objects.push(ScannedObject {
            found,
            path: path.text(self.home),
            trust: path.trust,
            is_sole: path.is_sole,
            owners: path.owners,
            certainty: Certainty::Certain,
        });
        if let Some(content) = content.and_then(|name| self.reader.field(value, name)) {
            self.visit(content, &path.deeper());
        }
        true
    }

    pub(super) fn elements(
        &mut self,
        element: &'static Type,
        (hop, first): (u32, u64),
        count: u64,
        path: &AccessPath<'_>,
    ) {
        if cannot_hold(self.reader, element) || count > 1 << 32 {
            return;
        }
        self.is_cut |= count > MOST_ELEMENTS;
        for index in 0..count.min(MOST_ELEMENTS) {
            let value = Value {
                ty: element,
                address: first.wrapping_add(index.wrapping_mul(element.size)),
                hop,
            };
            self.visit(value, &path.element(index));
        }
    }
}
