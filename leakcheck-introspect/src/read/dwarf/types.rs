//! Types as the debug info describes them.

use super::{die::Die, notes::Notes};

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
    pub(super) home: usize,
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

/// A pointer, and beside it what its type leaves open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FatPointer<'t> {
    pub(crate) data: &'t Member,
    pub(crate) more: &'t Member,
    pub(crate) kind: Unsized,
}

/// What such a pointer leads to, or what the last field of that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsized {
    /// Of any type, to which the vtable belongs.
    Dynamic,
    /// As many elements as the length says.
    Slice,
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

    /// Whether it is what the compiler makes of a closure: a field for each thing that it has captured.
    pub(crate) fn is_closure(&self) -> bool {
        self.name.starts_with("{closure_env#")
    }

    /// Whether it is a pointer, with a vtable or without, or one that is pinned.
    pub(crate) fn is_pointer(&self) -> bool {
        matches!(self.shape, Shape::Pointer(_))
            || self.base == "core::pin::Pin"
            || self.fat_pointer().is_some()
    }

    /// The two words that it is, where it is a pointer to what has no size of its own.
    pub(crate) fn fat_pointer(&self) -> Option<FatPointer<'_>> {
        let [data, more] = self.members() else {
            return None;
        };
        let kind = match (data.name, more.name) {
            (_, "vtable") => Unsized::Dynamic,
            ("data_ptr", "length") => Unsized::Slice,
            _ => return None,
        };
        self.unsized_target()
            .map(|_| FatPointer { data, more, kind })
    }

    /// What follows the sign of a pointer in the name. The types of programs have none that begins so.
    pub(crate) fn unsized_target(&self) -> Option<&'static str> {
        const SIGNS: [&str; 5] = ["&mut ", "&", "*const ", "*mut ", "alloc::boxed::Box<"];
        SIGNS.iter().find_map(|sign| self.name.strip_prefix(sign))
    }

    /// Whether it is one to what may be of any type.
    pub(crate) fn is_dynamic_pointer(&self) -> bool {
        self.fat_pointer()
            .is_some_and(|pointer| pointer.kind == Unsized::Dynamic)
    }

    /// Whether values of it may be of any type.
    pub(crate) fn is_dynamic(&self) -> bool {
        self.name.starts_with("dyn ") || self.name.starts_with("(dyn ")
    }

    /// What it points to, where it is a plain pointer.
    pub(crate) fn pointee(&self) -> Option<Die> {
        match self.shape {
            Shape::Pointer(to) => Some(to),
            _ => None,
        }
    }

    /// What it is made of, and what it points to.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Die> {
        let single = match self.shape {
            Shape::Pointer(to) | Shape::Array(to, _) => Some(to),
            _ => None,
        };
        let variants = self.variants().iter().map(|variant| &variant.member);
        let members = self.members().iter().chain(variants);
        single.into_iter().chain(members.map(|member| member.ty))
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

/// A name behind its path.
pub(super) fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}::{name}")
    }
}
