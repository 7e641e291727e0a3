//! Types as the debug info describes them.

use gimli::{EntriesTreeNode, UnitOffset, constants as c};

use super::{
    Die, Image, Slice, Unit,
    image::nested,
    notes::Notes,
    unit::{Facts, number},
};

/// A type, parsed once.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) die: Die,
    /// With generic arguments: `Option<alloc::string::String>`.
    pub(crate) name: &'static str,
    /// Namespaces around it, without generic arguments.
    pub(crate) path: String,
    pub(crate) size: u64,
    pub(crate) align: u64,
    pub(crate) shape: Shape,
    /// Generic arguments by the names of their parameters.
    pub(crate) arguments: Vec<(&'static str, Die)>,
    /// Path and name without generic arguments.
    pub(crate) base: String,
    /// Bytes of the path up to the end of the crate's name.
    home: usize,
    /// What others have found out about it.
    pub(crate) notes: Notes,
}

/// What a type is made of.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Numbers, unit-only enums, functions: nothing inside.
    Leaf,
    Pointer(Die),
    Array(Die, u64),
    Struct(Vec<Member>),
    Enum {
        discriminant: Option<Discriminant>,
        variants: Vec<Variant>,
    },
}

/// Where an enum says which variant it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Discriminant {
    pub(crate) offset: u64,
    pub(crate) size: u64,
}

/// A field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) ty: Die,
    pub(crate) offset: u64,
    pub(crate) file: u64,
    pub(crate) line: u32,
}

/// One case of an enum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    /// `None` for the case that every other value stands for.
    pub(crate) value: Option<u64>,
    pub(crate) member: Member,
}

impl Type {
    /// Whether it is what the compiler makes of an async function or block.
    pub(crate) fn is_coroutine(&self) -> bool {
        matches!(self.shape, Shape::Enum { .. })
            && ["{async_", "{coroutine_", "{gen_"]
                .iter()
                .any(|prefix| self.name.starts_with(prefix))
    }

    /// Whether it is a pointer, with a vtable or without, or one that is pinned.
    pub(crate) fn is_pointer(&self) -> bool {
        matches!(self.shape, Shape::Pointer(_))
            || self.base == "core::pin::Pin"
            || self.member("vtable").is_some()
    }

    pub(crate) fn members(&self) -> &[Member] {
        match &self.shape {
            Shape::Struct(members) => members,
            _ => &[],
        }
    }

    pub(crate) fn variants(&self) -> &[Variant] {
        match &self.shape {
            Shape::Enum { variants, .. } => variants,
            _ => &[],
        }
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.name == name)
    }

    pub(crate) fn argument(&self, name: &str) -> Option<Die> {
        self.arguments
            .iter()
            .find(|argument| argument.0 == name)
            .map(|argument| argument.1)
    }

    /// The crate that it stands in, if it has a path.
    pub(crate) fn home(&self) -> &str {
        self.path.get(..self.home).unwrap_or_default()
    }

    /// Whether two descriptions are of one type. Each unit has its own.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let counted = |ty: &Self| (ty.size, ty.variants().len(), ty.members().len());
        let is_alike = |one: &Member, other: &Member| {
            one.name == other.name && one.offset == other.offset && one.line == other.line
        };
        let mut variants = self.variants().iter().zip(other.variants());
        let mut members = self.members().iter().zip(other.members());
        self.die == other.die
            // Arrays have no names.
            || !self.name.is_empty()
                && counted(self) == counted(other)
                && self.name == other.name
                && self.path == other.path
                && members.all(|(one, other)| is_alike(one, other))
                && variants.all(|(one, other)| {
                    one.value == other.value && is_alike(&one.member, &other.member)
                })
    }

    /// With its path, for display.
    pub(crate) fn full(&self) -> String {
        joined(&self.path, self.name)
    }
}

/// A name without its generic arguments.
pub(crate) fn without_arguments(name: &str) -> &str {
    // `<T as Trait>::..` begins with what elsewhere begins the arguments.
    match name.find('<') {
        Some(0) | None => name,
        Some(end) => &name[..end],
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}::{name}")
    }
}

impl Unit {
    /// Namespaces around an entry, joined.
    pub(super) fn path(&self, offset: usize) -> String {
        let mut names: Vec<_> = self
            .index()
            .around(offset)
            .map(|scope| without_arguments(self.scope_name(scope)))
            .collect();
        names.reverse();
        names.join("::")
    }

    pub(super) fn parse(&self, image: &Image, offset: usize) -> Option<Type> {
        let mut tree = self.parsed.entries_tree(Some(UnitOffset(offset))).ok()?;
        let root = tree.root().ok()?;
        let tag = root.entry().tag();
        let facts = self.facts(image, root.entry());
        let mut arguments = Vec::new();
        let (shape, size) = match tag {
            c::DW_TAG_pointer_type => (
                facts.ty.map_or(Shape::Leaf, Shape::Pointer),
                facts.size.unwrap_or(8),
            ),
            c::DW_TAG_array_type => {
                let (element, count) = (facts.ty?, count(root));
                let each = image.ty(element).map_or(0, |element| element.size);
                (Shape::Array(element, count), each.saturating_mul(count))
            }
            c::DW_TAG_structure_type | c::DW_TAG_union_type => (
                self.inside(image, root, &mut arguments),
                facts.size.unwrap_or(0),
            ),
            c::DW_TAG_base_type
            | c::DW_TAG_enumeration_type
            | c::DW_TAG_subroutine_type
            | c::DW_TAG_unspecified_type => (Shape::Leaf, facts.size.unwrap_or(0)),
            c::DW_TAG_typedef | c::DW_TAG_const_type | c::DW_TAG_volatile_type => {
                // Another name for the same.
                let target = facts.ty?;
                return nested(|| image.unit(target.unit)?.parse(image, target.offset)).flatten();
            }
            _ => return None,
        };
        let path = if matches!(tag, c::DW_TAG_structure_type | c::DW_TAG_union_type) {
            self.path(offset)
        } else {
            String::new()
        };
        Some(Type {
            die: self.die(offset),
            home: path.find("::").unwrap_or(path.len()),
            base: joined(&path, without_arguments(facts.name)),
            name: facts.name,
            path,
            size,
            align: facts.align.unwrap_or(1),
            shape,
            arguments,
            notes: Notes::default(),
        })
    }

    fn inside(
        &self,
        image: &Image,
        root: EntriesTreeNode<Slice>,
        arguments: &mut Vec<(&'static str, Die)>,
    ) -> Shape {
        let mut members = Vec::new();
        let mut choice = None;
        let mut children = root.children();
        while let Ok(Some(child)) = children.next() {
            match child.entry().tag() {
                c::DW_TAG_member => members.extend(member(&self.facts(image, child.entry()))),
                c::DW_TAG_template_type_parameter => {
                    let facts = self.facts(image, child.entry());
                    arguments.extend(facts.ty.map(|ty| (facts.name, ty)));
                }
                c::DW_TAG_variant_part => choice = Some(self.choice(image, child)),
                _ => {}
            }
        }
        choice.unwrap_or(Shape::Struct(members))
    }

    fn choice(&self, image: &Image, part: EntriesTreeNode<Slice>) -> Shape {
        let by = part
            .entry()
            .attr_value(c::DW_AT_discr)
            .and_then(|value| self.reference(image, &value));
        let mut discriminant = None;
        let mut variants = Vec::new();
        let mut children = part.children();
        while let Ok(Some(child)) = children.next() {
            match child.entry().tag() {
                c::DW_TAG_member if Some(self.die(child.entry().offset().0)) == by => {
                    let facts = self.facts(image, child.entry());
                    discriminant = facts.ty.and_then(|ty| {
                        Some(Discriminant {
                            offset: facts.location,
                            size: image.ty(ty)?.size,
                        })
                    });
                }
                c::DW_TAG_variant => {
                    let value = child.entry().attr_value(c::DW_AT_discr_value);
                    let value = value.as_ref().and_then(number);
                    let mut inside = child.children();
                    while let Ok(Some(inner)) = inside.next() {
                        if inner.entry().tag() == c::DW_TAG_member {
                            let facts = self.facts(image, inner.entry());
                            variants.extend(member(&facts).map(|member| Variant { value, member }));
                        }
                    }
                }
                _ => {}
            }
        }
        Shape::Enum {
            discriminant,
            variants,
        }
    }
}

/// Number of elements of an array.
fn count(root: EntriesTreeNode<Slice>) -> u64 {
    let mut children = root.children();
    while let Ok(Some(child)) = children.next() {
        if child.entry().tag() == c::DW_TAG_subrange_type {
            let count = child.entry().attr_value(c::DW_AT_count);
            return count.as_ref().and_then(number).unwrap_or(0);
        }
    }
    0
}

fn member(facts: &Facts) -> Option<Member> {
    Some(Member {
        name: facts.name,
        ty: facts.ty?,
        offset: facts.location,
        file: facts.file,
        line: facts.line,
    })
}
