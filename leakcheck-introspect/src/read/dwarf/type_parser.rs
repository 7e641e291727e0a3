//! Types by the entries that describe them.

use std::cell::Cell;

use gimli::{EntriesTreeNode, UnitOffset, constants as c};

use super::{
    die::Die,
    image::Image,
    notes::Notes,
    sections::Slice,
    types::{Discriminant, Member, Shape, Type, Variant, joined, without_arguments},
    unit::{Facts, Unit, number},
};

impl Image {
    /// The type that an entry describes.
    pub(crate) fn ty(&self, die: Die) -> Option<&'static Type> {
        let unit = self.unit(die.unit)?;
        unit.types.get_kept(
            die.offset,
            || nested(|| unit.parse(self, die.offset)).flatten(),
            |parsed| parsed.map(|ty| &*Box::leak(Box::new(ty))),
        )
    }

    /// The first type of this unit that fits, among those whose name starts with `prefix`.
    pub(crate) fn find_in(
        &self,
        unit: &Unit,
        prefix: &str,
        fits: impl Fn(&Type) -> bool,
    ) -> Option<&'static Type> {
        unit.index()
            .scopes
            .iter()
            .filter(|scope| scope.is_type && unit.is_named(scope, prefix))
            .filter_map(|scope| self.ty(unit.die(scope.offset as usize)))
            .find(|ty| fits(ty))
    }

    /// The same in every unit: slow, for where nothing refers to the type.
    pub(crate) fn find(
        &self,
        prefix: &str,
        fits: impl Fn(&Type) -> bool + Copy,
    ) -> Option<&'static Type> {
        (0..self.len())
            .filter_map(|number| self.unit(number))
            .find_map(|unit| self.find_in(unit, prefix, fits))
    }
}

/// Parses something inside something that is being parsed; `None` where that goes too deep to be true.
fn nested<R>(parse: impl FnOnce() -> R) -> Option<R> {
    const DEEPEST: u32 = 64;
    thread_local! {
        static DEPTH: Cell<u32> = const { Cell::new(0) };
    }
    let depth = DEPTH.get();
    (depth < DEEPEST).then_some(())?;
    DEPTH.set(depth + 1);
    let result = parse();
    DEPTH.set(depth);
    Some(result)
}

impl Unit {
    fn parse(&self, image: &Image, offset: usize) -> Option<Type> {
        let mut tree = self.parsed.entries_tree(Some(UnitOffset(offset))).ok()?;
        let root = tree.root().ok()?;
        let tag = root.entry().tag();
        let facts = self.facts(root.entry());
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
                c::DW_TAG_member => members.extend(member(&self.facts(child.entry()))),
                c::DW_TAG_template_type_parameter => {
                    let facts = self.facts(child.entry());
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
            .and_then(|value| self.reference(&value));
        let mut discriminant = None;
        let mut variants = Vec::new();
        let mut children = part.children();
        while let Ok(Some(child)) = children.next() {
            match child.entry().tag() {
                c::DW_TAG_member if Some(self.die(child.entry().offset().0)) == by => {
                    let facts = self.facts(child.entry());
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
                            let facts = self.facts(inner.entry());
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
