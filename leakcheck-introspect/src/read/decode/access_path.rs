//! How a scan came to a place.

use crate::{
    Queued,
    read::{
        dwarf::{Die, Member, Type},
        name::{captured, named},
        objects::Use,
    },
};

/// Whether code that is not an async function is known to poll all that it contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// It is std's, tokio's or a well-known combinator.
    Known,
    /// Somebody wrote it by hand.
    Unknown,
}

/// One step of the way, and those before it: text is only made of them where something was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccessPath<'r> {
    before: Option<&'r Self>,
    segment: Segment,
    pub(super) depth: u32,
    pub(super) trust: Trust,
    /// What is done with a channel there, if that is known.
    pub(super) use_: Use,
    /// Whether nobody else can come to it: no counted pointer with other owners was followed.
    pub(super) is_sole: bool,
    /// How many may share it: owners of a counted pointer that was followed, or anybody.
    pub(super) owners: u64,
    /// Whether nothing says that what is there is what the type says: a plain pointer was followed, or one of several readings
    /// of the same bytes.
    pub(super) may_be_gone: bool,
    /// Whether it is in a message that nobody has received.
    pub(super) queued: Option<Queued>,
    /// The suspended coroutine that was entered last.
    pub(super) inside: Option<(u64, Die)>,
}

/// What a step shows of the source.
#[derive(Clone, Copy, Debug)]
enum Segment {
    Nothing,
    Member(&'static Type, &'static Member),
    /// What a closure or an async block has captured.
    Capture(&'static Type, &'static Member),
    Element(u64),
    /// One of those that have no order.
    SomeElement,
}

impl<'r> AccessPath<'r> {
    /// Where a scan starts.
    pub(super) fn start() -> Self {
        Self {
            before: None,
            segment: Segment::Nothing,
            depth: 0,
            trust: Trust::Known,
            use_: Use::Unknown,
            is_sole: true,
            owners: 1,
            may_be_gone: false,
            queued: None,
            inside: None,
        }
    }

    pub(super) fn deeper(&'r self) -> Self {
        self.next(Segment::Nothing)
    }

    pub(super) fn element(&'r self, index: u64) -> Self {
        self.next(Segment::Element(index))
    }

    /// An element of a collection in which its number says nothing.
    pub(super) fn some_element(&'r self) -> Self {
        self.next(Segment::SomeElement)
    }

    pub(super) fn member(&'r self, of: &'static Type, member: &'static Member) -> Self {
        if of.is_closure() {
            return self.capture(of, member);
        }
        self.next(Segment::Member(of, member))
    }

    pub(super) fn capture(&'r self, of: &'static Type, member: &'static Member) -> Self {
        self.next(Segment::Capture(of, member))
    }

    fn next(&'r self, segment: Segment) -> Self {
        Self {
            before: Some(self),
            segment,
            depth: self.depth + 1,
            trust: self.trust,
            use_: self.use_,
            is_sole: self.is_sole,
            owners: self.owners,
            may_be_gone: self.may_be_gone,
            queued: self.queued,
            inside: self.inside,
        }
    }

    /// The types whose fields were entered, the last one first.
    pub(super) fn owners_of_fields(&self) -> impl Iterator<Item = &'static Type> {
        let steps = std::iter::successors(Some(self), |step| step.before);
        steps.filter_map(|step| match step.segment {
            Segment::Member(of, _) | Segment::Capture(of, _) => Some(of),
            _ => None,
        })
    }

    /// Fields, as the source of the crate `home` has them: `.extra.tx[0]`.
    pub(super) fn text(&self, home: &str) -> String {
        let mut path = String::new();
        self.write(home, &mut path);
        path
    }

    fn write(&self, home: &str, path: &mut String) {
        if let Some(before) = self.before {
            before.write(home, path);
        }
        match self.segment {
            Segment::Nothing => {}
            Segment::Member(of, member) => {
                if let Some(name) = shown(of, member, home) {
                    path.push('.');
                    path.push_str(name);
                }
            }
            Segment::Capture(of, member) => {
                if let Some(name) = shown(of, member, home) {
                    path.push('.');
                    path.push_str(&captured(name));
                }
            }
            Segment::SomeElement => path.push_str("[..]"),
            // Which part of a map it is says nothing beside that it is in the map.
            Segment::Element(_) if self.is_shard() => {}
            Segment::Element(index) => {
                path.push('[');
                path.push_str(&index.to_string());
                path.push(']');
            }
        }
    }
}

impl AccessPath<'_> {
    /// Whether it is one of the maps that a map consists of.
    fn is_shard(&self) -> bool {
        let mut steps = std::iter::successors(self.before, |step| step.before);
        steps.find_map(|step| match step.segment {
            Segment::Member(of, member) => Some(of.home() == "dashmap" && member.name == "shards"),
            _ => None,
        }) == Some(true)
    }
}

/// What a field is called, if the source of the crate `home` says it.
fn shown(of: &Type, member: &Member, home: &str) -> Option<&'static str> {
    let is_tuple = of.path.is_empty() && of.name.starts_with('(');
    // Fields of other crates say nothing to whoever reads this.
    let is_own = of.home() == home;
    let Some(number) = member.name.strip_prefix("__") else {
        let name = (is_own && !member.name.is_empty()).then_some(member.name)?;
        return Some(named(name));
    };
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    (is_tuple || is_number && is_own && of.members().len() > 1).then_some(number)
}
