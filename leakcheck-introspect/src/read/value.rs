//! A typed place in memory, and the ways from one to the next.

use std::cell::{Cell, RefCell};

use super::{
    dwarf::{Die, Image, Member, Shape, Type, Variant},
    fuel,
    memory::Memory,
    shape_memo::{Rule, ShapeMemo},
};

/// Something of a type at an address. Nothing says that it is still there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub(crate) ty: &'static Type,
    pub(crate) address: u64,
    /// Which followed pointer it was reached through.
    pub(crate) hop: u32,
}

impl Value {
    pub(crate) fn new(ty: &'static Type, address: u64) -> Self {
        Self {
            ty,
            address,
            hop: 0,
        }
    }

    /// What tells it apart from others, also from the first member of itself.
    pub(crate) fn identity(&self) -> (u64, Die) {
        (self.address, self.ty.die)
    }

    /// One of several of a type that lie side by side from `first` on.
    pub(crate) fn nth(ty: &'static Type, first: u64, index: u64) -> Self {
        Self::new(ty, first.wrapping_add(index.wrapping_mul(ty.size)))
    }
}

/// Reads values of one moment.
#[derive(Debug)]
pub(crate) struct Reader<'i> {
    pub(crate) image: &'i Image,
    pub(crate) memory: Memory,
    /// What decides, while that is noted.
    memo: RefCell<Option<ShapeMemo>>,
    /// Types that were asked for last: the image takes longer, and a lock.
    types: Vec<Cell<Option<(Die, &'static Type)>>>,
}

/// Types that are kept; each entry has one place.
const TYPES: usize = 4096;

/// Steps through wrappers that one search makes at most.
const WRAPPERS: u32 = 16;
/// Values that it looks at.
const MOST_INSIDE: u32 = 2_000;

impl<'i> Reader<'i> {
    pub(crate) fn new(image: &'i Image) -> Self {
        Self {
            image,
            memory: Memory::new(),
            memo: RefCell::new(None),
            types: vec![Cell::new(None); TYPES],
        }
    }

    /// Notes from here on what decides, for the task at `cell`.
    pub(crate) fn note(&self, cell: u64) {
        self.memo.replace(Some(ShapeMemo::new(cell)));
    }

    /// What was noted.
    pub(crate) fn noted(&self) -> Option<ShapeMemo> {
        self.memo.take()
    }

    /// Runs `work` without noting anything.
    pub(crate) fn aside<R>(&self, work: impl FnOnce() -> R) -> R {
        let memo = self.memo.take();
        let result = work();
        self.memo.replace(memo);
        result
    }

    /// Notes a pointer that was followed.
    pub(crate) fn follow(&self, from: u32, at: u64, address: u64, skip: u64) -> u32 {
        match &mut *self.memo.borrow_mut() {
            Some(memo) => memo.follow(from, at, address, skip),
            None => 0,
        }
    }

    /// Notes a word that decided.
    pub(crate) fn decide(&self, hop: u32, at: u64, size: u64, rule: impl FnOnce() -> Rule) {
        if let Some(memo) = &mut *self.memo.borrow_mut() {
            memo.decide(hop, at, size, rule());
        }
    }

    /// Notes that others cannot be compared with this task.
    pub(crate) fn give_up(&self) {
        if let Some(memo) = &mut *self.memo.borrow_mut() {
            memo.give_up();
        }
    }

    /// The type that an entry describes.
    pub(crate) fn ty(&self, die: Die) -> Option<&'static Type> {
        let place = self.types.get(die.offset % TYPES)?;
        match place.get() {
            Some((known, ty)) if known == die => Some(ty),
            _ => {
                let ty = self.image.ty(die)?;
                place.set(Some((die, ty)));
                Some(ty)
            }
        }
    }

    /// A member of a value.
    pub(crate) fn at(&self, value: Value, member: &Member) -> Option<Value> {
        Some(Self::at_known(value, member, self.ty(member.ty)?))
    }

    /// The same, where its type is known.
    pub(crate) fn at_known(value: Value, member: &Member, ty: &'static Type) -> Value {
        fuel::spend();
        Value {
            ty,
            address: value.address.wrapping_add(member.offset),
            hop: value.hop,
        }
    }

    pub(crate) fn field(&self, value: Value, name: &str) -> Option<Value> {
        self.at(value, value.ty.member(name)?)
    }

    /// The number in a value, noted as one that decides.
    pub(crate) fn deciding(&self, value: Value) -> Option<u64> {
        let seen = self.number(value)?;
        self.decide(value.hop, value.address, value.ty.size, || Rule::Is(seen));
        Some(seen)
    }

    /// The active case of an enum, and what is in it.
    pub(crate) fn variant(&self, value: Value) -> Option<(&'static Variant, Value)> {
        let Shape::Enum {
            discriminant,
            variants,
        } = &value.ty.shape
        else {
            return None;
        };
        let variant = match discriminant {
            None => variants.first()?,
            Some(by) => {
                let mask = mask(by.size);
                let at = value.address.wrapping_add(by.offset);
                let seen = self.memory.number(at, by.size)?;
                let chosen = variants
                    .iter()
                    .find(|variant| variant.value.is_some_and(|value| value & mask == seen))
                    .or_else(|| variants.iter().find(|variant| variant.value.is_none()))?;
                let others = variants
                    .iter()
                    .filter_map(|variant| Some(variant.value? & mask));
                self.decide(value.hop, at, by.size, || match chosen.value {
                    Some(_) => Rule::Is(seen),
                    None => Rule::IsNot(others.collect()),
                });
                chosen
            }
        };
        Some((variant, self.at(value, &variant.member)?))
    }

    /// What a plain pointer points to.
    pub(crate) fn pointee(&self, value: Value) -> Option<Value> {
        let to = value.ty.pointee()?;
        let address = self.memory.word(value.address)?;
        (address >= 4096).then_some(())?;
        Some(Value {
            ty: self.ty(to)?,
            address,
            hop: self.follow(value.hop, value.address, address, 0),
        })
    }

    /// What a pointer or smart pointer leads to, past the counts of an `Arc` or `Rc`.
    pub(crate) fn target(&self, value: Value) -> Option<Value> {
        let pointer = self.pointer(value)?;
        let target = self.pointee(pointer)?;
        if target.ty.name.starts_with("ArcInner<") {
            return self.field(target, "data");
        }
        if target.ty.name.starts_with("RcInner<") || target.ty.name.starts_with("RcBox<") {
            return self.field(target, "value");
        }
        Some(target)
    }

    /// The plain pointer inside a smart pointer.
    pub(crate) fn pointer(&self, value: Value) -> Option<Value> {
        let mut value = value;
        for _ in 0..WRAPPERS {
            value = match &value.ty.shape {
                Shape::Pointer(_) => return Some(value),
                Shape::Enum { .. } => {
                    let (variant, inside) = self.variant(value)?;
                    (variant.member.name != "None").then_some(())?;
                    inside
                }
                Shape::Struct(members) => {
                    let names = [
                        "ptr",
                        "pointer",
                        "__pointer",
                        "__0",
                        "inner",
                        "data_ptr",
                        "p",
                    ];
                    let member = names.iter().find_map(|name| value.ty.member(name));
                    // A wrapper of one field under whatever name.
                    let member = member.or(match &members[..] {
                        [only] => Some(only),
                        _ => None,
                    })?;
                    self.at(value, member)?
                }
                _ => return None,
            };
        }
        None
    }

    /// The first member that fits, at any depth inside the value itself, active cases of enums included.
    pub(crate) fn inside(&self, value: Value, fits: &dyn Fn(&Type) -> bool) -> Option<Value> {
        let mut left = MOST_INSIDE;
        self.inside_to(value, fits, WRAPPERS, &mut left)
    }

    /// The first of a type with this path, at any depth inside the value itself.
    pub(crate) fn find(&self, value: Value, base: &str) -> Option<Value> {
        self.inside(value, &|ty| ty.base == base)
    }

    fn inside_to(
        &self,
        value: Value,
        fits: &dyn Fn(&Type) -> bool,
        depth: u32,
        left: &mut u32,
    ) -> Option<Value> {
        if fits(value.ty) {
            return Some(value);
        }
        let depth = depth.checked_sub(1)?;
        *left = left.checked_sub(1)?;
        match &value.ty.shape {
            Shape::Struct(members) => members
                .iter()
                .find_map(|member| self.inside_to(self.at(value, member)?, fits, depth, left)),
            Shape::Enum { .. } => self.inside_to(self.variant(value)?.1, fits, depth, left),
            _ => None,
        }
    }

    /// Follows a path of field names; `>` goes to what a pointer leads to, `?` to the active case of an enum.
    pub(crate) fn resolve(&self, value: Value, path: &[&str]) -> Option<Value> {
        path.iter().try_fold(value, |value, step| match *step {
            ">" => self.target(value),
            "?" => self.variant(value).map(|(_, inside)| inside),
            name => self.field(value, name),
        })
    }

    /// The number in the value.
    pub(crate) fn number(&self, value: Value) -> Option<u64> {
        self.memory.number(value.address, value.ty.size)
    }
}

/// The lowest bits of `size` bytes.
pub(crate) fn mask(size: u64) -> u64 {
    if size >= 8 {
        u64::MAX
    } else {
        (1 << (size * 8)) - 1
    }
}
