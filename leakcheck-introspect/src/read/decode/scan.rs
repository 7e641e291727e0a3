//! A bounded walk through a value: over members, active cases of enums, pointers and collections, to the futures and
//! objects inside it.

use super::{
    access_path::{AccessPath, Trust},
    cells::CellKind,
    classify::classify,
    collections::{Elements, Sink},
    coroutine::{Presence, Variables, stage},
    descent::{Descent, Others, ValueKind},
    fat_pointers::{Content, Target},
    idle_parts::IdleRule,
    own_drop,
    pointers::{has_one_owner, owners},
    relevance::{cannot_be_awaited, cannot_hold, relevant_members},
    scanned::{Mode, ScannedFuture, ScannedObject},
    select_branches::Branches,
    strangers::{is_hand_written, is_only_called, may_be_stranger, strange_members},
};
use crate::{
    Certainty, Class, FrameKind, Role,
    read::{
        dwarf::{Die, FatPointer, Member, Type},
        int_hash,
        objects::{ObjectKind, ObjectRef, Use},
        tokio,
        value::{Reader, Value},
    },
};

/// Places that one scan visits.
pub(super) const MOST_PLACES: u32 = 20_000;
/// Levels that it descends.
const DEEPEST: u32 = 64;
/// The case of a future that was joined and has ended: its result is only kept.
const DONE: &str = "Done";
/// What has each of the futures that are joined.
const BRANCHES: &[&str] = &[
    "futures_util::future::maybe_done::MaybeDone",
    "tokio::future::maybe_done::MaybeDone",
];

/// What a scan has found.
#[derive(Debug)]
pub(super) struct Scan<'r, 'i> {
    reader: &'r Reader<'i>,
    mode: Mode,
    closures: Trust,
    /// The crate whose fields are shown.
    home: &'r str,
    pub(super) futures: Vec<(Value, Trust, Option<u32>)>,
    pub(super) objects: Vec<ScannedObject>,
    /// What it has and does not poll now.
    pub(super) idle: Vec<Value>,
    /// Futures in what is only kept.
    pub(super) suspended: Vec<ScannedFuture>,
    /// Whether there may be more than it has found: it ended at a limit, or at a future of which nothing is known.
    pub(super) is_cut: bool,
    /// Whether it came to something of which no type is known.
    pub(super) is_blind: bool,
    /// Whether it came to a runtime with tasks.
    pub(super) hides: bool,
    seen: int_hash::Set<(u64, Die)>,
    /// The branch that it is in, and how many there are.
    branch: Option<u32>,
    branches: u32,
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
        Self::within(MOST_PLACES, reader, value, mode, closures, home)
    }

    /// The same with at most `left` places.
    pub(super) fn within(
        left: u32,
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
            suspended: Vec::new(),
            is_cut: false,
            is_blind: false,
            hides: false,
            seen: int_hash::Set::new(),
            branch: None,
            branches: 0,
            left,
        };
        scan.visit(value, &AccessPath::start());
        scan
    }

    fn visit(&mut self, value: Value, path: &AccessPath<'_>) {
        let around = self.branch;
        if around.is_none() && BRANCHES.contains(&value.ty.base.as_str()) {
            self.branches += 1;
            self.branch = Some(self.branches);
        }
        self.enter(value, path);
        self.branch = around;
    }

    fn enter(&mut self, value: Value, path: &AccessPath<'_>) {
        let class = classify(self.reader, value.ty);
        if class.kind == ValueKind::Irrelevant {
            self.is_cut |= self.mode == Mode::Futures && may_be_stranger(self.reader, value.ty);
            return;
        }
        if self.left == 0 || path.depth > DEEPEST {
            self.is_cut = true;
            return;
        }
        self.left -= 1;
        if !self.seen.insert(value.identity()) {
            return;
        }
        self.is_blind |= class.is_unread && self.reader.number(value) != Some(0);
        self.hides |= class.hides && tokio::count(self.reader, value) != Some(0);
        match class.kind {
            ValueKind::Coroutine => return self.coroutine(value, path),
            ValueKind::Pending => return self.futures.push((value, path.trust, self.branch)),
            // Whoever drives one is woken for each of its tasks.
            ValueKind::Driver => self.is_cut = true,
            ValueKind::Irrelevant | ValueKind::Object | ValueKind::Plain => {}
        }
        // Whether a future of this type is known to poll all that it contains, and nothing else.
        let is_trusted = class.is_of_library || self.closures == Trust::Known && class.is_closure;
        let mut path = *path;
        if class.kind == ValueKind::Object {
            if self.object(value, &path) {
                return;
            }
            self.is_cut |= self.mode == Mode::Futures;
        }
        if !is_trusted {
            path.trust = Trust::Unknown;
        }
        path.use_ = Use::of(value.ty).unwrap_or(path.use_);
        self.is_cut |= self.mode == Mode::Futures
            && is_hand_written(self.reader, value.ty, self.closures == Trust::Known);
        path.is_sole &= !matches!(class.others, Others::Any | Others::AnyOrGone);
        path.may_be_gone |= class.others == Others::AnyOrGone || class.is_union;
        match class.others {
            Others::None => {}
            Others::Any | Others::AnyOrGone => path.owners = u64::MAX,
            Others::Counted => path.owners = path.owners.max(owners(self.reader, value.address)),
        }
        match class.descent {
            Descent::End => {}
            Descent::Pointer => {
                if let Some(target) = self.reader.pointee(value) {
                    self.visit(target, &path.deeper());
                }
            }
            Descent::Array(element, count) => {
                let first = (value.hop, value.address);
                self.elements(&path).array(element, first, count);
            }
            Descent::Case => {
                if let Some((variant, inside)) = self.reader.variant(value) {
                    let mode = self.mode;
                    if variant.member.name == DONE {
                        self.mode = Mode::Objects;
                    }
                    self.visit(inside, &path.deeper());
                    self.mode = mode;
                }
            }
            Descent::FatPointer(pointer) => self.fat_pointer(value, pointer, &path),
            Descent::Collection(collection) => self.elements(&path).of(collection, value),
            Descent::Cell(cell) => {
                if let Some(content) = cell.content(self.reader, value) {
                    self.visit(content, &path.deeper());
                }
            }
            Descent::Members => {
                if class.others == Others::Counted && path.is_sole {
                    path.is_sole = has_one_owner(self.reader, value.address);
                }
                self.members(value, &class.idle, &path);
            }
        }
    }

    fn fat_pointer(&mut self, value: Value, pointer: FatPointer<'_>, path: &AccessPath<'_>) {
        let Some(target) = Target::of(self.reader, value, pointer) else {
            self.is_blind = true;
            self.is_cut |= self.mode == Mode::Futures;
            return;
        };
        let mut path = path.deeper();
        path.is_sole &= target.is_sole;
        path.owners = path.owners.max(target.owners);
        self.is_blind |= target.hides();
        self.is_cut |= self.mode == Mode::Futures && !target.is_whole;
        if let Some(head) = target.head {
            self.visit(head, &path);
        }
        self.last_field(&target.fields, target.content, &path);
    }

    /// Visits what these fields lead to.
    fn last_field(
        &mut self,
        fields: &[(&'static Type, &'static Member)],
        content: Content,
        path: &AccessPath<'_>,
    ) {
        match (fields, content) {
            ([(of, field), rest @ ..], _) => {
                self.last_field(rest, content, &path.member(of, field));
            }
            ([], Content::One(value)) => self.visit(value, path),
            ([], Content::Several(row)) => {
                self.elements(path)
                    .array(row.element, (row.hop, row.first), row.count);
            }
        }
    }

    fn coroutine(&mut self, value: Value, path: &AccessPath<'_>) {
        if self.mode == Mode::Futures {
            self.futures.push((value, path.trust, self.branch));
        } else if let Some((kind, _, inside)) = stage(self.reader, value)
            && kind != FrameKind::Finished
        {
            let variables = Variables::of(self.reader, value, kind);
            let mut path = *path;
            if kind == FrameKind::Suspended {
                path.inside = Some(value.identity());
                self.suspended.push(ScannedFuture {
                    future: value,
                    path: path.text(self.home),
                    is_sole: path.is_sole,
                    owners: path.owners,
                    may_be_gone: path.may_be_gone,
                    certainty: Certainty::Certain,
                });
            }
            for (member, ty) in relevant_members(self.reader, inside.ty) {
                // What it awaits itself is read when it is awaited.
                if !member.name.starts_with("__") {
                    let variable = Reader::at_known(inside, member, ty);
                    let before = (self.objects.len(), self.suspended.len());
                    let path = if variables.is_captured(member) {
                        path.capture(inside.ty, member)
                    } else {
                        path.member(inside.ty, member)
                    };
                    self.visit(variable, &path);
                    self.keep_present(before, &variables, variable);
                }
            }
        }
    }

    /// Of what was found in a variable of an async function, keeps what was not moved out of it.
    fn keep_present(
        &mut self,
        (objects, futures): (usize, usize),
        variables: &Variables,
        variable: Value,
    ) {
        for future in self.suspended.iter_mut().skip(futures) {
            if variables.presence_of_future(variable, future.future) != Presence::There {
                future.certainty = Certainty::Possible;
            }
        }
        for mut object in self.objects.split_off(objects) {
            match variables.presence(variable, &object.found) {
                Presence::There => {}
                Presence::Unknown => object.certainty = Certainty::Possible,
                Presence::Gone => continue,
            }
            self.objects.push(object);
        }
    }

    /// Notes what the value stands for; false where that cannot be read.
    fn object(&mut self, value: Value, path: &AccessPath<'_>) -> bool {
        let found = ObjectKind::find(self.reader, value);
        let is_any = !found.is_empty();
        for found in found {
            self.found(found, value, path);
        }
        is_any
    }

    fn found(&mut self, found: ObjectRef, value: Value, path: &AccessPath<'_>) {
        let content = found.kind.content;
        let channel = found.clone();
        let is_leaf = found.is_leaf();
        let may_end = found.object.class == Class::Task
            && path
                .owners_of_fields()
                .any(|ty| own_drop::may_end(self.reader.image, ty));
        self.objects.push(ScannedObject {
            mode: self.mode,
            use_: path.use_,
            found,
            path: path.text(self.home),
            trust: path.trust,
            is_sole: path.is_sole,
            owners: path.owners,
            may_be_gone: path.may_be_gone,
            certainty: Certainty::Certain,
            queued: path.queued,
            inside: path.inside,
            may_end,
            branch: self.branch,
        });
        let content = content.and_then(|name| match CellKind::of(value.ty) {
            Some(cell) => cell.content(self.reader, value),
            None => self.reader.field(value, name),
        });
        if let Some(content) = content {
            let mode = self.mode;
            // What a leaf does with what it has is known.
            if is_leaf {
                self.mode = Mode::Objects;
            }
            self.visit(content, &path.deeper());
            self.mode = mode;
        }
        self.messages(&channel, path);
    }

    /// Visits what is in a channel, once from each kind of end.
    fn messages(&mut self, channel: &ObjectRef, path: &AccessPath<'_>) {
        let Some(message) = channel.message(self.reader) else {
            return;
        };
        let key = (channel.object.address(), channel.value.ty.die);
        if cannot_hold(self.reader, message) || !self.seen.insert(key) {
            return;
        }
        let content = self.reader.aside(|| channel.content(self.reader));
        self.is_blind |= !content.is_whole && !cannot_be_awaited(self.reader, message);
        let mut path = *path;
        if !content.is_sole {
            path.is_sole = false;
            path.owners = u64::MAX;
        }
        path.queued = content.queued.or(path.queued);
        if channel.role == Role::Sender {
            path.inside = None;
        }
        let mode = self.mode;
        self.mode = Mode::Objects;
        for (index, value) in (0..).zip(content.values) {
            // What everybody sees has no order.
            let step = match content.queued {
                Some(_) if channel.object.class() == Class::Mpsc => path.element(index),
                _ => path.deeper(),
            };
            self.visit(value, &step);
        }
        self.mode = mode;
    }

    fn elements<'s>(
        &'s mut self,
        path: &'s AccessPath<'s>,
    ) -> Elements<'r, 'i, Visitor<'s, 'r, 'i>> {
        Elements {
            reader: self.reader,
            sink: Visitor { scan: self, path },
        }
    }

    /// Visits the members of a value, but for those that it does not poll now.
    fn members(&mut self, value: Value, idle: &[&IdleRule], path: &AccessPath<'_>) {
        if self.mode == Mode::Futures
            && self.closures == Trust::Known
            && let Some(branches) = Branches::of(self.reader, value)
        {
            return self.branches(&branches, path);
        }
        let is_idle = |name: &str| {
            let mut of_member = idle.iter().filter(|rule| rule.field == name);
            of_member.any(|rule| rule.holds(self.reader, value) == Some(true))
        };
        let mut strange = strange_members(self.reader, value.ty).iter();
        self.is_cut |= self.mode == Mode::Futures && strange.any(|name| !is_idle(name));
        for (member, ty) in relevant_members(self.reader, value.ty) {
            let inside = Reader::at_known(value, member, ty);
            if self.mode == Mode::Futures && is_idle(member.name) {
                self.idle.push(inside);
                continue;
            }
            let mode = self.mode;
            if is_only_called(value.ty, ty) {
                self.mode = Mode::Objects;
            }
            self.visit(inside, &path.member(value.ty, member));
            self.mode = mode;
        }
    }

    fn branches(&mut self, branches: &Branches, path: &AccessPath<'_>) {
        let futures = branches.futures;
        for member in futures.ty.members() {
            let Some(branch) = self.reader.at(futures, member) else {
                self.is_cut = true;
                continue;
            };
            if branches.is_off(member) {
                self.idle.push(branch);
            } else {
                self.visit(branch, &path.member(futures.ty, member));
            }
        }
    }
}

/// Visits elements of what lies at this path.
struct Visitor<'s, 'r, 'i> {
    scan: &'s mut Scan<'r, 'i>,
    path: &'s AccessPath<'s>,
}

impl Sink for Visitor<'_, '_, '_> {
    fn take(&mut self, index: u64, element: Value) {
        self.scan.visit(element, &self.path.element(index));
    }

    fn take_some(&mut self, element: Value) {
        self.scan.visit(element, &self.path.some_element());
    }

    fn cut(&mut self) {
        self.scan.is_cut = true;
    }

    fn spend(&mut self) -> bool {
        let left = self.scan.left.checked_sub(1);
        self.scan.left = left.unwrap_or(0);
        left.is_some()
    }
}
