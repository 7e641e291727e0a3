//! What blocks of memory were allocated for, and whether they own each other.
//!
//! What is said first is that of the function that allocates what an `Arc` or `Rc` points to, which debug info knows by its type.
//! From there, types lead on: a field at the place of a pointer owns what that points to, or does not.

use super::{
    decode::concrete,
    dwarf::{Image, Member, Shape, Type, called_from},
    value::Reader,
};
use crate::{Block, Error, OwnerField};

/// Frames that are looked at for the function that has allocated a block: those further out have called it.
const FRAMES: usize = 16;
/// Levels of types that are looked through for a pointer.
const DEEPEST: u32 = 24;
/// Bytes of the two counts.
const COUNTS: u64 = 16;

/// What is in a block.
#[derive(Clone, Copy)]
enum Content {
    /// Two counts and a value, which a pointer of this name shares.
    Counted(&'static str, &'static Type),
    One(&'static Type),
    Several(&'static Type),
}

/// What a block was allocated for, given the return addresses on the way to that, innermost first: `Arc<Node>`.
///
/// ```
/// assert_eq!(leakcheck_introspect::allocated_for(&[], 16)?, None);
/// # Ok::<(), leakcheck_introspect::Error>(())
/// ```
///
/// # Errors
///
/// Where there is no debug info.
pub fn allocated_for(path: &[usize], size: u64) -> Result<Option<String>, Error> {
    let image = Image::open()?;
    let content = counted(image, path).filter(|content| content.fits(size));
    Ok(content.map(Content::name))
}

/// The fields by which blocks own each other in a circle, the first of which was allocated on this path; nothing where that is not
/// certain of all of them.
///
/// ```
/// assert_eq!(leakcheck_introspect::owners(&[], &[])?, None);
/// # Ok::<(), leakcheck_introspect::Error>(())
/// ```
///
/// # Errors
///
/// Where there is no debug info.
pub fn owners(path: &[usize], circle: &[Block]) -> Result<Option<Vec<OwnerField>>, Error> {
    let image = Image::open()?;
    let reader = Reader::new(image);
    Ok(all_owners(&reader, path, circle))
}

fn all_owners(reader: &Reader<'_>, path: &[usize], circle: &[Block]) -> Option<Vec<OwnerField>> {
    let first = counted(reader.image, path)?;
    let mut fields = Vec::new();
    let mut content = first;
    for block in circle {
        if !content.fits(block.size) {
            return None;
        }
        let (field, next) = content.owned(reader, block)?;
        // The elements of a vector are its owner's.
        if !matches!(content, Content::Several(_)) {
            fields.push(field);
        }
        content = next;
    }
    let is_back = content.ty().is_same(first.ty()) && matches!(content, Content::Counted(..));
    (is_back && !fields.is_empty()).then_some(fields)
}

/// What an `Arc` or `Rc` points to, if it was allocated for one.
fn counted(image: &Image, path: &[usize]) -> Option<Content> {
    let mut frames = path.iter().take(FRAMES);
    frames.find_map(|address| {
        let symbol = called_from(*address)?;
        let name = pointer_made_by(symbol)?;
        let function = image.function_of(*address as u64)?;
        let is_new = function.name.starts_with("new<") || function.name == "new";
        let ty = image.ty(function.argument("T").filter(|_| is_new)?)?;
        Some(Content::Counted(name, ty))
    })
}

/// The pointer whose `new` has this symbol, of the older or the newer kind.
fn pointer_made_by(symbol: &str) -> Option<&'static str> {
    const MADE: [(&str, &str); 2] = [("5alloc4sync", "Arc"), ("5alloc2rc", "Rc")];
    let is = |(module, ty): &&(&str, &str)| {
        let Some((before, behind)) = symbol.split_once(module) else {
            return false;
        };
        let is_older = before == "_ZN" && behind.contains(&format!("{ty}$LT$T$GT$3new17h"));
        // The name of the type is next, and its arguments are before that of the function.
        let is_next = |at| at < 16;
        let is_newer = before.starts_with("_RNvM")
            && behind.starts_with("IN")
            && behind
                .find(&format!("{}{ty}", ty.len()))
                .is_some_and(is_next)
            && behind.contains("E3new");
        is_older || is_newer
    };
    MADE.iter().find(is).map(|(_, ty)| *ty)
}

impl Content {
    fn ty(self) -> &'static Type {
        match self {
            Self::Counted(_, ty) | Self::One(ty) | Self::Several(ty) => ty,
        }
    }

    fn name(self) -> String {
        let name = self.ty().name;
        match self {
            Self::Counted(pointer, _) => format!("{pointer}<{name}>"),
            _ if name.starts_with("{closure") => "closure".to_owned(),
            Self::One(_) | Self::Several(_) => name.to_owned(),
        }
    }

    /// Whether a block of this size may be it.
    fn fits(self, size: u64) -> bool {
        let ty = self.ty();
        match self {
            Self::Counted(..) => {
                let end = start(ty) + ty.size;
                size == end.next_multiple_of(ty.align.max(8))
            }
            Self::One(_) => size == ty.size,
            Self::Several(_) => ty.size != 0 && size.is_multiple_of(ty.size),
        }
    }

    /// The field of a block that owns the next one, and what is in that.
    fn owned(self, reader: &Reader<'_>, block: &Block) -> Option<(OwnerField, Self)> {
        let ty = self.ty();
        let offset = match self {
            Self::Counted(..) => block.pointer.checked_sub(start(ty))?,
            Self::One(_) => block.pointer,
            Self::Several(_) => block.pointer.checked_rem(ty.size)?,
        };
        let mut names = Vec::new();
        let owner = owner_at(reader.image, ty, (ty, offset), &mut names, 0)?;
        let field = OwnerField {
            owner: self.name(),
            field: names.join("."),
        };
        let at = block.address.checked_add(block.pointer)?;
        Some((field, content(reader, owner, at)?))
    }
}

/// Where the value begins behind its counts.
fn start(ty: &Type) -> u64 {
    COUNTS.next_multiple_of(ty.align.max(1))
}

/// What is in the block that an owner at this address owns.
fn content(reader: &Reader<'_>, owner: &'static Type, at: u64) -> Option<Content> {
    let argument = || reader.ty(owner.argument("T")?);
    match owner.base.as_str() {
        "alloc::sync::Arc" => Some(Content::Counted("Arc", argument()?)),
        "alloc::rc::Rc" => Some(Content::Counted("Rc", argument()?)),
        "alloc::vec::Vec" => Some(Content::Several(argument()?)),
        _ if owner.is_dynamic_pointer() => {
            let data = reader.ty(owner.fat_pointer()?.data.ty)?;
            let is_all = reader.ty(data.pointee()?)?.is_dynamic();
            let table = reader.memory.word(at.checked_add(8)?)?;
            is_all.then_some(Content::One(concrete(reader, table)?))
        }
        _ => Some(Content::One(reader.ty(owner.pointee()?)?)),
    }
}

/// The owner whose pointer stands at an offset of a value, with the names of the fields that lead to it as far as they are those
/// of the crate of `outer`.
fn owner_at(
    image: &Image,
    outer: &Type,
    (ty, offset): (&'static Type, u64),
    names: &mut Vec<String>,
    depth: u32,
) -> Option<&'static Type> {
    const OWNERS: [&str; 4] = [
        "alloc::sync::Arc",
        "alloc::rc::Rc",
        "alloc::vec::Vec",
        "alloc::boxed::Box",
    ];
    if depth > DEEPEST {
        return None;
    }
    if OWNERS.contains(&ty.base.as_str()) {
        return Some(ty);
    }
    let inside = |member: &Member| {
        let ty = image.ty(member.ty)?;
        let offset = offset.checked_sub(member.offset)?;
        (offset < ty.size).then_some((ty, offset))
    };
    match &ty.shape {
        Shape::Struct(members) => members.iter().find_map(|member| {
            let inner = inside(member)?;
            let before = names.len();
            if ty.home() == outer.home() && is_uninterrupted(names, depth) {
                names.push(member.name.trim_start_matches("__").to_owned());
            }
            let owner = owner_at(image, outer, inner, names, depth + 1);
            if owner.is_none() {
                names.truncate(before);
            }
            owner
        }),
        Shape::Enum { variants, .. } => variants
            .iter()
            .find_map(|variant| owner_at(image, outer, inside(&variant.member)?, names, depth + 1)),
        Shape::Array(element, _) => {
            let element = image.ty(*element)?;
            let offset = offset.checked_rem(element.size)?;
            owner_at(image, outer, (element, offset), names, depth + 1)
        }
        Shape::Leaf | Shape::Pointer(_) => None,
    }
}

/// Whether each level so far has a name of its own.
fn is_uninterrupted(names: &[String], depth: u32) -> bool {
    u32::try_from(names.len()).is_ok_and(|named| named == depth)
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc, sync::Arc};

    use super::*;

    #[test]
    fn symbols_of_both_kinds_are_known() {
        for (symbol, expected) in [
            (
                "_ZN5alloc4sync12Arc$LT$T$GT$3new17h0123456789abcdefE",
                Some("Arc"),
            ),
            (
                "_ZN5alloc2rc11Rc$LT$T$GT$3new17h0123456789abcdefE",
                Some("Rc"),
            ),
            (
                "_RNvMs7_NtCs1a_5alloc4syncINtB5_3ArcNtCs2b_4mine4NodeE3newB1_",
                Some("Arc"),
            ),
            (
                "_RNvMs7_NtCs1a_5alloc2rcINtB5_2RcNtCs2b_4mine4NodeE3newB1_",
                Some("Rc"),
            ),
            (
                "_RNvMs7_NtCs1a_3std4syncINtB5_5MutexINtNtCs3_5alloc4sync3ArcyEE3newB1_",
                None,
            ),
            (
                "_ZN5alloc4sync12Arc$LT$T$GT$10new_cyclic17h0123456789abcdefE",
                None,
            ),
            ("_ZN4mine4Node3new17h0123456789abcdefE", None),
            ("main", None),
            ("", None),
        ] {
            assert_eq!(pointer_made_by(symbol), expected, "{symbol}");
        }
    }

    /// The start of a function stands for a return address in it.
    fn path() -> [usize; 1] {
        [Rc::<Link>::new as *const () as usize + 1]
    }

    struct Link {
        _size: [u64; 3],
        inner: Inner,
    }

    struct Inner {
        next: RefCell<Option<Rc<Link>>>,
        weak: RefCell<std::rc::Weak<Link>>,
    }

    #[test]
    fn a_field_that_owns_is_told_from_one_that_does_not() {
        let link = Rc::new(Link {
            _size: [7; 3],
            inner: Inner {
                next: RefCell::new(None),
                weak: RefCell::default(),
            },
        });
        *link.inner.next.borrow_mut() = Some(Rc::clone(&link));
        *link.inner.weak.borrow_mut() = Rc::downgrade(&link);
        let value = std::ptr::from_ref(&*link).addr() as u64;
        let (start, size) = (value - COUNTS, COUNTS + size_of::<Link>() as u64);
        let words = (0..size / 8).filter(|word| {
            let mut found = [0];
            crate::read_words(start + word * 8, &mut found) && found[0] as u64 == start
        });
        let circles = words.map(|word| Block {
            address: start,
            size,
            pointer: word * 8,
        });
        let told = circles.map(|block| owners(&path(), &[block]).expect("tests have debug info"));
        let mut told: Vec<_> = told.collect();
        told.sort_by_key(Option::is_some);
        let field = OwnerField {
            owner: "Rc<Link>".to_owned(),
            field: "inner.next".to_owned(),
        };
        assert_eq!(told, [None, Some(vec![field])]);
        let name = |size| allocated_for(&path(), size).expect("tests have debug info");
        assert_eq!(name(size).as_deref(), Some("Rc<Link>"));
        assert_eq!(name(size + 8), None, "it is another one");
        link.inner.next.take();
    }

    #[test]
    fn who_has_allocated_something_else_is_not_known() {
        let elsewhere = [Arc::<u64>::strong_count as *const () as usize + 1, 0, 1];
        assert_eq!(
            allocated_for(&elsewhere, 24).expect("there is debug info"),
            None
        );
        assert_eq!(owners(&elsewhere, &[]).expect("there is debug info"), None);
    }
}
