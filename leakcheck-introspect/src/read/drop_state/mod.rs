//! Which variables of a suspended coroutine are still there.
//!
//! The compiler keeps the place of a variable in the coroutine's state after the variable was moved out of it, and debug
//! info does not tell the one from the other. The code that drops the coroutine does: it drops exactly what is left in the
//! state that the coroutine is in, by drop flags where that depends on the way there. So that code is followed, on
//! copies, and the calls that it would make are what is left.
//!
//! That holds for code that is not optimised, where dropping something is always a call. All other code is recognised by
//! what it does and gives a `None`.

mod bits;
mod code_reader;
mod disassembler;
mod drop_functions;
mod instruction;
mod interpreter;
mod memory_view;
mod stack;
#[cfg(test)]
mod tests;
mod type_at_offset;

use std::{
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::{
    drop_functions::{Callee, DropFunctions},
    interpreter::DropCall,
    memory_view::ObjectRead,
    type_at_offset::Wanted,
};
use super::{
    dwarf::Type,
    shape_memo::Rule,
    value::{Reader, Value},
};

/// Ways through the drop code of one state that are kept.
const MOST_KNOWN: usize = 16;

/// What is still to be dropped of a coroutine.
///
/// Ask it for the object itself, at its place in the coroutine: of a variable that was moved in part, the rest is still to
/// be dropped, and the variable is not. What needs no dropping, like a reference, is never in it.
#[derive(Clone, Debug)]
pub(crate) struct DropState {
    /// In the order of the drops: also what the debug info of the state lacks, where it has two variables of one name.
    left: Vec<Undropped>,
}

/// Something that is still to be dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Undropped {
    pub(crate) ty: &'static Type,
    pub(crate) address: u64,
}

impl DropState {
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
}

impl Undropped {
    fn end(&self) -> u64 {
        self.address.saturating_add(self.ty.size)
    }
}

/// What drop code did with one state of a coroutine, by what it read there: it does the same where it reads the same.
#[derive(Debug)]
struct Dropped {
    reads: Vec<ObjectRead>,
    /// What was left, and at which offsets; `None` where that could not be told.
    left: Option<Vec<(&'static Type, u64)>>,
}

impl Dropped {
    /// What is kept with the type of a coroutine's state.
    fn known(state: &Type) -> MutexGuard<'_, Vec<Arc<Self>>> {
        let known: &Mutex<_> = state.notes.get();
        known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What of a suspended coroutine is still to be dropped, or `None` where its drop code cannot be followed.
pub(crate) fn of(reader: &Reader<'_>, coroutine: Value) -> Option<DropState> {
    if !cfg!(target_arch = "x86_64") || !coroutine.ty.is_coroutine() {
        return None;
    }
    let (_, state) = reader.variant(coroutine)?;
    let dropped = match known(reader, coroutine, state) {
        Some(known) => known,
        None => follow(reader, coroutine, state)?,
    };
    // The result holds for every coroutine whose state and drop flags are the same, so these decide.
    for read in &dropped.reads {
        let at = coroutine.address.wrapping_add(read.offset);
        reader.decide(coroutine.hop, at, read.size, || Rule::Is(read.number));
    }
    let left = dropped.left.as_ref()?.iter().map(|(ty, offset)| Undropped {
        ty,
        address: coroutine.address.wrapping_add(*offset),
    });
    Some(DropState {
        left: left.collect(),
    })
}

/// What its drop code did with another one, or with this one before, that has the same state and the same flags.
fn known(reader: &Reader<'_>, coroutine: Value, state: Value) -> Option<Arc<Dropped>> {
    let is_same = |read: &ObjectRead| {
        let at = coroutine.address.wrapping_add(read.offset);
        reader.memory.number(at, read.size) == Some(read.number)
    };
    let known = Dropped::known(state.ty);
    let mut known = known.iter();
    known
        .find(|dropped| dropped.reads.iter().all(is_same))
        .map(Arc::clone)
}

/// Follows its drop code, and keeps what that did.
fn follow(reader: &Reader<'_>, coroutine: Value, state: Value) -> Option<Arc<Dropped>> {
    let Value { ty, address, .. } = coroutine;
    let entry = DropFunctions::of(reader.image).code_for(reader.image, ty)?;
    let object = address..address.checked_add(ty.size)?;
    let program = &reader.image.program.span;
    let followed = interpreter::follow(&reader.memory, program, entry, object.clone())?;
    let is_inside = |call: &DropCall| object.contains(&call.argument);
    // A box's content has another address in each coroutine, so that such a result holds for this one only.
    let is_kept = followed.calls.iter().all(is_inside);
    let dropped = Arc::new(Dropped {
        left: left(reader, state, &object, &followed.calls),
        reads: followed.reads,
    });
    let mut known = Dropped::known(state.ty);
    if is_kept && known.len() < MOST_KNOWN {
        known.push(Arc::clone(&dropped));
    }
    Some(dropped)
}

/// What these calls drop of a coroutine that lies at `object`, with the offsets; `None` where one of them is not known.
fn left(
    reader: &Reader<'_>,
    state: Value,
    object: &Range<u64>,
    calls: &[DropCall],
) -> Option<Vec<(&'static Type, u64)>> {
    let image = reader.image;
    let functions = DropFunctions::of(image);
    let mut left = Vec::new();
    for &DropCall { target, argument } in calls {
        let is_inside = object.contains(&argument);
        let ty = match functions.callee(image, target) {
            // What it contained was dropped by calls before this one, or was moved.
            Callee::FreesBox => continue,
            Callee::Drops(ty) if is_inside => Wanted::Type(ty)
                .find(image, state, argument)
                .or_else(|| type_at_offset::is_hidden(image, state, argument).then_some(ty))?,
            // In a box that something was moved out of.
            Callee::Drops(ty) => ty,
            Callee::DropsNamed(name) if is_inside => {
                Wanted::Name(&name).find(image, state, argument)?
            }
            Callee::DropsNamed(_) | Callee::Other => return None,
        };
        (!is_inside || argument.saturating_add(ty.size) <= object.end).then_some(())?;
        left.push((ty, argument.wrapping_sub(object.start)));
    }
    Some(left)
}
