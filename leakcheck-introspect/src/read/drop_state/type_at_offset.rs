//! Which values of a type lie at an address: what is said to be dropped there must be one of them.

use crate::read::{
    dwarf::{Image, Member, Shape, Type},
    name::coroutine_name,
    value::Value,
};

/// Values that a search visits.
const MOST: u32 = 5_000;
/// Levels that it descends.
const DEEPEST: u32 = 32;

/// What is to lie at an address.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'w> {
    Type(&'static Type),
    /// Name with path, as in the source.
    Name(&'w str),
}

/// Whether the debug info of a coroutine's state may lack the variable at `address`: of two variables of the same name
/// only one has its place there.
pub(super) fn is_hidden(image: &Image, state: Value, address: u64) -> bool {
    let members = state.ty.members();
    let is_in = |member: &Member| {
        let size = image.ty(member.ty).map_or(0, |ty| ty.size);
        let start = state.address.wrapping_add(member.offset);
        (start..start.wrapping_add(size)).contains(&address)
    };
    let mut names: Vec<_> = members.iter().map(|member| member.name).collect();
    names.sort_unstable();
    let has_twins = names.windows(2).any(|pair| pair[0] == pair[1]);
    has_twins && !members.iter().any(is_in)
}

impl Wanted<'_> {
    /// The type of what lies at `address` inside `value`, if it is what is wanted.
    pub(super) fn find(self, image: &Image, value: Value, address: u64) -> Option<&'static Type> {
        let mut search = Search {
            image,
            wanted: self,
            found: Vec::new(),
            left: MOST,
        };
        search.visit(value.ty, address.checked_sub(value.address)?, 0)?;
        let first = *search.found.first()?;
        // By a name without its arguments it may be one of several.
        let is_certain = search.found.iter().all(|other| other.size == first.size);
        is_certain.then_some(first)
    }

    fn is(self, image: &Image, ty: &Type) -> bool {
        match self {
            Self::Type(wanted) => wanted.is_same(ty),
            Self::Name(wanted) => {
                // Symbols leave out arguments that have their default.
                let (wanted, name) = (short(wanted), short(&ty.full()));
                // Symbols name the type whose function it is, where debug info has a number.
                let is_function = || {
                    let function = wanted.strip_suffix("::{{closure}}");
                    ty.is_coroutine() && function == Some(&*coroutine_name(image, ty))
                };
                wanted == name
                    || is_function()
                    || wanted.contains("::")
                        && !wanted.starts_with(['<', '(', '[', '&', '*'])
                        && wanted.split('<').next() == Some(ty.base.as_str())
            }
        }
    }
}

/// A name as both symbols and debug info write it.
fn short(name: &str) -> String {
    name.replace(' ', "").replace(",alloc::alloc::Global", "")
}

struct Search<'s, 'i> {
    image: &'i Image,
    wanted: Wanted<'s>,
    found: Vec<&'static Type>,
    left: u32,
}

impl Search<'_, '_> {
    /// Looks at a value and at what is inside it at `offset`; `None` at a limit.
    fn visit(&mut self, ty: &'static Type, offset: u64, depth: u32) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        (depth < DEEPEST).then_some(())?;
        if offset == 0 && self.wanted.is(self.image, ty) {
            self.found.push(ty);
        }
        match &ty.shape {
            Shape::Leaf | Shape::Pointer(_) => {}
            Shape::Array(element, count) => {
                let element = self.image.ty(*element)?;
                if let (Some(inside), Some(index)) = (
                    offset.checked_rem(element.size),
                    offset.checked_div(element.size),
                ) {
                    if inside == 0 {
                        self.run(element, count.saturating_sub(index))?;
                    }
                    self.visit(element, inside, depth + 1)?;
                }
            }
            Shape::Struct(members) => {
                for member in members {
                    self.member(member, offset, depth)?;
                }
            }
            Shape::Enum { variants, .. } => {
                for variant in variants {
                    self.member(&variant.member, offset, depth)?;
                }
            }
        }
        Some(())
    }

    /// Looks at what is left of an array that something was moved out of: its neighbours are an array as well.
    fn run(&mut self, element: &Type, count: u64) -> Option<()> {
        if let Wanted::Type(wanted) = self.wanted
            && let Shape::Array(of, wanted_count) = wanted.shape
            && wanted_count <= count
            && self.image.ty(of)?.is_same(element)
        {
            self.found.push(wanted);
        }
        Some(())
    }

    fn member(&mut self, member: &Member, offset: u64, depth: u32) -> Option<()> {
        match (offset.checked_sub(member.offset), self.image.ty(member.ty)) {
            // What has no size lies at its start.
            (Some(offset), Some(ty)) if offset < ty.size.max(1) => {
                self.visit(ty, offset, depth + 1)
            }
            _ => Some(()),
        }
    }
}
