//! Which variables of a suspended coroutine are still there.
//!
//! The compiler keeps the place of a variable in the coroutine's state after the variable was moved out of it, and debug
//! info does not tell the one from the other. The code that drops the coroutine does: it drops exactly what is left in the
//! state that the coroutine is in, by drop flags where that depends on the way there. So that code is followed, on
//! copies, and the calls that it would make are what is left.
//!
//! That holds for code that is not optimised, where dropping something is always a call. All other code is recognised by
//! what it does and gives a `None`.

mod action;
mod bits;
mod code;
mod decode;
mod drops;
mod machine;
mod places;
mod stack;
#[cfg(test)]
mod tests;
mod world;

use self::{
    drops::{Callee, Drops},
    machine::Call,
    places::Wanted,
};
use super::{
    dwarf::Type,
    trail::Rule,
    value::{Reader, Value},
};

/// What is still to be dropped of a coroutine.
///
/// Ask it for the object itself, at its place in the coroutine: of a variable that was moved in part, the rest is still to
/// be dropped, and the variable is not. What needs no dropping, like a reference, is never in it.
#[derive(Clone, Debug)]
pub(crate) struct Alive {
    left: Vec<Left>,
}

/// Something that is still to be dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    pub(crate) ty: &'static Type,
    pub(crate) address: u64,
}

impl Alive {
    /// Whether the `size` bytes at `address` belong to something that is still to be dropped.
    pub(crate) fn covers(&self, address: u64, size: u64) -> bool {
        let end = address.saturating_add(size);
        self.left
            .iter()
            .any(|left| left.address <= address && end <= left.end())
    }

    /// Whether some of the `size` bytes at `address` do: a variable that was moved in part is touched and not covered.
    pub(crate) fn touches(&self, address: u64, size: u64) -> bool {
        let end = address.saturating_add(size);
        self.left
            .iter()
            .any(|left| left.address < end && address < left.end())
    }

    /// All that is still to be dropped, in the order in which it would be: also what the debug info of the state lacks,
    /// where it has two variables of one name.
    #[cfg_attr(not(test), allow(dead_code, reason = "`decode` asks by place so far"))]
    pub(crate) fn left(&self) -> &[Left] {
        &self.left
    }
}

impl Left {
    fn end(&self) -> u64 {
        self.address.saturating_add(self.ty.size)
    }
}

/// What of a suspended coroutine is still to be dropped, or `None` where its drop code cannot be followed.
pub(crate) fn of(reader: &Reader<'_>, coroutine: Value) -> Option<Alive> {
    if !cfg!(target_arch = "x86_64") || !coroutine.ty.is_coroutine() {
        return None;
    }
    let Value { ty, address, .. } = coroutine;
    let drops = Drops::of(reader.image);
    let entry = drops.code_for(reader.image, ty)?;
    let object = address..address.checked_add(ty.size)?;
    let program = &reader.image.program.span;
    let followed = machine::follow(&reader.memory, program, entry, object.clone())?;
    // Others of this type at the same await may differ in their drop flags.
    for read in &followed.reads {
        reader.decide(coroutine.base, read.address, read.size, || {
            Rule::Is(read.number)
        });
    }
    let (_, state) = reader.variant(coroutine)?;
    let mut alive = Alive { left: Vec::new() };
    for Call { target, argument } in followed.calls {
        let is_inside = object.contains(&argument);
        let ty = match drops.callee(reader.image, target) {
            // What it contained was dropped by calls before this one, or was moved.
            Callee::FreesBox => continue,
            Callee::Drops(ty) if is_inside => Wanted::Type(ty)
                .find(reader.image, state, argument)
                .or_else(|| places::is_hidden(reader.image, state, argument).then_some(ty))?,
            // In a box that something was moved out of.
            Callee::Drops(ty) => ty,
            Callee::DropsNamed(name) if is_inside => {
                Wanted::Name(&name).find(reader.image, state, argument)?
            }
            Callee::DropsNamed(_) | Callee::Other => return None,
        };
        let left = Left {
            ty,
            address: argument,
        };
        (!is_inside || left.end() <= object.end).then_some(())?;
        alive.left.push(left);
    }
    Some(alive)
}
